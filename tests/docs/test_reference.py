"""The reference says what the code says (参考手册): regenerated and compared, nothing left out."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"

sys.path.insert(0, str(ROOT / "scripts"))


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own: what other tests registered must not be in the reference."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/reference.py"), *options],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@cache
def registered() -> dict[str, list[str]]:
    said = run("--names")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


@cache
def written() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(REFERENCE.glob("*.md")))


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="参考手册以 Python 3.11 为准")
def test_the_committed_reference_is_what_the_code_says() -> None:
    said = run("--check")
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(
    "kind", ["apps", "processes", "indicators", "effects", "permissions", "roles", "screens"]
)
def test_everything_registered_stands_in_the_reference(kind: str) -> None:
    names = registered()[kind]
    assert names
    assert [name for name in names if f"`{name}`" not in written()] == []


def test_every_setting_that_the_source_reads_is_explained() -> None:
    import reference_source
    import reference_words

    read = reference_source.settings_read()
    assert sorted(set(read) - set(reference_words.ZJY)) == []
    assert sorted(set(reference_words.ZJY) - set(read)) == []


def test_every_verb_of_the_journal_has_a_chinese_name() -> None:
    rows = [line.split(" | ") for line in (REFERENCE / "verbs.md").read_text(encoding="utf-8").splitlines()]
    verbs = [row for row in rows if row[0].startswith("| `")]
    assert len(verbs) > 50
    assert [row[0] for row in verbs if row[1].strip(" |") in ("—", "")] == []


def test_every_data_file_stands_in_the_reference() -> None:
    data = ROOT / "src/zhujianyun/data"
    names = [file.relative_to(data).as_posix() for file in data.rglob("*.csv")]
    assert [name for name in names if f"`{name}`" not in written()] == []


def test_a_helper_that_hands_a_verb_on_does_not_hide_it() -> None:
    import ast

    import reference_verbs

    module = ast.parse(
        "KEPT = 'shed.keep'\n"
        "def _tell(case, verb):\n    journal.record(f'shed.{case.kind}.{verb}', actor='system')\n"
        "def open_door(case):\n    _tell(case, 'open')\n"
        "def keep():\n    record(KEPT)\n"
        "def act_now(case):\n    engine.act(case, 'not.counted.as it has blanks')\n"
    )
    said = {verb for _, _, verb in reference_verbs.said({Path("shed.py"): module})}
    assert said == {"shed.….open", "shed.keep"}

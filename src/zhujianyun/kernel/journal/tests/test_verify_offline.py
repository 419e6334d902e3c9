"""The verifier that stands alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from zhujianyun.base import ciphers
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import checkpoints, verify_offline

SCRIPT = Path(verify_offline.__file__)
COUNT = 12


def run(*files: Path, alone: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the script; ``alone``: without site packages and without anything of the environment."""
    command = [sys.executable, *(["-S", "-I"] if alone else ["-I"]), str(SCRIPT), *map(str, files)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd="/", env={"PYTHONIOENCODING": "utf-8"}
    )


@pytest.fixture(params=["sha256", "sm3"])
def files(request, db, settings, tmp_path):
    settings.ZJY_JOURNAL_HASH = request.param
    for n in range(COUNT):
        journal.record(
            "case.x", actor="system", object=("case", "桂〔2020〕1号"), facts={"n": n, "t": "a\n\u202e"}
        )
        if n in (3, 8, 11):
            journal.seal()
            journal.checkpoint()
    export = tmp_path / "export.jsonl"
    journal.export(export)
    return export, checkpoints.file_path()


def rewrite(path: Path, change) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines()
    copy = path.with_name("changed.jsonl")
    copy.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    return copy


def test_a_good_export_passes_with_nothing_but_python(files):
    answer = run(*files, alone=True)
    assert answer.returncode == 0, answer.stderr
    assert "核验通过：12 条记录" in answer.stdout and "3 个检查点相符" in answer.stdout
    assert "签名未核验" in answer.stdout


def test_signatures_are_judged_where_cryptography_is(files):
    assert "签名未核验" not in run(*files).stdout

    def forge(lines):
        return [lines[0].replace('"ts":"20', '"ts":"19'), *lines[1:]]

    answer = run(files[0], rewrite(files[1], forge))
    assert answer.returncode == 1 and "检查点文件第 1 行：签名不符" in answer.stdout


def test_without_checkpoints_the_tail_is_not_judged(files):
    answer = run(files[0])
    assert answer.returncode == 0 and "尾部未核验" in answer.stdout


def test_it_imports_nothing_of_the_project():
    text = SCRIPT.read_text(encoding="utf-8")
    imports = {line.split()[1] for line in text.splitlines() if line.strip().startswith(("import ", "from "))}
    allowed = {"hashlib", "json", "sys", "cryptography.exceptions"}
    assert imports <= allowed | {"cryptography.hazmat.primitives.serialization"}


@pytest.mark.parametrize("place", [0, 5, COUNT - 1])
def test_an_edit_is_named(files, place):
    def change(lines):
        lines[place + 1] = lines[place + 1].replace('"verb":"case.x"', '"verb":"case.y"')
        return lines

    answer = run(rewrite(files[0], change), files[1])
    assert answer.returncode == 1 and f"第 {place + 1} 条（记录" in answer.stdout


@pytest.mark.parametrize("place", [0, 5, COUNT - 2])
def test_a_deletion_an_insertion_and_a_swap_are_named(files, place):
    for change in (
        lambda lines: lines[: place + 1] + lines[place + 2 :],
        lambda lines: [*lines[: place + 1], lines[-1], *lines[place + 1 :]],
        lambda lines: [*lines[: place + 1], lines[place + 2], lines[place + 1], *lines[place + 3 :]],
    ):
        answer = run(rewrite(files[0], change), files[1])
        assert answer.returncode == 1 and f"第 {place + 1} 条缺失、多出或次序颠倒" in answer.stdout


def test_a_record_replaced_with_its_leaf_is_named(files):
    def change(lines):
        alg = json.loads(lines[0])["alg"]
        line = json.loads(lines[6])
        line["row"]["reason"] = "改过"
        line["leaf"] = ciphers.hash_hex(alg, b"\x00" + verify_offline.canonical(line["row"]))
        lines[6] = verify_offline.canonical(line).decode()
        return lines

    answer = run(rewrite(files[0], change), files[1])
    assert answer.returncode == 1 and "第 6 条（记录" in answer.stdout


def test_a_record_that_says_a_thing_twice_is_named(files):
    def change(lines):
        lines[6] = lines[6].replace('"verb":', '"verb":"case.y","verb":')
        return lines

    answer = run(rewrite(files[0], change), files[1])
    assert answer.returncode == 1 and "第 6 条：不是规范写法" in answer.stdout


def test_a_cut_tail_shows_against_the_checkpoints(files):
    def change(lines):
        head = json.loads(lines[0]) | {"size": 9}
        return [json.dumps(head), *lines[1:10]]

    cut = rewrite(files[0], change)
    assert run(cut).returncode == 0
    answer = run(cut, files[1])
    assert answer.returncode == 1 and "从第 10 条起记录缺失" in answer.stdout


@pytest.mark.parametrize(
    "content", ["", "x", "[]", '{"format":"other"}', '{"format":"zhujianyun-journal-1"}']
)
def test_a_file_that_is_no_export_is_refused_with_a_sentence(tmp_path, content):
    (tmp_path / "export.jsonl").write_text(content)
    answer = run(tmp_path / "export.jsonl", alone=True)
    assert answer.returncode == 1 and "核验不通过" in answer.stdout and not answer.stderr


def test_absent_files_and_wrong_use_are_answered(tmp_path):
    assert run(tmp_path / "absent.jsonl", alone=True).returncode == 2
    assert "用法" in run(alone=True).stdout


def test_its_own_sm3_is_sm3():
    for size in (0, 3, 55, 56, 63, 64, 200):
        data = bytes(range(size))
        assert verify_offline.sm3(data) == ciphers.sm3(data)

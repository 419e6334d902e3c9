"""Every link in a document of the repository leads somewhere (文档链接)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
OUTSIDE = re.compile(r"[a-z]+:|#")
SKIPPED = {".venv", "var", "node_modules", ".git"}

sys.path.insert(0, str(ROOT / "scripts"))


def documents() -> list[Path]:
    """Every Markdown file of ours, in git or about to be."""
    return sorted(
        file
        for file in ROOT.rglob("*.md")
        if not SKIPPED & set(file.relative_to(ROOT).parts)
        and not file.relative_to(ROOT).parts[0].startswith(".")
    )


def pictures() -> set[Path]:
    """Pictures that `scripts/screenshots.py` makes; they may be missing in a fresh tree."""
    import screenshots

    return {ROOT / "docs/pictures" / name for name in screenshots.PICTURES}


def links(file: Path) -> list[str]:
    """Relative links of a document, code left out."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", file.read_text(encoding="utf-8"), flags=re.S)
    return [link for link in LINK.findall(text) if not OUTSIDE.match(link)]


def test_every_relative_link_leads_to_a_file() -> None:
    dead = [
        f"{file.relative_to(ROOT)} → {link}"
        for file in documents()
        for link in links(file)
        if not (target := (file.parent / link.partition("#")[0]).resolve()).exists()
        and target not in pictures()
    ]
    assert dead == []


def test_the_search_for_links_finds_them() -> None:
    assert sum(len(links(file)) for file in documents()) > 30


@pytest.mark.parametrize("folder", ["tutorial", "howto", "explanation", "reference"])
def test_no_document_names_a_path_of_some_machine(folder: str) -> None:
    found = [
        f"{file.name}: {match}"
        for file in (ROOT / "docs" / folder).glob("*.md")
        for match in re.findall(r"/(?:r[o]ot|w[o]rk|h[o]me/\w+)/\S*", file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_command_in_the_documents_exists() -> None:
    """`zhujianyun x y` in a document is a command of ours or of Django."""
    known = subprocess.run(
        [sys.executable, "-c", _COMMANDS], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    ).stdout.split("\n")
    spoken = re.compile(
        r"(?:^|[`/ ])zhujianyun ([a-z_]+(?: (?:show|prove|verify|seal|export|lint|walk|draw))?)", re.M
    )
    wrong = [
        f"{file.relative_to(ROOT)}: {command}"
        for file in documents()
        for command in spoken.findall(file.read_text(encoding="utf-8"))
        if command not in known
    ]
    assert wrong == []


_COMMANDS = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.config.settings.test"
import django; django.setup()
from django.core.management import get_commands
from zhujianyun.config import cli
def walk(parser, path=()):
    for action in parser._actions:
        if hasattr(action, "choices") and isinstance(action.choices, dict):
            for name, child in action.choices.items():
                print(" ".join((*path, name)))
                walk(child, (*path, name))
walk(cli.build())
print("\\n".join(get_commands()))
"""

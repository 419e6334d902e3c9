"""Pictures of the documents: each is made by the script, each is shown somewhere, none is heavy (文档截图)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.docs.test_links import ROOT, documents

FOLDER = ROOT / "docs" / "pictures"
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")

sys.path.insert(0, str(ROOT / "scripts"))

import pictures  # noqa: E402
import screenshots  # noqa: E402


def shown() -> dict[Path, list[str]]:
    """Every picture that a document shows, and the words for those who do not see it."""
    found: dict[Path, list[str]] = {}
    for file in documents():
        for words, link in SHOWN.findall(file.read_text(encoding="utf-8")):
            found.setdefault((file.parent / link).resolve(), []).append(words)
    return found


def test_every_picture_of_the_documents_is_made_by_the_script_and_the_other_way_round() -> None:
    named = {path.name for path in shown() if path.parent == FOLDER}
    assert named == set(pictures.PICTURES)


def test_no_document_shows_a_picture_from_elsewhere() -> None:
    assert [str(path) for path in shown() if path.parent != FOLDER] == []


def test_every_picture_lies_in_the_tree_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pictures.PICTURES)


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    assert [path.name for path, words in shown().items() if not all(words)] == []


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_light_and_as_large_as_the_script_takes_it(name: str) -> None:
    file = FOLDER / name
    assert file.stat().st_size <= screenshots.LIMIT
    with Image.open(file) as picture:
        assert (picture.size, picture.mode) == (pictures.PICTURES[name].size, "P")

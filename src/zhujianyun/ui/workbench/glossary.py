"""The terms that officers meet on these pages (名词): a short text each, with its legal basis.

Rows of `data/terms.csv`. A basis that nobody has checked against the text of the law says so.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "data" / "terms.csv"


@dataclass(frozen=True, slots=True)
class Term:
    """One term (名词): ``also`` are other wordings that mean the same."""

    name: str
    group: str
    text: str
    basis: str
    verified: bool
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Its place on the glossary page."""
        return f"t-{self.name}"

    @property
    def basis_zh(self) -> str:
        """Its basis, with a word when nobody has checked it yet."""
        return self.basis if self.verified or not self.basis else f"{self.basis}（未核实）"


@cache
def terms() -> dict[str, Term]:
    """Every term by its name (全部名词)."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        rows = [
            Term(
                row["term"], row["group"], row["text"], row["basis"], row["verified"] == "true",
                tuple(filter(None, row["also"].split("、"))),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return {row.name: row for row in rows}


def grouped() -> list[tuple[str, list[Term]]]:
    """The terms by group, in the order of the file (分组名词)."""
    found: dict[str, list[Term]] = {}
    for one in terms().values():
        found.setdefault(one.group, []).append(one)
    return list(found.items())


def search(words: str) -> list[Term]:
    """The terms in whose name or text every word occurs (查找名词)."""
    wanted = words.split()
    return [
        one for one in terms().values()
        if all(word in one.name or word in one.text or word in "、".join(one.also) for word in wanted)
    ]  # fmt: skip


def split(text: str) -> list[tuple[str, Term | None]]:
    """A text in pieces, each with its term if it is one; the longest wording wins (切分)."""
    pieces = _pattern().split(text)
    return [(piece, _wordings().get(piece)) for piece in pieces if piece]


@cache
def _wordings() -> dict[str, Term]:
    return {word: one for one in terms().values() for word in (one.name, *one.also)}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_wordings(), key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")

"""What of a text is shown around a hit (摘要与高亮). Pure: texts and words in, pieces out; nothing is markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhujianyun.base.search import normalise

AROUND = 24  # characters before the first hit
WIDTH = 110  # characters of a snippet


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, hit or not (片段)."""

    text: str
    is_hit: bool = False


def marked(text: str, words: Sequence[str]) -> list[Piece]:
    """The whole text in pieces, what was found set apart (高亮)."""
    inside = [False] * len(text)
    for start, end in hits(text, words):
        inside[start:end] = [True] * (end - start)
    found: list[Piece] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or inside[place] != inside[start]:
            found.append(Piece(text[start:place], inside[start]))
            start = place
    return found


def snippet(text: str, words: Sequence[str]) -> list[Piece]:
    """The part of a text around its first hit (摘要); its beginning when nothing was found in it."""
    flat = text.replace("\n", "　")
    found = hits(flat, words)
    start = max(0, min((one for one, _ in found), default=0) - AROUND)
    cut = flat[start : start + WIDTH]
    before, after = "…" if start else "", "…" if start + WIDTH < len(flat) else ""
    return [piece for piece in (Piece(before), *marked(cut, words), Piece(after)) if piece.text]


def hits(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where words stand in a text, as they are compared: by their normal form (命中位置)."""
    plain, places = _mapped(text)
    found = []
    for word in words:
        at = plain.find(word) if word else -1
        while at >= 0:
            found.append((places[at], places[at + len(word) - 1] + 1))
            at = plain.find(word, at + len(word))
    return sorted(found)


def _mapped(text: str) -> tuple[str, list[int]]:
    """The normal form, and for each of its characters the place it came from."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in normalise(character):
            plain.append(one)
            places.append(place)
    return "".join(plain), places

"""Versions of gathered data that somebody still needs (需要保留的版本): whoever keeps proof of a version says so here.

Gathering clears old versions away and may not know who read them; the gateway keeps calls that name a version
and may not know when it is cleared. Both meet here: an app registers what it needs (`Manifest.pins`), the
clearing asks. Knows no database, so it may be filled before Django is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Needed = Callable[[str], Mapping[str, Collection[int]]]
Reasons = dict[str, dict[int, tuple[str, ...]]]  # data set → version → why it stays, in Chinese


@dataclass(frozen=True, slots=True)
class Pins:
    """Who needs versions (保留要求): ``zh`` completes “这一版保留，因为……”.

    ``needed(code)`` gives versions by the code of their data set, of all data sets for an empty code.
    It is asked every night and whenever a page lists versions: aggregate, do not ask once per version.
    """

    name: str
    zh: str
    needed: Needed


_pins: dict[str, Pins] = {}


def register_pins(pins: Pins) -> None:
    """Let versions stay as long as somebody needs them (登记保留要求); a name again takes the place of the first."""
    _pins[pins.name] = pins


def needed(dataset: str = "") -> Reasons:
    """The versions that are needed, with the reasons (需保留的版本及原因); of one data set when it is named."""
    found: Reasons = {}
    for pins in _pins.values():
        add(found, pins.needed(dataset), pins.zh)
    return found


def add(found: Reasons, versions: Mapping[str, Collection[int]], zh: str) -> None:
    """One more reason for some versions (追加原因)."""
    for code, numbers in versions.items():
        reasons = found.setdefault(code, {})
        for number in numbers:
            reasons[number] = (*reasons.get(number, ()), zh)

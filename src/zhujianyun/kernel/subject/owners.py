"""Who owns which attribute (一数一源): dated data, not code."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "data" / "attribute_owners.csv"


@dataclass(frozen=True, slots=True)
class Ownership:
    """The owner of one attribute (数源责任): silent for longer than ``cycle_days``, its value shows its age."""

    owner: str
    owner_zh: str
    cycle_days: int


NOBODY = Ownership("", "", 0)


@cache
def _table() -> dict[tuple[str, str], Ownership]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            (row["kind"], row["attribute"]): Ownership(row["owner"], row["owner_zh"], int(row["cycle_days"]))
            for row in csv.DictReader(file)
        }


def owner_of(kind: str, attribute: str) -> Ownership:
    """The owner of an attribute of a kind of subject; nobody when none is named (数源责任方)."""
    return _table().get((kind, attribute), NOBODY)

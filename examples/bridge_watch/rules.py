"""What the technical standard says of city bridges (桥梁看护规则): pure, dates and facts in, decision out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# CJJ 99-2017 grades a city bridge from A (good) to E (dangerous).
GRADES = ("A", "B", "C", "D", "E")


def must_close(inspection: Mapping[str, Any]) -> bool:
    """Whether the bridge must be closed at once (是否须立即封闭): grade E."""
    return inspection.get("grade") == GRADES[-1]

"""What a check brings home (检查结果)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ZJY_SHARED") or ROOT.parent / "shared")
SHAPES = SHARED / "conformance" / "dcat" / "dcat-ap_3_shacl_shapes.ttl"


@dataclass
class Verdict:
    """One line of the table (一项结果): how much was looked at, differences that are known, faults."""

    name: str
    looked: str
    faults: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def word(self) -> str:
        """In one word (结论)."""
        return "未检查" if self.skipped else f"✗ {len(self.faults)} 处不符" if self.faults else "✓ 通过"

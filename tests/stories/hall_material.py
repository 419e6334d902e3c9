"""What a citizen has in his hands (核验材料): a clock proof, a paper as PDF, a draw that was made."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from .running import Site

MAKE = """
import base64
from zhujianyun.kernel.case import papers, prove
from zhujianyun.kernel.case.models import ClockRun, Draw, Paper
run = next(one for one in ClockRun.objects.exclude(segments=[]).order_by("-id") if one.segments[0].get("resumed_on"))
paper = Paper.objects.filter(doc="设计审查意见书").order_by("-id").first()
with papers.file_of(paper).open() as content:
    pdf = base64.b64encode(content.read()).decode()
draw = max(Draw.objects.exclude(seed=""), key=lambda one: one.entries.count())
print(json.dumps({"proof": prove.prove(run.case), "pdf": pdf, "number": paper.number, "draw": draw.pk}))
"""


@dataclass(frozen=True)
class Material:
    """Files to drop, and the numbers they bear (核验材料)."""

    proof: dict[str, Any]
    pdf: bytes
    number: str
    draw: int

    def changed_proof(self) -> dict[str, Any]:
        """The proof, to be altered without harm."""
        copied: dict[str, Any] = json.loads(json.dumps(self.proof))
        return copied


def gather(site: Site) -> Material:
    """Take them from the demo year (取材料)."""
    told = json.loads(site.house.script(MAKE).splitlines()[-1])
    return Material(told["proof"], base64.b64decode(told["pdf"]), told["number"], told["draw"])

"""How a paper stands today (文书状态): in force, corrected by a newer one, or revoked with its case.

The file itself says only that it is genuine; whether it still counts only we can say.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.models import Paper, Step

REVOKED_NAT = 15  # 撤销 in the national list of steps (BLZT)
CODE_LENGTH = 8  # so much of the check code must be known: nobody can leaf through the numbers
VALID, CORRECTED, REVOKED = "valid", "corrected", "revoked"
ZH = {VALID: "有效", CORRECTED: "已更正", REVOKED: "已撤销"}


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a paper, and which paper or act took its place (文书状态)."""

    paper: Paper
    state: str
    by: str = ""
    on: str = ""

    @property
    def state_zh(self) -> str:
        """The state in Chinese (状态)."""
        return ZH[self.state]


def standing(number: str, code: str) -> Standing:
    """The standing of the paper with a number and the beginning of its check code (查文书状态). Three queries.

    Raises:
        RuleBroken: no such paper, or another code; one answer for both, so that numbers tell nothing.
    """
    code = code.strip().lower()
    paper = Paper.objects.filter(number=number.strip()).select_related("case").first()
    if paper is None or len(code) < CODE_LENGTH or not paper.digest.startswith(code):
        raise RuleBroken(
            f"没有这份文书，或校验码不符。请照文书核对文号和校验码（至少前 {CODE_LENGTH} 位）后重新查询；"
            "仍查不到的，请向出具机关核实，不要采信该文书。",
            rule="paper.standing", number=number,
        )  # fmt: skip
    newer = Paper.objects.filter(replaces=paper).first()
    if newer is not None:
        return Standing(paper, CORRECTED, newer.number, newer.issued_on.isoformat())
    gone = (
        Step.objects.filter(case=paper.case, nat=REVOKED_NAT)
        .exclude(pk=paper.step_id)
        .order_by("-seq")
        .first()
    )
    if gone is not None:
        by = Paper.objects.filter(step=gone).values_list("number", flat=True).first()
        return Standing(paper, REVOKED, by or "", gone.day.isoformat())
    return Standing(paper, VALID)

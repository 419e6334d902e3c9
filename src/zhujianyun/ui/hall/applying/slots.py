"""One slot for each document (材料栏): what is asked, what lies in it, what is still missing.

For a supplement the slots are exactly the gaps that the officer named, each a document of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.base.files import StoredFile
from zhujianyun.kernel.case.definition.model import Action, Definition
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall.applying import services
from zhujianyun.ui.hall.applying.drafting import require_open
from zhujianyun.ui.hall.models import Application, HeldFile

GAPS = "gaps"
_BETWEEN = re.compile(r"[\n；;]+|(?<=。)|(?<![\d（(.．])(?=[（(]?\d{1,2}[.．、）)](?!\d))")
_NUMBER = re.compile(r"^[（(]?\d{1,2}[.．、）)]\s*")


@dataclass(slots=True)
class Slot:
    """One document to hand in (材料栏)."""

    key: str  # kind, or kind#n for the n-th gap
    kind: str
    zh: str
    number: int
    file: StoredFile | None = None
    error: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return f"slot-{self.number}"

    @property
    def missing_zh(self) -> str:
        """What to do while it is empty."""
        return f"请上传“{self.kind}”" + ("" if self.zh == self.kind else f"：{self.zh}") + "。"


def of(row: Application, definition: Definition, action: Action) -> list[Slot]:
    """The slots of an application, filled as far as they are (材料栏)."""
    kinds = services.papers_needed(action)
    gaps = gaps_of(row.case, definition) if row.case and len(kinds) == 1 else []
    if len(gaps) > 1:
        found = [Slot(f"{kinds[0]}#{n}", kinds[0], gap, n) for n, gap in enumerate(gaps, 1)]
    else:
        found = [Slot(kind, kind, kind, n) for n, kind in enumerate(kinds, 1)]
    held = {one.slot: one.file for one in row.files.select_related("file")}
    for slot in found:
        slot.file = held.get(slot.key)
    return found


def gaps_of(case: Case, definition: Definition) -> list[str]:
    """The gaps named in the last supplement notice, while the case waits for them (补正事项)."""
    step = case.steps.order_by("-seq").exclude(action="migrate").first()
    if step is None or step.to_state != case.state:
        return []
    filled = step.facts.get("action") or step.facts
    text = filled.get(GAPS, "") if isinstance(filled, dict) else ""
    parts = [_NUMBER.sub("", part.strip()).strip(" 。；;") for part in _BETWEEN.split(str(text))]
    return [part[:150] for part in parts if part][:30]


@transaction.atomic
def put(row: Application, slot: str, stored: StoredFile, allowed: list[Slot]) -> HeldFile:
    """Lay a file into a slot; the one before it is replaced (放入材料).

    Raises:
        NotFound: no such slot; RuleBroken: handed in already.
    """
    require_slot(slot, allowed)
    now_there = Application.objects.select_for_update().get(pk=row.pk)
    require_open(now_there)
    held, _ = HeldFile.objects.update_or_create(
        application=now_there, slot=slot, defaults={"file": stored, "added_at": clock.now()}
    )
    return held


@transaction.atomic
def remove(row: Application, slot: str) -> None:
    """Take the file out of a slot (移除材料).

    Raises:
        RuleBroken: handed in already.
    """
    require_open(Application.objects.select_for_update().get(pk=row.pk))
    HeldFile.objects.filter(application=row, slot=slot).delete()


def require_slot(slot: str, allowed: list[Slot]) -> None:
    """Go on only for a slot that is asked (须为所列材料).

    Raises:
        NotFound: it is not.
    """
    if slot not in {one.key for one in allowed}:
        raise NotFound("没有这一项材料，请刷新页面后重新选择。", rule="hall.slot")


def missing(slots: list[Slot]) -> dict[str, str]:
    """A sentence for each empty slot (缺少的材料)."""
    return {slot.key: slot.missing_zh for slot in slots if slot.file is None}


def require_complete(slots: list[Slot]) -> None:
    """Go on only with every document there (材料齐全).

    Raises:
        RuleBroken: ``hall.documents``.
    """
    lacking = missing(slots)
    if lacking:
        raise RuleBroken("材料还没有传齐：" + "".join(lacking.values()), rule="hall.documents", slots=lacking)

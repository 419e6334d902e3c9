"""The paper that an act would issue (文书预览): the very act, worked out and thrown away.

Nothing is written: the unit of work is never flushed and its transaction is rolled back. The number
is not taken, and every page says that nobody has signed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.asking import Ask, Attached, attached
from zhujianyun.kernel.case.engine.changing import change
from zhujianyun.kernel.case.engine.planning import plan
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Case, Paper
from zhujianyun.kernel.case.papers import template_of, typeset

MARK = "预览·未签发"
NOT_ISSUED = "（未签发）"


def preview(
    case: Case,
    action: str,
    *,
    by: Actor,
    facts: Mapping[str, Any] | None = None,
    documents: Sequence[Attached | str | tuple] = (),
    reason: str = "",
    approved_by: Actor | None = None,
    signatures: Sequence[Actor] = (),
) -> bytes:
    """The PDF of the paper as the act would issue it now, marked as not issued (预览文书).

    Raises:
        RuleBroken, NotAllowed: as the act itself would be refused.
        NotFound: the act issues no paper.
    """
    with transaction.atomic():
        unit = Unit()
        folder = unit.folder(case)
        ask = Ask(
            action, by, "preview", folder.case.version, facts, tuple(attached(documents)), reason,
            approved_by=approved_by, signatures=tuple(signatures),
        )  # fmt: skip
        change(unit, folder, plan(unit, folder, ask))
        papers = unit.fresh.get(Paper, [])
        transaction.set_rollback(True)
    if not papers:
        raise NotFound("这个动作不签发文书，没有可预览的内容。", rule="paper.preview", action=action)
    paper: Any = papers[0]
    definition = registry.get(folder.case.process, folder.case.definition_version)
    own = Path(definition.path).parent.parent if definition.path else None
    told = {**paper.facts, "number": NOT_ISSUED, "digest": MARK}
    return typeset(template_of(own, paper.doc), told, mark=MARK)

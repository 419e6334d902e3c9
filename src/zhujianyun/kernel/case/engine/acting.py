"""One verb for everything that is done to a case (办理)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.engine.asking import Ask, Attached, attached
from zhujianyun.kernel.case.engine.changing import add_document, change
from zhujianyun.kernel.case.engine.facts import storable
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.planning import plan
from zhujianyun.kernel.case.engine.unit import Unit, working
from zhujianyun.kernel.case.models import Case, Document, Step

KEY_LENGTH = 120


def act(
    case: Case,
    action: str,
    *,
    by: Actor,
    expected_version: int | None,
    key: str,
    facts: Mapping[str, Any] | None = None,
    documents: Sequence[Attached | str | tuple] = (),
    reason: str = "",
    acting_for: str = "",
    at: datetime | None = None,
    approved_by: Actor | None = None,
    signatures: Sequence[Actor] = (),
) -> Step:
    """Do something to a case: guard, change, record, tell, in one transaction (办理).

    ``key`` makes the act idempotent: the same key again gives the first step and changes nothing.
    ``approved_by`` approves a pause (the actor himself suffices when he holds the approving role);
    ``signatures`` are checked against the action's ``sign`` when given. ``at`` enters an act
    afterwards. ``action`` may be ``extend:<deadline>``. ``expected_version`` None is for the
    platform itself only. ``case`` shows the new state afterwards; after an error it is untouched.

    Raises:
        RuleBroken: what has to be mended first; Conflict: somebody else was faster (409);
        NotAllowed: the actor does not hold a role that may do this.
    """
    ask = Ask(
        action,
        by,
        checked_key(key),
        expected_version,
        facts,
        tuple(attached(documents)),
        storable(reason),
        storable(acting_for),
        at,
        approved_by,
        tuple(signatures),
    )
    with working() as unit:
        folder = unit.folder(case)
        step = replayed(folder, ask.key) or attempt(
            unit, folder, lambda: change(unit, folder, plan(unit, folder, ask))
        )
    mirror(folder.case, case)
    return step


def attach(case: Case, documents: Sequence[Attached | str | tuple], *, by: Actor) -> list[Document]:
    """Lay documents ready for the next act, e.g. while the applicant fills in the form (上传材料).

    Raises:
        RuleBroken: the case has ended.
        NotAllowed: the actor may do nothing in the present state.
    """
    from zhujianyun.kernel.case.engine import checks

    with working() as unit:
        folder = unit.folder(case)
        checks.not_ended(folder)
        roles = dict.fromkeys(name for action in folder.state.actions.values() for name in action.by)
        checks.role(folder, by, roles, "提交材料")
        return [add_document(unit, folder, one, None) for one in attached(documents)]


def attempt(unit: Unit, folder: Folder, work: Callable[[], Step]) -> Step:
    """Do it, or leave everything in memory as it was (要么办成，要么如初)."""
    kept, place = folder.snapshot(), unit.savepoint()
    try:
        return work()
    except BaseException:
        folder.restore(kept)
        unit.rollback(place)
        raise


def replayed(folder: Folder, key: str) -> Step | None:
    """The step of an earlier act with the same key (幂等重放)."""
    if key not in folder.keys:
        return None
    return folder.keys[key] or Step.objects.get(case_id=folder.case.pk, key=key)


def checked_key(key: str) -> str:
    """An idempotency key, refused when empty or too long (幂等键)."""
    if not key or len(key) > KEY_LENGTH:
        raise RuleBroken("请求缺少幂等键或幂等键过长，请重新打开页面后再办理。", rule="case.key")
    return storable(key)


def mirror(known: Case, given: Case) -> None:
    """Let the caller's own object show what the engine's shows (同步到调用方对象)."""
    if known is not given:
        for field in known._meta.concrete_fields:
            setattr(given, field.attname, getattr(known, field.attname))

"""What this person may do now (可办动作): for pages, computed by the same checks that guard the act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zhujianyun.base import clock as time
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition.model import SYSTEM, Action, Definition, Fact
from zhujianyun.kernel.case.engine import checks
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.planning import environment
from zhujianyun.kernel.case.engine.unit import Unit, reading
from zhujianyun.kernel.case.models import Case


@dataclass(frozen=True, slots=True)
class Offer:
    """One action, whether it is allowed, and what it would lead to (可办动作)."""

    action: str
    zh: str
    allowed: bool
    why_not_zh: str
    facts: tuple[Fact, ...]
    need: tuple[str, ...]
    consequence_zh: str
    asks_reason: bool = False


def offers(case: Case, by: Actor) -> list[Offer]:
    """The actions of the present state that people may take (可办动作); none once the case has ended.

    Actions of the platform itself are left out. Needs and facts are told, not judged: the person
    has not filled in anything yet.
    """
    unit = reading()
    return offers_in(unit, unit.folder(case), by)


def offers_of_many(ids: Iterable[int], by: Actor) -> dict[int, list[Offer]]:
    """`offers` for many cases, read together: the number of queries does not grow with them (批量可办动作)."""
    unit = reading()
    return {folder.case.pk: offers_in(unit, folder, by) for folder in unit.load(ids)}


def offers_in(unit: Unit, folder: Folder, by: Actor) -> list[Offer]:
    """`offers`, on a folder that has been read already (卷宗内可办动作)."""
    if folder.case.ended:
        return []
    actions = [one for one in folder.state.actions.values() if set(one.by) != {SYSTEM}]
    return [_offer(unit, folder, action, by) for action in actions]


def _offer(unit: Unit, folder: Folder, action: Action, by: Actor) -> Offer:
    why_not = ""
    try:
        role = checks.role(folder, by, action.by, action.zh)
        checks.joined(folder, action, role)
        # A guard that reads what is filled in now can only be judged with it.
        if action.guard and not {"action", action.name} & set(action.guard.variables):
            checks.guarded(folder, action, environment(unit, folder, time.today(), action=action.name))
        if action.once and action.name in folder.done and not folder.documents:
            why_not = f"“{action.zh}”只能办理一次"
    except PlatformError as error:
        why_not = error.message_zh
    return Offer(
        action.name,
        action.zh,
        not why_not,
        why_not,
        action.facts,
        action.need,
        consequence(folder, action),
        checks.REASON in action.need,
    )


def consequence(folder: Folder, action: Action) -> str:
    """What the action leads to, in one sentence (办理后果)."""
    definition = folder.definition
    said = [f"办件转入“{definition.states[action.to].zh}”" if action.to != folder.case.state else "环节不变"]
    if action.doc:
        said.append(f"签发《{action.doc}》")
    stopped = [d.zh for d in definition.deadlines.values() if set(d.stop) & set(action.mark)]
    started = [d.zh for d in definition.deadlines.values() if d.start_mark in action.mark]
    paused = [d.zh for d in definition.deadlines.values() if any(p.state == action.to for p in d.pauses)]
    for verb, names in (("停止计时", stopped), ("开始计时", started), ("中止计时", paused)):
        if names:
            said.append(f"{verb}：{'、'.join(names)}")
    if action.notify:
        said.append(f"告知：{'、'.join(told_zh(definition, one) for one in action.notify)}")
    if action.to in definition.end:
        said.append("此后不能再办理")
    return "；".join(said) + "。"


def told_zh(definition: Definition, name: str) -> str:
    """Who is told, as a role or the public (告知对象)."""
    if name == "public":
        return "社会公众"
    return definition.roles[name].zh if name in definition.roles else name

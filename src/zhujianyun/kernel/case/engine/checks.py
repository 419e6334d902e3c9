"""May this be done? (办理核查): every question that is put before anything is changed.

Each check raises with a sentence that tells the person what to do next; none changes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition.model import APPLICANT, SYSTEM, Action, Parallel, signers
from zhujianyun.kernel.case.engine.asking import Ask, Attached
from zhujianyun.kernel.case.engine.environment import Environment, results
from zhujianyun.kernel.case.engine.facts import search
from zhujianyun.kernel.case.engine.folder import Folder, zh
from zhujianyun.kernel.case.models import Task

ENTER_FOR_APPLICANT = "case.enter_for_applicant"
BACKDATE = "case.backdate"
REASON = "理由"


def not_ended(folder: Folder) -> None:
    """Terminal means terminal."""
    if folder.case.ended:
        raise RuleBroken(
            f"办件 {folder.case} 已终结（{folder.state.zh}），不能再办理；需要重新办理的，请另行申报。",
            rule="case.ended",
            state=folder.case.state,
        )


def version(folder: Folder, ask: Ask) -> None:
    """Nobody else was faster."""
    if ask.expected_version is None and ask.by.kind == SYSTEM:
        return
    if ask.expected_version == folder.case.version:
        return
    action, who, at = folder.last or ("", "系统", folder.case.opened_at)
    name = zh(folder.definition, "", action)
    raise Conflict(
        f"{who} 已于 {time.local(at):%Y-%m-%d %H:%M} 办理“{name}”，请刷新后按最新情况办理。",
        rule="case.version",
        winner=who,
        action=action,
        at=at,
        version=folder.case.version,
    )


def offered(folder: Folder, ask: Ask) -> Action:
    """The action exists in this state."""
    action = folder.state.actions.get(ask.action)
    if action is None:
        names = "、".join(f"“{one.zh}”" for one in folder.state.actions.values()) or "无"
        raise RuleBroken(
            f"办件 {folder.case} 现处于“{folder.state.zh}”，不能办理“{zh(folder.definition, '', ask.action)}”；可办理：{names}。",
            rule="case.action",
            state=folder.case.state,
            action=ask.action,
        )
    return action


def role(folder: Folder, by: Actor, roles: Iterable[str], what_zh: str) -> str:
    """The role in which the actor may do this.

    Raises:
        NotAllowed: naming the roles that may.
    """
    roles, clash = tuple(roles), ""
    for name in roles:
        if plays(folder, by, name):
            clash = second_hat(folder, by, name)
            if not clash:
                return name
    if clash:
        raise NotAllowed(clash, rule="case.second_hat", roles=roles, actor=by.key)
    definition = folder.definition
    names = "、".join(definition.roles[one].zh if one in definition.roles else "系统" for one in roles)
    raise NotAllowed(
        f"“{what_zh}”由{names}办理，您在该单位没有这个角色。",
        rule="case.role",
        roles=roles,
        actor=by.key,
        office=folder.case.office_id,
    )


def plays(folder: Folder, by: Actor, name: str) -> bool:
    """Whether the actor plays a role in this case (是否具有角色)."""
    case = folder.case
    if name == SYSTEM or by.kind == "system":
        return name == SYSTEM and by.kind == "system"
    known = folder.definition.roles.get(name)
    if known is not None and known.is_elsewhere:
        return place_of(folder, by, name) is not None
    if by.kind == "subject":
        if name == APPLICANT:
            return case.applicant_id is not None and by.key == f"subject:{case.applicant_id}"
        return by.key in {f"subject:{one}" for one in case.parties.get(name, ())}
    if name == APPLICANT:
        return access.allows(by, ENTER_FOR_APPLICANT, case.office_id)
    return access.holds(by, f"{folder.definition.app}.{name}", case.office_id)


def place_of(folder: Folder, by: Actor, name: str) -> int | None:
    """The office at which an officer holds a role in this case, None at none of them (任职单位).

    For `head@office` it is an office that the case names among its parties.
    """
    known = folder.definition.roles.get(name)
    places = [folder.case.office_id]
    if known is not None and known.is_elsewhere:
        places = list(folder.case.parties.get(name, ()))
    code = f"{folder.definition.app}.{name}"
    return next((one for one in places if access.holds(by, code, one)), None)


def second_hat(folder: Folder, by: Actor, name: str) -> str:
    """Why a substitute must not act in this role here, or "" (代理回避).

    Two posts of one's own were weighed by the security officer. A post that is only lent must not let
    one person check his own work: who acted in a case in another role keeps away from it as a substitute.
    """
    code, office = f"{folder.definition.app}.{name}", place_of(folder, by, name)
    if name == APPLICANT or office is None or not access.only_stands_in(by, code, office):
        return ""
    for other, keys in folder.actors.items():
        if by.key in keys and other in folder.definition.roles and other not in (name, APPLICANT):
            roles = folder.definition.roles
            return (
                f"您已以{roles[other].zh}身份办理过本件，不能再代他人以{roles[name].zh}身份办理；"
                "请由本人或另一位代理人办理。"
            )
    return ""


def acts_for(folder: Folder, ask: Ask, name: str) -> str:
    """For whom the actor acts: as told, as a substitute, or for the applicant (代何人).

    Whoever holds the same role by a post of his own stands in only where the other was in charge.
    """
    if ask.acting_for or ask.by.kind != "account":
        return ask.acting_for
    if name == APPLICANT:
        return f"subject:{folder.case.applicant_id}" if folder.case.applicant_id else ""
    code = f"{folder.definition.app}.{name}"
    office = place_of(folder, ask.by, name) or folder.case.office_id
    whom = access.stands_in_for(ask.by, code, office)
    if not whom or access.only_stands_in(ask.by, code, office):
        return whom
    return whom if whom == f"account:{folder.case.holder_id}" else ""


def moment(folder: Folder, ask: Ask, now: datetime) -> datetime:
    """When the act counts as done; an earlier time needs a permission and keeps the order.

    Raises:
        NotAllowed: the actor may not enter acts afterwards.
        RuleBroken: the time lies in the future, or before the previous step.
    """
    if ask.at is None or ask.at == now:
        return now
    if ask.at > now:
        raise RuleBroken("办理时间不能晚于现在，请改正。", rule="case.backdate", at=ask.at)
    access.require(ask.by, BACKDATE, folder.case.office_id)
    if ask.at < folder.case.last_at:
        raise RuleBroken(
            f"补录的时间不能早于上一步（{time.local(folder.case.last_at):%Y-%m-%d %H:%M}），请改正。",
            rule="case.backdate",
            at=ask.at,
        )
    if not ask.reason.strip():
        raise RuleBroken("补录办理时间必须写明理由。", rule="case.backdate")
    return ask.at


def once(folder: Folder, action: Action, ask: Ask, filled: dict[str, Any]) -> None:
    """An action marked `once` is done once; a gap that a new paper caused may be told again, with reason."""
    before = folder.done.get(action.name)
    if not action.once or not before:
        return
    is_new = filled.get("new_gap") is True and ask.reason.strip()
    if is_new and any(one.added_at > before[-1] for one in folder.documents):
        return
    raise RuleBroken(
        f"“{action.zh}”只能办理一次，已于 {time.local(before[-1]):%Y-%m-%d} 办理；"
        "只有新提交的材料引起的新问题，才可写明理由再次告知。",
        rule="case.once",
        action=action.name,
        at=before[-1],
    )


def needs(folder: Folder, action: Action, ask: Ask, filled: dict[str, Any], facts: Any) -> None:
    """Every paper and field that the action needs is there; all that is missing is named at once."""
    given = {one.kind for one in ask.documents}
    given |= {one.kind for one in folder.documents if one.step_id is None}
    fields = {fact.zh: fact.name.removeprefix("action.") for fact in action.facts}
    missing = []
    for need in action.need:
        if need in given or (need == REASON and ask.reason.strip()):
            continue
        if filled.get(fields.get(need, need)) or search(facts, need):
            continue
        missing.append(need)
    if missing:
        raise RuleBroken(
            f"办理“{action.zh}”还缺：{'、'.join(missing)}，请补齐后再办理。",
            rule="case.need",
            missing=missing,
        )


def joined(folder: Folder, action: Action, name: str) -> None:
    """The tasks done side by side have come together; the applicant need not wait for them."""
    parallel = folder.state.parallel
    if parallel is None or name in (APPLICANT, SYSTEM):
        return
    tasks = folder.present_tasks(parallel.task)
    waiting = [task.part for task in tasks if task.state == Task.State.OPEN]
    if is_joined(parallel, tasks):
        return
    raise RuleBroken(
        f"“{action.zh}”须等各专业完成，尚缺：{'、'.join(waiting)}。", rule="case.join", waiting=waiting
    )


def is_joined(parallel: Parallel, tasks: list[Task]) -> bool:
    """Whether enough of the tasks are done (是否汇合)."""
    done = sum(task.state in (Task.State.DONE, Task.State.CARRIED) for task in tasks)
    wanted = {"all": len(tasks), "any": min(1, len(tasks)), "quorum": parallel.quorum}[parallel.join]
    return done >= wanted


def guarded(folder: Folder, action: Action, env: Environment) -> None:
    """The guard holds; a guard that cannot be worked out is a refusal with its own sentence."""
    if action.guard is None or env.holds(action.guard):
        return
    said = action.guard_zh or f"不符合“{action.zh}”的条件"
    details: dict[str, Any] = {"action": action.name, "guard": action.guard.source}
    named = _open_entries(folder, action)
    if named:
        details["open"] = named
        said += "，尚未关闭：" + "；".join(_entry_zh(one) for one in named[:5])
    if action.otherwise:
        details["offer"] = offer(folder, action.otherwise, env.facts)
    raise RuleBroken(f"{said}。", rule="case.guard", **details)


def offer(folder: Folder, otherwise: str, facts: Any) -> dict[str, Any]:
    """The case to start instead, filled in as far as the facts go (改办建议)."""
    from zhujianyun.kernel.case.engine.opening import facts_for

    name, _, process = otherwise.partition(":")
    return {"effect": name, "process": process, "facts": facts_for(process, facts, time.today())}


def signed(folder: Folder, action: Action, ask: Ask) -> list[dict[str, str]]:
    """Who signs: as given, one person per line; else the people assigned and the actor (签名).

    Raises:
        RuleBroken: signatures were given, but not all that the action asks for.
    """
    if not action.sign:
        return []
    app, office = folder.definition.app, folder.case.office_id
    if not ask.signatures:
        drawn = [
            {"role": role_, "key": f"account:{task.assignee_id}", "zh": task.result.get("assignee_zh", "")}
            for role_ in dict(map(signers, action.sign))
            for task in folder.present_tasks(role_)
            if task.assignee_id
        ]
        return [*drawn, {"role": "", "key": ask.by.key, "zh": ask.by.name_zh}]
    people = {one.key: one for one in (*ask.signatures, ask.by)}
    found = []
    for role_, count in map(signers, action.sign):
        holders = [one for one in people.values() if access.holds(one, f"{app}.{role_}", office)]
        if len(holders) < max(count, 1):
            name = folder.definition.roles[role_].zh
            raise RuleBroken(
                f"“{action.zh}”需要{name} {max(count, 1)} 人签名，现有 {len(holders)} 人。",
                rule="case.sign",
                role=role_,
            )
        found += [{"role": role_, "key": one.key, "zh": one.name_zh} for one in holders[: count or None]]
    _one_signature_each(folder, action, people, found)
    return found


def _one_signature_each(
    folder: Folder, action: Action, people: dict[str, Actor], found: list[dict[str, str]]
) -> None:
    """A lent post adds no second signature: not to the substitute's own, not to the absent person's."""
    app, office = folder.definition.app, folder.case.office_id
    lines: dict[str, str] = {}
    for line in found:
        code = f"{app}.{line['role']}"
        lent = access.only_stands_in(people[line["key"]], code, office)
        whom = access.stands_in_for(people[line["key"]], code, office) if lent else line["key"]
        for one in {line["key"], whom}:
            if one in lines and (lent or lines[one] == "lent"):
                raise RuleBroken(
                    f"“{action.zh}”的签名不能由一人顶两人：{line['zh']} 是代理签名，"
                    "不能与本人或被代理人的签名并用，请另请一位签名。",
                    rule="case.sign_twice",
                    role=line["role"],
                )
        for one in {line["key"], whom}:
            lines[one] = "lent" if lent else "own"


def _open_entries(folder: Folder, action: Action) -> list[dict[str, Any]]:
    parallel = folder.state.parallel
    if parallel is None or action.guard is None or f"{parallel.task}s" not in action.guard.variables:
        return []
    return [one for one in results(folder, parallel.task) if one["open"]]


def _entry_zh(entry: dict[str, Any]) -> str:
    parts = [str(entry[name]) for name in ("severity", "issue", "clause") if entry.get(name)]
    return f"〔{entry['part']}〕{' '.join(parts)}"


def digest_of(documents: Iterable[Attached]) -> dict[str, str]:
    """Kind → digest of what was handed in, for the step (材料摘要)."""
    return {one.kind: one.digest or getattr(one.file, "sha256", "") for one in documents}

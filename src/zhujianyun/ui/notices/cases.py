"""What happened to cases, as notices (办件消息): whose turn it is now, tasks, hand-overs, what roles are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zhujianyun.base import masks
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, Definition
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.notices.recipients import Posts, doers
from zhujianyun.ui.notices.telling import Draft
from zhujianyun.ui.workbench import shown

PUBLIC = "public"
TASK, HAND_OVER = ".task_assigned", ".hand_over"


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a case, with what it needs to be told (办理动作)."""

    entry: Entry
    case: Case
    definition: Definition
    facts: dict


def drafts(entries: Iterable[Entry]) -> Iterator[Draft]:
    """The notices for some entries about cases (办件消息). A handful of queries, however many entries."""
    acts = list(_acts(entries))
    if not acts:
        return
    turns = [act for act in _last_of_each(acts) if _is_turn(act)]
    posts = Posts(_roles(acts), {act.case.office_id for act in acts})
    steps = _steps(turns)
    for act in turns:
        yield from _turn(act, posts, steps[act.case.pk])
    for act in acts:
        yield from _told(act, posts)
        if act.entry.verb.endswith(TASK):
            yield from _task(act)
        elif act.entry.verb.endswith(HAND_OVER):
            yield from _hand_over(act)


def _acts(entries: Iterable[Entry]) -> Iterator[Act]:
    entries = [entry for entry in entries if entry.case_id and entry.verb.startswith("case.")]
    rows = Case.objects.select_related("applicant", "project").in_bulk({entry.case_id for entry in entries})
    for entry in entries:
        case = rows.get(entry.case_id or 0)
        definition = shown.definition_of(case) if case else None
        if case and definition and case.number:
            yield Act(entry, case, definition, entry.facts_dict)


def _last_of_each(acts: Iterable[Act]) -> Iterable[Act]:
    """A case that was handled three times since arrives once."""
    return {act.case.pk: act for act in acts if "step" in act.facts}.values()


def _is_turn(act: Act) -> bool:
    """Whether the case still stands where this act brought it, and it came there by it."""
    facts, case = act.facts, act.case
    return facts.get("to") == case.state and facts["step"] == case.version and facts.get("from") != case.state


def _roles(acts: Iterable[Act]) -> set[str]:
    found: set[str] = set()
    for act in acts:
        state = act.definition.states.get(act.facts.get("to", ""))
        found |= doers(act.definition, state) if state else set()
        found |= {f"{act.definition.app}.{name}" for name in act.facts.get("notify", ())}
    return found


def _steps(acts: Iterable[Act]) -> dict[int, list[Step]]:
    rows = Step.objects.filter(case_id__in=[act.case.pk for act in acts]).order_by("seq")
    found: dict[int, list[Step]] = defaultdict(list)
    for step in rows.only("case_id", "seq", "action", "from_state", "to_state", "role", "actor_zh", "reason"):
        found[step.case_id].append(step)
    return found


def _turn(act: Act, posts: Posts, steps: list[Step]) -> Iterator[Draft]:
    case, definition = act.case, act.definition
    state = definition.states[case.state]
    roles = doers(definition, state)
    last = next((step for step in reversed(steps) if step.seq == case.version), None)
    if not roles or last is None:
        return
    kind, said = _how(definition, last, steps)
    done = shown.action_zh(definition, last.from_state, last.action)
    due = f"，到期日 {case.due_on}" if case.due_on else ""
    why = f"，理由：{last.reason}" if last.reason else ""
    text = f"{case.number}：{_who(case, last)}办理“{done}”{why}。现为“{state.zh}”{due}。"
    for account in posts.turn_of(case, roles):
        if f"account:{account}" != act.entry.actor:
            yield Draft(
                account, kind, f"{kind}:{case.pk}:{act.entry.at:%Y%m%d}", f"{said}：{title_zh(case)}", text,
                case.get_absolute_url(), act.entry.at,
            )  # fmt: skip


def _who(case: Case, step: Step) -> str:
    """Who did it; of a person who applies for himself only the surname shows."""
    is_person = step.role == APPLICANT and case.applicant and case.applicant.kind == "person"
    return masks.name(step.actor_zh, "officer") if is_person else step.actor_zh


def _how(definition: Definition, last: Step, steps: list[Step]) -> tuple[str, str]:
    """Whether it comes for the first time, back from a colleague, or again from the applicant."""
    before = definition.states.get(last.from_state)
    if not any(step.to_state == last.to_state for step in steps if step.seq < last.seq):
        return "turn", "轮到您办理"
    if before and shown.sort_of(definition, before) == "waiting":
        return "returned", "申请人已重新提交"
    if "退" in shown.action_zh(definition, last.from_state, last.action):
        return "returned", "退回到您的环节"
    return "turn", "再次轮到您办理"


def _told(act: Act, posts: Posts) -> Iterator[Draft]:
    """Roles that the process wants to be told; the public reads it in the hall."""
    for name in set(act.facts.get("notify", ())) - {APPLICANT, PUBLIC}:
        for account in posts.at([f"{act.definition.app}.{name}"], act.case.office_id):
            done = shown.action_zh(
                act.definition, act.facts.get("from", ""), act.entry.verb.rpartition(".")[2]
            )
            yield Draft(
                account, "told", f"told:{act.case.pk}:{act.facts.get('step')}", f"通报“{done}”：{title_zh(act.case)}",
                f"{act.case.number}", act.case.get_absolute_url(), act.entry.at,
            )  # fmt: skip


def _task(act: Act) -> Iterator[Draft]:
    facts = act.facts
    account = _account(facts.get("to"))
    if account and facts.get("to") != act.entry.actor:
        name = "·".join(part for part in (facts.get("task"), facts.get("part")) if part)
        yield Draft(
            account, "task", f"task:{act.case.pk}:{facts.get('part')}:{facts.get('round')}",
            f"任务“{name}”分派给您：{title_zh(act.case)}", f"{act.case.number}。{act.entry.reason}",
            act.case.get_absolute_url(), act.entry.at,
        )  # fmt: skip


def _hand_over(act: Act) -> Iterator[Draft]:
    """All cases that one person hands over in a day are one notice, that lists the first few."""
    account = _account(act.facts.get("to"))
    if account:
        yield Draft(
            account, "hand_over", f"hand_over:{act.facts.get('from')}:{act.entry.at:%Y%m%d}", "有办件移交给您",
            f"{act.case.number} {title_zh(act.case)}", "/workbench/cases/?scope=todo", act.entry.at, grows=True,
        )  # fmt: skip


def _account(key: object) -> int:
    kind, _, number = str(key or "").partition(":")
    return int(number) if kind == "account" and number.isdigit() else 0


def title_zh(case: Case) -> str:
    """A case in one phrase (办件称呼): process and what it is about."""
    name = case.title or (case.project.name if case.project else "")
    process = registry.versions(case.process)[-1].zh
    return f"{process}·{name}" if name else process

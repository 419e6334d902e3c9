"""Draws by lot over the cases of a state (摇号抽查): freeze and commit, reveal, apply.

What is drawn and how stands in `kernel.case.draw`, which is pure; here it is tied to cases. The list
is frozen with its commitments before anybody can know the public value; once it has changed, the
draw is void and a new one must be committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Definition, Lottery, State
from zhujianyun.kernel.case.engine.acting import act
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.planning import environment
from zhujianyun.kernel.case.engine.unit import Unit, active, working
from zhujianyun.kernel.case.models import Case, Draw, DrawEntry, Task

HIT, MISS = "hit", "miss"


def freeze(process: str, office: Any, by: Actor, *, nonce_commits: Mapping[str, str] | None = None) -> Draw:
    """Freeze the cases waiting at an office and publish the commitments (冻结名单并公布承诺).

    ``nonce_commits``: witness key → `draw.commit_nonce(nonce)`. An unrevealed draw of the office is
    void with this one: a changed list takes a new commitment.

    Raises:
        NotAllowed: the actor does not draw lots here.
        RuleBroken: too few witnesses, the actor among them, or a stratum without a ratio.
    """
    office_id = getattr(office, "pk", office)
    _flush()
    with transaction.atomic():
        state, groups = _waiting(process, office_id)
        definition, lottery = _lottery(process, state, groups)
        _may_draw(definition, lottery, by, office_id)
        commits = dict(nonce_commits or {})
        _witnesses(lottery, commits, by)
        _void_earlier(process, office_id, by)
        ratios = {
            row["stratum"]: row.whole("percent")
            for row in registry.table(definition.tables.get(lottery.table, lottery.table), clock.today())
        }
        table = lots.stratify(
            {name: [str(one.number) for one in cases] for name, cases in groups.items()}, ratios
        )
        row = Draw.objects.create(
            process=process, definition_version=definition.version, case_state=state, office_id=office_id,
            ratios=ratios, commits={one.name: one.commit for one in table}, nonce_commits=commits,
            frozen_at=clock.now(), by=by.key,
        )  # fmt: skip
        entries = [
            DrawEntry(draw=row, case_id=one.pk, ident=str(one.number), stratum=name)
            for name, cases in groups.items()
            for one in cases
        ]
        DrawEntry.objects.bulk_create(entries, batch_size=500)
        told = {"commits": row.commits, "nonce_commits": commits, "ratios": ratios, "cases": len(entries)}
        _tell("draw_frozen", row, by, told)
    return row


def reveal(draw: Draw, public_value: str, nonces: Mapping[str, str], *, by: Actor) -> Draw:
    """Reveal the public value and the nonces, and draw (公开随机数并开出结果).

    Raises:
        RuleBroken: not frozen, a nonce that is not the committed one, or a list that has changed
            since: then this draw is void and a new list must be frozen.
    """
    _flush()
    changed = _changed_list(draw)
    if changed:
        with transaction.atomic():
            _void(draw, by, f"冻结后名单有变：{'、'.join(changed[:5])}")
        raise RuleBroken(
            f"冻结后名单有变（{'、'.join(changed[:5])}），本次摇号作废，请重新冻结并公布承诺。",
            rule="draw.list_changed", cases=changed,
        )  # fmt: skip
    with transaction.atomic():
        row = Draw.objects.select_for_update().get(pk=draw.pk)
        if row.state != Draw.State.FROZEN:
            raise RuleBroken(f"这次摇号{row.get_state_display()}，不能再开出。", rule="draw.order")
        _may_draw(*_definition_of(row), by, row.office_id)
        names = list(row.nonce_commits)
        missing = [name for name in names if name not in nonces]
        if missing:
            raise RuleBroken(f"见证人 {'、'.join(missing)} 尚未公开随机数。", rule="draw.nonce")
        row.seed = lots.reveal(
            public_value, [nonces[n] for n in names], [row.nonce_commits[n] for n in names]
        )
        row.public_value, row.nonces = public_value, {name: nonces[name] for name in names}
        row.state, row.revealed_at = Draw.State.REVEALED, clock.now()
        row.save()
        hits = _pick(row)
        told = {"public": public_value, "nonces": row.nonces, "seed": row.seed, "hits": hits}
        _tell("draw_revealed", row, by, told)
    _copy(row, draw)
    return draw


def apply(
    draw: Draw,
    *,
    by: Actor,
    inspectors: Mapping[str, Sequence[Actor]] | None = None,
    conflicts: Mapping[str, Sequence[str]] | None = None,
) -> list[Case]:
    """Carry the outcome to the cases (落实摇号结果): hit or miss, and inspectors by the same seed; the hits.

    ``inspectors``: role → pool, e.g. ``{"insp": [actor, …]}``; ``conflicts``: case number → account
    keys to pass over (回避). Works in a batch; a crash half-way is taken up again by calling it again.

    Raises:
        RuleBroken: not revealed yet, or too few inspectors without conflict.
    """  # fmt: skip
    if draw.state not in (Draw.State.REVEALED, Draw.State.APPLIED):
        raise RuleBroken("摇号结果尚未开出，不能落实。", rule="draw.order", state=draw.state)
    definition, lottery = _definition_of(draw)
    _flush()
    found: list[Case] = []
    entries = list(DrawEntry.objects.filter(draw=draw).select_related("case").order_by("stratum", "place"))
    context = transaction.atomic() if active() is None else _nothing()
    with context:
        for entry in entries:
            chosen = _inspectors(draw, lottery, entry, inspectors or {}, conflicts or {}) if entry.hit else []
            case = _carried(draw, entry, by, chosen)
            if entry.hit:
                found.append(case)
        if draw.state != Draw.State.APPLIED:
            draw.state, draw.applied_at = Draw.State.APPLIED, clock.now()
            _save(draw)
            _tell("draw_applied", draw, by, {"hits": len(found), "misses": len(entries) - len(found)})
    return found


def _carried(draw: Draw, entry: DrawEntry, by: Actor, chosen: list[tuple[str, Actor]]) -> Case:
    case, action = entry.case, HIT if entry.hit else MISS
    with working() as unit:
        case = unit.folder(case).case
    act(case, action, by=by, expected_version=case.version, key=f"draw:{draw.pk}:{action}")
    with working() as unit:
        folder = unit.folder(case)
        known = {(task.name, task.part) for task in folder.tasks}
        for n, (role, actor) in enumerate(chosen, 1):
            if (role, str(n)) not in known:
                _assign(unit, folder, role, str(n), actor)
    return case


def _assign(unit: Unit, folder: Folder, role: str, part: str, actor: Actor) -> None:
    from zhujianyun.kernel.case.rows import new

    row = new(
        Task, {"case": folder.case}, case_id=folder.case.pk, name=role, part=part, role=role,
        round=folder.case.round, assignee_id=actor.account_id, opened_at=clock.now(),
        result={"assignee_zh": actor.name_zh},
    )  # fmt: skip
    folder.tasks.append(row)
    unit.add(row)


def _inspectors(
    draw: Draw, lottery: Lottery, entry: DrawEntry, pools: Mapping[str, Sequence[Actor]], conflicts: Any
) -> list[tuple[str, Actor]]:
    chosen: list[tuple[str, Actor]] = []
    for role, count in lottery.also:
        pool = {one.key: one for one in pools.get(role, ())}
        away = set(conflicts.get(entry.ident, ()))
        drawn = lots.draw_inspectors(draw.seed, entry.ident, list(pool), away & set(pool), count)
        chosen += [(role, pool[key]) for key in drawn.drawn]
    return chosen


def _waiting(process: str, office_id: int) -> tuple[str, dict[str, list[Case]]]:
    """The state with the lottery, and its cases at the office by stratum."""
    states = {s.name for d in registry.versions(process) for s in d.states.values() if s.lottery}
    if not states:
        raise RuleBroken("这个流程没有摇号环节。", rule="draw.process", process=process)
    rows = Case.objects.filter(process=process, office_id=office_id, state__in=states).order_by("id")
    ids = list(rows.values_list("id", flat=True))
    groups: dict[str, list[Case]] = {}
    with working() as unit:
        for folder in unit.load(ids):
            groups.setdefault(_stratum(unit, folder), []).append(folder.case)
    return sorted(states)[0], groups


def _stratum(unit: Unit, folder: Folder) -> str:
    lottery = folder.state.lottery
    assert lottery is not None
    return str(environment(unit, folder, clock.today()).value(lottery.stratum))


def _lottery(process: str, state: str, groups: Mapping[str, list[Case]]) -> tuple[Definition, Lottery]:
    first = next((cases[0] for cases in groups.values()), None)
    definition = (
        registry.get(process, first.definition_version)
        if first
        else registry.in_force(process, clock.today())
    )
    lottery = _state_of(definition, state).lottery
    assert lottery is not None
    return definition, lottery


def _state_of(definition: Definition, state: str) -> State:
    return definition.states[state]


def _definition_of(draw: Draw) -> tuple[Definition, Lottery]:
    definition = registry.get(draw.process, draw.definition_version)
    lottery = definition.states[draw.case_state].lottery
    assert lottery is not None
    return definition, lottery


def _may_draw(definition: Definition, lottery: Lottery, by: Actor, office_id: int) -> None:
    if not access.holds(by, f"{definition.app}.{lottery.by}", office_id):
        raise NotAllowed(
            f"摇号由{definition.roles[lottery.by].zh}主持，您在该单位没有这个角色。",
            rule="draw.role",
            actor=by.key,
        )


def _witnesses(lottery: Lottery, commits: Mapping[str, str], by: Actor) -> None:
    if len(commits) < lottery.witness or by.key in commits:
        raise RuleBroken(
            f"须有抽取员以外的 {lottery.witness} 名见证人先提交随机数承诺，现有 {len(commits)} 名。",
            rule="draw.witness", witnesses=list(commits),
        )  # fmt: skip


def _changed_list(draw: Draw) -> list[str]:
    """Entries whose case has left the state or changed its stratum since the list was frozen."""
    entries = list(DrawEntry.objects.filter(draw=draw))
    changed = []
    with working() as unit:
        for entry, folder in zip(entries, unit.load([one.case_id for one in entries]), strict=True):
            if folder.case.state != draw.case_state or _stratum(unit, folder) != entry.stratum:
                changed.append(entry.ident)
    return changed


def _pick(draw: Draw) -> list[str]:
    """Write down place and outcome of every entry; the numbers drawn."""
    groups: dict[str, list[str]] = {}
    entries = {one.ident: one for one in DrawEntry.objects.filter(draw=draw)}
    for one in entries.values():
        groups.setdefault(one.stratum, []).append(one.ident)
    table = lots.stratify(groups, draw.ratios)
    if {one.name: one.commit for one in table} != draw.commits:
        raise RuleBroken("名单与公布的承诺不符，本次摇号无效。", rule="draw.list_changed")
    hits: list[str] = []
    for stratum in table:
        for place, ident in enumerate(lots.order(draw.seed, stratum.ids), 1):
            entries[ident].place, entries[ident].hit = place, place <= stratum.take
            if place <= stratum.take:
                hits.append(ident)
    DrawEntry.objects.bulk_update(entries.values(), ["place", "hit"], batch_size=200)
    return hits


def _void_earlier(process: str, office_id: int, by: Actor) -> None:
    for row in Draw.objects.filter(process=process, office_id=office_id, state=Draw.State.FROZEN):
        _void(row, by, "重新冻结名单")
    if Draw.objects.filter(process=process, office_id=office_id, state=Draw.State.REVEALED).exists():
        raise RuleBroken("上一次摇号已开出但尚未落实，请先落实结果。", rule="draw.order")


def _void(draw: Draw, by: Actor, reason: str) -> None:
    draw.state, draw.void_reason = Draw.State.VOID, reason
    draw.save(update_fields=["state", "void_reason"])
    _tell("draw_void", draw, by, {"reason": reason})


def _save(draw: Draw) -> None:
    unit = active()
    if unit is None:
        draw.save()
    else:
        unit.later(draw)


def _copy(known: Draw, given: Draw) -> None:
    for field in known._meta.concrete_fields:
        setattr(given, field.attname, getattr(known, field.attname))


def _flush() -> None:
    unit = active()
    if unit is not None:
        unit.flush()


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def _tell(verb: str, draw: Draw, by: Actor, told: dict[str, Any]) -> None:
    entry = journal.draft(
        f"case.{draw.process}.{verb}", actor=by.key, object=("draw", str(draw.pk)),
        facts={"process": draw.process, "office": draw.office_id, "marks": [], "effects": [], **told},
    )  # fmt: skip
    unit = active()
    if unit is None:
        journal.record_many([entry])
    else:
        unit.entries.append(entry)

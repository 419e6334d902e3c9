"""What the draw pages show (抽签页): who may draw where, strata with their lists, the verification data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Definition, Lottery
from zhujianyun.kernel.case.models import Case, Draw, DrawEntry
from zhujianyun.ui.workbench import shown

SORTS = {"frozen": "working", "revealed": "waiting", "applied": "settled", "void": "ended"}


@dataclass(frozen=True, slots=True)
class Pool:
    """Cases that wait for a draw at an office where the officer may draw (待抽名单)."""

    process: str
    process_zh: str
    office: Office
    waiting: int
    witnesses: list[Account]
    wanted: int  # witnesses at least
    open_draw: Draw | None


@dataclass(frozen=True, slots=True)
class StratumView:
    """One stratum of a draw (分层)."""

    name: str
    zh: str
    percent: int
    commit: str
    entries: list[DrawEntry]

    @property
    def hits(self) -> int:
        """How many were drawn."""
        return sum(one.hit is True for one in self.entries)


def lotteries() -> dict[str, tuple[Definition, Lottery, frozenset[str]]]:
    """Process → its newest definition with a draw, the draw, and the states that wait for it (有摇号的流程)."""
    found: dict[str, tuple[Definition, Lottery, frozenset[str]]] = {}
    for definition in registry.all_():
        for state in definition.states.values():
            if state.lottery:
                known = found.get(definition.process)
                states = (known[2] if known else frozenset()) | {state.name}
                found[definition.process] = (definition, state.lottery, states)
    return found


def draws(actor: Actor) -> QuerySet[Draw]:
    """The draws an officer may see, latest first (可见摇号)."""
    rows = Draw.objects.select_related("office").annotate(
        listed=Count("entries"), hits=Count("entries", filter=Q(entries__hit=True))
    )
    return rows.filter(_seen(actor)).order_by("-frozen_at", "-pk")


def _seen(actor: Actor) -> Q:
    seen = Q(pk__in=())
    for process, (definition, lottery, _) in lotteries().items():
        offices: Iterable[int] = {
            office
            for role, office in actor.roles
            if role in (f"{definition.app}.{lottery.by}", f"{definition.app}.witness")
        }
        for code in (cases.VIEW, f"{definition.app}.view_cases"):
            reach = access.offices_for(actor, code)
            if reach is access.ALL:
                return Q()
            offices = {*offices, *reach}
        seen |= Q(process=process, office_id__in=list(offices))
    return seen


def draw(actor: Actor, pk: int) -> Draw:
    """One draw, when the officer may see it (查看摇号).

    Raises:
        NotFound: none, or not visible.
    """
    found = draws(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这次抽签，或者它不在您的可见范围内。", rule="workbench.draw", draw=pk)
    return found


def pools(actor: Actor) -> list[Pool]:
    """Where this officer may freeze a list now (可冻结名单)."""
    found = []
    for process, (definition, lottery, states) in lotteries().items():
        role = f"{definition.app}.{lottery.by}"
        for office in Office.objects.filter(pk__in=[pk for code, pk in actor.roles if code == role]):
            waiting = Case.objects.filter(process=process, office=office, state__in=states).count()
            present = Draw.objects.filter(
                process=process, office=office, state__in=("frozen", "revealed")
            ).first()
            witnesses = people.holders(f"{definition.app}.witness", office.pk).exclude(
                pk=actor.account_id or 0
            )
            found.append(
                Pool(process, definition.zh, office, waiting, list(witnesses), lottery.witness, present)
            )
    return found


def may_draw(actor: Actor, row: Draw) -> bool:
    """Whether this officer leads this draw (是否抽取员)."""
    known = lotteries().get(row.process)
    return known is not None and access.holds(actor, f"{known[0].app}.{known[1].by}", row.office_id)


def inspectors(row: Draw) -> dict[str, list[Actor]]:
    """The people that the same seed draws for each hit (检查人员名册)."""
    known = lotteries().get(row.process)
    if known is None:
        return {}
    definition, lottery, _ = known
    return {
        role: [access.actor(one) for one in people.holders(f"{definition.app}.{role}", row.office_id)]
        for role, _ in lottery.also
    }


def strata(row: Draw) -> list[StratumView]:
    """The strata with their entries, in the order drawn once drawn (分层名单)."""
    groups: dict[str, list[DrawEntry]] = {name: [] for name in row.ratios}
    for entry in row.entries.select_related("case").order_by("place", "ident"):
        groups.setdefault(entry.stratum, []).append(entry)
    names = stratum_names(row)
    return [
        StratumView(name, names.get(name, name), row.ratios.get(name, 0), row.commits.get(name, ""), entries)
        for name, entries in groups.items()
    ]


def stratum_names(row: Draw) -> dict[str, str]:
    """Strata in Chinese, as the table of ratios names them (分层名称)."""
    try:
        definition = registry.get(row.process, row.definition_version)
        lottery = definition.states[row.case_state].lottery
        table = definition.tables.get(lottery.table, lottery.table) if lottery else ""
        return {one["stratum"]: one["zh"] for one in registry.table(table, clock.local_day(row.frozen_at))}
    except (NotFound, KeyError):
        return {}


def verification(row: Draw) -> dict[str, Any]:
    """What `verify_draw.py` reads (核验数据)."""
    names = list(row.nonce_commits)
    return {
        "process": row.process,
        "office": row.office.name,
        "frozen_at": shown.moment_zh(row.frozen_at),
        "revealed_at": shown.moment_zh(row.revealed_at) if row.revealed_at else "",
        "public": row.public_value,
        "witnesses": names,
        "nonces": [row.nonces.get(name, "") for name in names],
        "nonce_commits": [row.nonce_commits[name] for name in names],
        "seed": row.seed,
        "strata": [
            {
                "name": one.name,
                "zh": one.zh,
                "ids": sorted(entry.ident for entry in one.entries),
                "percent": one.percent,
                "commit": one.commit,
                "drawn": [entry.ident for entry in one.entries if entry.hit],
            }
            for one in strata(row)
        ],
    }


def badge(row: Draw) -> shown.ShownState:
    """The state of a draw as a badge (摇号状态)."""
    return shown.ShownState(row.get_state_display(), SORTS[row.state])


def witnesses(row: Draw) -> list[dict[str, str]]:
    """Each witness with name, commitment and nonce (见证人)."""
    ids = [int(key.partition(":")[2]) for key in row.nonce_commits if key.startswith("account:")]
    names = {
        f"account:{pk}": name for pk, name in Account.objects.filter(pk__in=ids).values_list("pk", "name_zh")
    }
    return [
        {"key": key, "name": names.get(key, key), "commit": commit, "nonce": row.nonces.get(key, "")}
        for key, commit in row.nonce_commits.items()
    ]

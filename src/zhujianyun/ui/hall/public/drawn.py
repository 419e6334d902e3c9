"""A draw as the public sees and verifies it (摇号公示): commitments before, lists and numbers after.

Before the public value is known only the commitments and the size of each list are shown; the lists
and the witnesses' numbers come with the outcome. Witnesses are told by masked name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhujianyun.base import clock, masks
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Draw, DrawEntry
from zhujianyun.kernel.case.papers import seal
from zhujianyun.ui.hall.public import notices, said

FORMAT = "zhujianyun-draw/1"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a list (名单项)."""

    ident: str
    project: str
    place: int | None
    hit: bool | None


@dataclass(frozen=True, slots=True)
class StratumShown:
    """One stratum as it is published (分层)."""

    name: str
    zh: str
    percent: int
    commit: str
    lines: tuple[Line, ...]
    count: int

    @property
    def hits(self) -> list[Line]:
        """Those drawn, in their order (抽中名单)."""
        return [one for one in self.lines if one.hit]


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness: masked name, commitment, and the number once revealed (见证人)."""

    name: str
    commit: str
    nonce: str


def strata(row: Draw) -> list[StratumShown]:
    """The strata of a draw (分层名单). Two queries."""
    groups: dict[str, list[DrawEntry]] = {name: [] for name in row.ratios}
    for entry in row.entries.select_related("case__project", "case__applicant").order_by("place", "ident"):
        groups.setdefault(entry.stratum, []).append(entry)
    names = _names(row)
    return [
        StratumShown(
            name, names.get(name, name), row.ratios.get(name, 0), row.commits.get(name, ""),
            tuple(_line(one) for one in entries) if row.seed else (), len(entries),
        )
        for name, entries in groups.items()
    ]  # fmt: skip


def _line(entry: DrawEntry) -> Line:
    return Line(entry.ident, said.project_name(entry.case), entry.place, entry.hit)


def _names(row: Draw) -> dict[str, str]:
    """Strata in Chinese, as the table of ratios named them on that day."""
    try:
        definition = registry.get(row.process, row.definition_version)
        lottery = definition.states[row.case_state].lottery
        table = definition.tables.get(lottery.table, lottery.table) if lottery else ""
        return {one["stratum"]: one["zh"] for one in registry.table(table, clock.local_day(row.frozen_at))}
    except (NotFound, KeyError):
        return {}


def witnesses(row: Draw) -> list[Witness]:
    """The witnesses in the order of the seed (见证人). One query."""
    keys = [int(key.partition(":")[2]) for key in row.nonce_commits if key.startswith("account:")]
    known = dict(Account.objects.filter(pk__in=keys).values_list("pk", "name_zh"))
    names = {f"account:{pk}": masks.name(name) for pk, name in known.items()}
    return [
        Witness(names.get(key, f"见证人{i}"), commit, row.nonces.get(key, "") if row.seed else "")
        for i, (key, commit) in enumerate(row.nonce_commits.items(), 1)
    ]


def bundle(row: Draw) -> dict[str, Any]:
    """What `verify_draw.py` and the page check, signed (核验数据).

    Raises:
        NotFound: the draw has not been made.
    """
    if not row.seed:
        raise NotFound("这次抽查还没有开出结果，开出后才有核验数据。", rule="hall.draw_bundle", draw=row.pk)
    told = {
        "format": FORMAT,
        "alg": "sm3",
        "draw": row.pk,
        "process": row.process,
        "process_zh": notices.process_zh(row.process),
        "office": row.office.name,
        "frozen_at": clock.local(row.frozen_at).isoformat(timespec="seconds"),
        "revealed_at": clock.local(row.revealed_at).isoformat(timespec="seconds") if row.revealed_at else "",
        "public": row.public_value,
        "nonces": [row.nonces[key] for key in row.nonce_commits],
        "nonce_commits": list(row.nonce_commits.values()),
        "seed": row.seed,
        "strata": [
            {
                "name": one.name,
                "zh": one.zh,
                "ids": sorted(line.ident for line in one.lines),
                "percent": one.percent,
                "commit": one.commit,
                "drawn": [line.ident for line in one.hits],
            }
            for one in strata(row)
        ],
    }
    return seal.with_seal(told)

"""The graph of live links (互联图): systems, what flows between them, and who stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from zhujianyun.apps.asset_inventory.models import LinkedSpan
from zhujianyun.apps.asset_inventory.queries.records import LIVE, visible
from zhujianyun.apps.asset_inventory.queries.standing import Standing, standing_of
from zhujianyun.apps.asset_inventory.rules.layout import COLUMN, LABEL, Spot, laid_out
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.system.models import SystemLink


@dataclass(frozen=True, slots=True)
class Node:
    """A system on the graph (节点)."""

    standing: Standing
    spot: Spot
    ties: int
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Everything that flows between two systems (连线)."""

    source: Node
    target: Node
    kinds: str
    flows: tuple[str, ...]
    both_ways: bool
    sign_on_only: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture (互联图): nodes by name, edges, and its frame."""

    nodes: list[Node]
    edges: list[Edge]
    box: tuple[float, float, float, float]

    @property
    def alone(self) -> list[Node]:
        """Systems without any live link (孤立系统)."""
        return [node for node in self.nodes if not node.ties]

    @property
    def linked(self) -> list[Node]:
        """Systems that count as linked (互联互通系统)."""
        return [node for node in self.nodes if node.is_linked]


def graph(by: Actor, day: date) -> Graph:
    """The systems that an actor may see, and the live links between them (互联图)."""
    records = list(visible(by).filter(system__state__in=LIVE))
    standings = standing_of(records)
    live = SystemLink.objects.filter(
        Q(until=None) | Q(until__gt=day), since__lte=day, source__in=standings, target__in=standings
    )
    links = list(live.select_related("source", "target").order_by("source__code", "target__code", "pk"))
    spots = laid_out(
        [one.code for one in standings.values()], [(row.source.code, row.target.code) for row in links]
    )
    linked = set(_linked(day))
    ties: dict[int, set[int]] = {}
    for row in links:
        ties.setdefault(row.source_id, set()).add(row.target_id)
        ties.setdefault(row.target_id, set()).add(row.source_id)
    nodes = {
        key: Node(one, spots[one.code], len(ties.get(key, ())), key in linked)
        for key, one in standings.items()
    }
    return Graph(sorted(nodes.values(), key=lambda n: n.standing.name), _edges(links, nodes), _box(spots))


def _linked(day: date) -> list[int]:
    rows = LinkedSpan.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    return list(rows.values_list("system_id", flat=True))


def _edges(links: list[SystemLink], nodes: dict[int, Node]) -> list[Edge]:
    pairs: dict[tuple[int, int], list[SystemLink]] = {}
    for row in links:
        pairs.setdefault((min(row.source_id, row.target_id), max(row.source_id, row.target_id)), []).append(
            row
        )
    found = []
    for rows in pairs.values():
        kinds = dict.fromkeys(row.get_kind_display() for row in rows)
        found.append(
            Edge(
                nodes[rows[0].source_id], nodes[rows[0].target_id], "、".join(kinds),
                tuple(f"{row.source.name} → {row.target.name}：{row.flows}" for row in rows),
                len({row.source_id for row in rows}) == 2,
                all(row.kind == SystemLink.Kind.SIGN_ON for row in rows),
            )
        )  # fmt: skip
    return found


def _box(spots: dict[str, Spot]) -> tuple[float, float, float, float]:
    if not spots:
        return 0.0, 0.0, 100.0, 100.0
    edge = [spot.x + (COLUMN if spot.is_alone else LABEL) for spot in spots.values()]
    left = min(spot.x - (20 if spot.is_alone else LABEL) for spot in spots.values())
    reach = max(abs(spot.y) + (40 if spot.is_alone else LABEL) for spot in spots.values())
    return left, -reach, max(edge) - left, 2 * reach

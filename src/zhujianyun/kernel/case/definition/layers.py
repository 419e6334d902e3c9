"""A small layered layout (分层布局): ranks, order and coordinates for a directed graph.

After Sugiyama, Tagawa and Toda (1981), the way `dot` does it: break cycles, rank by the longest
path, give every edge a node for its label and dummies on the ranks it passes, order the ranks by
barycentres, then place them by least squares. Labels own their places, so nothing overlaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 24


@dataclass(slots=True)
class Edge:
    """An edge with a label (连线); `chain` holds its nodes from the upper rank to the lower."""

    source: str
    target: str
    key: str
    is_back: bool = False
    chain: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The node of the label (标签位置): next to the node where the edge starts."""
        return self.chain[-2] if self.is_back else self.chain[1]


@dataclass(slots=True)
class Layout:
    """The outcome (布局结果): `rank` and `x` (centre) of each node, label nodes and dummies included."""

    rank: dict[str, int]
    x: dict[str, float]
    edges: list[Edge]
    ranks: list[list[str]]


def lay_out(
    nodes: Sequence[str],
    edges: Sequence[tuple[str, str, str]],
    width: Callable[[str], float],
    gap: float,
) -> Layout:
    """Lay out nodes and edges (source, target, label key) from the first node downwards (布局).

    `width` gives the breadth of a node, a label (by its key) or a dummy (by ``""``). Edges from a
    node to itself are the caller's to draw.
    """
    laid = [Edge(s, t, key) for s, t, key in edges]
    _break_cycles(nodes, laid)
    rank = _rank(nodes, laid)
    _chain(laid, rank)
    kind = {edge.label: edge.key for edge in laid} | {node: node for node in nodes}
    ranks = _order(rank, laid)
    x = _place(ranks, laid, {name: width(kind.get(name, "")) for name in rank}, gap)
    return Layout(rank, x, laid, ranks)


def _break_cycles(nodes: Sequence[str], edges: list[Edge]) -> None:
    ahead: dict[str, list[Edge]] = {node: [] for node in nodes}
    for edge in edges:
        ahead[edge.source].append(edge)
    done: set[str] = set()
    above: set[str] = set()

    def visit(node: str) -> None:
        above.add(node)
        for edge in ahead[node]:
            if edge.target in above:
                edge.is_back = True
            elif edge.target not in done:
                visit(edge.target)
        above.discard(node)
        done.add(node)

    for node in nodes:
        if node not in done:
            visit(node)


def _rank(nodes: Sequence[str], edges: list[Edge]) -> dict[str, int]:
    """Longest path; odd ranks are kept for labels."""
    rank = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for edge in edges:
            upper, lower = (edge.target, edge.source) if edge.is_back else (edge.source, edge.target)
            rank[lower] = max(rank[lower], rank[upper] + 2)
    return rank


def _chain(edges: list[Edge], rank: dict[str, int]) -> None:
    for edge in edges:
        upper, lower = (edge.target, edge.source) if edge.is_back else (edge.source, edge.target)
        edge.chain = [upper]
        for r in range(rank[upper] + 1, rank[lower]):
            name = f"{edge.key}@{r}"
            rank[name] = r
            edge.chain.append(name)
        edge.chain.append(lower)


def _links(edges: list[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for edge in edges:
        for upper, lower in zip(edge.chain, edge.chain[1:], strict=False):
            down.setdefault(upper, []).append(lower)
            up.setdefault(lower, []).append(upper)
    return up, down


def _order(rank: dict[str, int], edges: list[Edge]) -> list[list[str]]:
    up, down = _links(edges)
    ranks: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for name in rank:
        ranks[rank[name]].append(name)
    best, fewest = [list(r) for r in ranks], _crossings(ranks, down)
    for sweep in range(SWEEPS):
        going_down = sweep % 2 == 0
        near = up if going_down else down
        for i in range(1, len(ranks)) if going_down else range(len(ranks) - 2, -1, -1):
            beside = ranks[i - 1] if going_down else ranks[i + 1]
            _sort_by_neighbours(ranks[i], beside, near)
        for row, below in zip(ranks, ranks[1:], strict=False):
            _swap_neighbours(below, row, up)
        count = _crossings(ranks, down)
        if count < fewest:
            best, fewest = [list(r) for r in ranks], count
    return best


def _sort_by_neighbours(row: list[str], beside: list[str], near: Mapping[str, list[str]]) -> None:
    place = {name: i for i, name in enumerate(beside)}

    def centre(item: tuple[int, str]) -> float:
        i, name = item
        found = [place[n] for n in near.get(name, ()) if n in place]
        return sum(found) / len(found) if found else float(i)

    row[:] = [name for _, name in sorted(enumerate(row), key=centre)]


def _swap_neighbours(row: list[str], above: list[str], up: Mapping[str, list[str]]) -> None:
    """Swap two that stand side by side while that takes away crossings."""
    place = {name: i for i, name in enumerate(above)}
    for i in range(len(row) - 1):
        a = [place[n] for n in up.get(row[i], ())]
        b = [place[n] for n in up.get(row[i + 1], ())]
        if sum(p > q for p in a for q in b) > sum(q > p for p in a for q in b):
            row[i], row[i + 1] = row[i + 1], row[i]


def _crossings(ranks: list[list[str]], down: Mapping[str, list[str]]) -> int:
    count = 0
    for row, below in zip(ranks, ranks[1:], strict=False):
        place = {name: i for i, name in enumerate(below)}
        ends = [sorted(place[n] for n in down.get(name, ())) for name in row]
        flat = [end for group in ends for end in group]
        count += sum(a > b for i, a in enumerate(flat) for b in flat[i + 1 :])
    return count


def _place(
    ranks: list[list[str]], edges: list[Edge], width: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Centres: each near the middle of its neighbours, long edges straight, none too close."""
    up, down = _links(edges)
    x: dict[str, float] = {}
    for row in ranks:
        at = 0.0
        for name in row:
            x[name] = at + width[name] / 2
            at += width[name] + gap
    for sweep in range(SWEEPS):
        near = (up, down)[sweep % 2]
        for row in ranks if sweep % 2 == 0 else reversed(ranks):
            wish = [_middle([x[n] for n in near.get(name, ())], x[name]) for name in row]
            weight = [8.0 if "@" in name and width[name] < 2 * gap else 1.0 for name in row]
            apart = [(width[a] + width[b]) / 2 + gap for a, b in zip(row, row[1:], strict=False)]
            x.update(zip(row, spread(wish, weight, apart), strict=True))
    left = min(x[name] - width[name] / 2 for name in x)
    return {name: at - left for name, at in x.items()}


def _middle(near: list[float], own: float) -> float:
    near = sorted(near)
    if not near:
        return own
    return (near[(len(near) - 1) // 2] + near[len(near) // 2]) / 2


def spread(wish: Sequence[float], weight: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Positions nearest to the wishes that keep the order and the distances (保距最小二乘).

    With the distances taken off, this is isotonic regression: pool adjacent violators.
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    pools: list[list[float]] = []  # mean, weight, members
    for w, k, off in zip(wish, weight, offsets, strict=True):
        pools.append([w - off, k, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, total, size = pools.pop()
            before = pools[-1]
            before[0] = (before[0] * before[1] + mean * total) / (before[1] + total)
            before[1] += total
            before[2] += size
    flat = [pool[0] for pool in pools for _ in range(int(pool[2]))]
    return [at + off for at, off in zip(flat, offsets, strict=True)]

"""From a column to the items and figures that live on it, and back (数据血缘). Pure: nodes, edges, SQL.

Which columns an expression touches is read from the SQL that Ibis emits, by sqlglot: names are
resolved, stars spread out, and whatever does not reach the answer is cut away first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KINDS = {
    "origin": "来源列", "column": "归集列", "item": "信息项", "attribute": "主体属性", "figure": "指标",
}  # fmt: skip
LAYERS = {"origin": 0, "column": 1, "item": 2, "attribute": 2, "figure": 3}


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """Something that data flow through (血缘节点): ``key`` is unique within its kind."""

    kind: str
    key: str
    zh: str = field(default="", compare=False)
    under: str = field(default="", compare=False)  # the table, entry or office that it belongs to

    @property
    def kind_zh(self) -> str:
        """What it is (类别)."""
        return KINDS[self.kind]


@dataclass
class Graph:
    """Nodes and what flows from one to another (血缘图)."""

    after: dict[Node, dict[Node, str]] = field(default_factory=lambda: defaultdict(dict))
    before: dict[Node, dict[Node, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, source: Node, target: Node, how: str = "") -> None:
        """Data flow from one to the other (连边); the first reason told is kept."""
        self.after[source].setdefault(target, how)
        self.before[target].setdefault(source, how)

    def find(self, kind: str, key: str) -> Node | None:
        """The node of a kind and key (查找节点)."""
        wanted = Node(kind, key)
        for side in (self.after, self.before):
            if wanted in side:
                return next(node for node in side if node == wanted)
        return None

    def upstream(self, node: Node) -> list[Node]:
        """Everything that it is made of (上游)."""
        return _reached(node, self.before)

    def downstream(self, node: Node) -> list[Node]:
        """Everything that is made of it (下游)."""
        return _reached(node, self.after)

    def around(self, nodes: Iterable[Node]) -> Graph:
        """Only what lies above and below some nodes (关联子图)."""
        kept: set[tuple[Node, Node]] = set()
        for node in nodes:
            above, below = {node, *self.upstream(node)}, {node, *self.downstream(node)}
            kept |= {(a, b) for b in above for a in self.before.get(b, {})}
            kept |= {(a, b) for a in below for b in self.after.get(a, {})}
        part = Graph()
        for a, b in sorted(kept):
            part.add(a, b, self.after[a][b])
        return part

    @property
    def nodes(self) -> list[Node]:
        """All of them (全部节点)."""
        return sorted({*self.after, *self.before})

    @property
    def edges(self) -> list[tuple[Node, Node, str]]:
        """All flows with their reasons (全部流向)."""
        return [(a, b, how) for a in sorted(self.after) for b, how in sorted(self.after[a].items())]


def _reached(node: Node, step: Mapping[Node, Mapping[Node, str]]) -> list[Node]:
    found: dict[Node, None] = {}
    waiting = [node]
    while waiting:
        for following in sorted(step.get(waiting.pop(), {})):
            if following not in found and following != node:
                found[following] = None
                waiting.append(following)
    return sorted(found)


def touched(sql: str, columns: Mapping[str, Iterable[str]], dialect: str = "duckdb") -> set[tuple[str, str]]:
    """The columns of the tables that decide the answer of a query (用到的列): (table, column).

    Raises:
        sqlglot.errors.SqlglotError: for what is no query of this dialect, or names unknown columns.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.optimizer.pushdown_projections import pushdown_projections
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import traverse_scope

    schema: dict[str, object] = {table: dict.fromkeys(names, "VARCHAR") for table, names in columns.items()}
    tree = qualify(sqlglot.parse_one(sql, dialect=dialect), schema=schema, dialect=dialect)
    tree = pushdown_projections(tree)
    found = set()
    for scope in traverse_scope(tree):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                found.add((source.name, column.name))
    return found


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is drawn (图中位置)."""

    node: Node
    x: int
    y: int
    is_focus: bool

    @property
    def name(self) -> str:
        """Its name, as much as the box holds (名称)."""
        own = self.node.key.rpartition("/")[2].rpartition(".")[2] if self.node.kind != "figure" else ""
        return _short(" ".join(dict.fromkeys(filter(None, (self.node.zh, own)))))

    @property
    def under(self) -> str:
        """What it belongs to, as much as the box holds (所属)."""
        return _short(self.node.under or self.node.key, 34)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a graph (血缘图形): boxes in columns from left to right, curves between them."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    heads: tuple[tuple[int, str], ...]


BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, TOP = 208, 44, 72, 12, 34


def drawn(graph: Graph, focus: Iterable[Node]) -> Drawing:
    """Place the nodes in layers and bend lines between them (布局); figures made of figures stand further right."""
    marked, layers = set(focus), defaultdict(list)
    for node in graph.nodes:
        layers[_layer(graph, node)].append(node)
    used = sorted(layers)
    place: dict[Node, tuple[int, int]] = {}
    for number, layer in enumerate(used):
        x = number * (BOX_WIDTH + GAP_X)
        ordered = sorted(layers[layer], key=lambda node: (_height(graph, node, place), node))
        for row, node in enumerate(ordered):
            place[node] = x, TOP + row * (BOX_HEIGHT + GAP_Y)
    boxes = tuple(Box(node, *place[node], node in marked) for node in graph.nodes)
    paths = tuple(_curve(place[a], place[b]) for a, b, _ in graph.edges)
    tallest = max((len(nodes) for nodes in layers.values()), default=0)
    heads = tuple((n * (BOX_WIDTH + GAP_X), _head(layers[layer])) for n, layer in enumerate(used))
    width = max(BOX_WIDTH, len(used) * (BOX_WIDTH + GAP_X) - GAP_X)
    return Drawing(width, TOP + tallest * (BOX_HEIGHT + GAP_Y), boxes, paths, heads)


def _layer(graph: Graph, node: Node) -> int:
    deeper = [
        _layer(graph, other) for other in graph.before.get(node, {}) if other.kind == node.kind == "figure"
    ]
    return max([LAYERS[node.kind], *(layer + 1 for layer in deeper)])


def _height(graph: Graph, node: Node, place: Mapping[Node, tuple[int, int]]) -> float:
    """Beside what it comes from, so that few lines cross."""
    heights = [place[other][1] for other in graph.before.get(node, {}) if other in place]
    return sum(heights) / len(heights) if heights else 0.0


def _head(nodes: list[Node]) -> str:
    return "、".join(dict.fromkeys(node.kind_zh for node in nodes))


def _short(text: str, room: int = 29) -> str:
    """Cut to the room of so many half-width letters; Han characters take two."""
    taken = 0
    for place, letter in enumerate(text):
        taken += 2 if ord(letter) > 0x2E7F else 1
        if taken > room:
            return f"{text[: max(1, place - 1)]}…"
    return text


def _curve(a: tuple[int, int], b: tuple[int, int]) -> str:
    x1, y1, x2, y2 = a[0] + BOX_WIDTH, a[1] + BOX_HEIGHT // 2, b[0], b[1] + BOX_HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"

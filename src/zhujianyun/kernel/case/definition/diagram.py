"""Draws a definition (流程图): SVG for the page, text for the terminal and for screen readers.

Only presentation attributes, no inline styles, so a strict content security policy holds. Meaning
never rests on colour alone: what a state is stands in words inside it, returns are dashed, the
present state carries a tag.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from html import escape

from . import layers
from .model import SYSTEM, Action, Definition, State

BLUE, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, GREY, LINE, TINT = "#1F2933", "#52606D", "#7B8794", "#E4ECF4"
FONT = "Noto Sans CJK SC, Source Han Sans SC, HarmonyOS Sans SC, Microsoft YaHei, sans-serif"
STATE_SIZE, CHIP_SIZE, SMALL = 15, 13, 11  # letters, px
STATE_H, CHIP_H = 46, 38  # boxes, px
GAP, RISE, MARGIN, LOOP = 14, 26, 18, 30  # between neighbours, between rows, around all, for a loop

_layouts: dict[str, layers.Layout] = {}
_MAX_KEPT = 64


def text(definition: Definition) -> str:
    """The definition in words (文字流程图): one line for each action, under its state."""
    lines = [f"{definition.zh}（{definition.process} {definition.version}）"]
    for state in definition.states.values():
        sort = _sort_zh(definition, state)
        lines.append(f"{state.zh}（{sort}）" if sort else state.zh)
        for action in state.actions.values():
            lines.append(
                f"  ├ {action.zh}（{_doers(definition, action)}）→ {definition.states[action.to].zh}"
            )
    return "\n".join(lines)


def svg(definition: Definition, present_state: str | None = None, visited: Collection[str] = ()) -> str:
    """The state diagram (状态图).

    `visited` holds the states and actions (``"pool.hit"``) a case has been through: they are
    tinted. `present_state` is framed and tagged 当前.
    """
    return _Drawing(definition, present_state, frozenset(visited)).svg()


class _Drawing:
    def __init__(self, definition: Definition, present: str | None, visited: frozenset[str]) -> None:
        self.definition = definition
        self.present = present
        self.visited = visited
        self.layout = _layout(definition)
        self.id = f"{definition.process}-{definition.version}".replace(".", "-")
        self.ports = self._ports()

    def svg(self) -> str:
        """The whole picture."""
        width = max(x + _width(self.definition, self._kind(n)) / 2 for n, x in self.layout.x.items())
        height = self.y(len(self.layout.ranks) - 1) + STATE_H / 2
        box = f"{-MARGIN} {-MARGIN} {width + 2 * MARGIN:.0f} {height + 2 * MARGIN:.0f}"
        states = self.definition.states.values()
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="process-diagram" role="img" lang="zh-CN"'
            f' aria-labelledby="{self.id}-title {self.id}-desc" viewBox="{box}"'
            f' width="{width + 2 * MARGIN:.0f}" height="{height + 2 * MARGIN:.0f}" font-family="{FONT}">',
            self.words(),
            *(_marker(f"{self.id}-{name}", colour) for name, colour in (("on", BLUE), ("off", LINE))),
            *(self.line(edge) for edge in self.layout.edges),
            *(self.chip(edge) for edge in self.layout.edges),
            *(self.box(state) for state in states),
            *(loop for state in states for loop in self.loops(state)),
            "</svg>",
        ]
        return "\n".join(parts)

    def words(self) -> str:
        """Title and description for those who do not see the picture."""
        d = self.definition
        here = f"当前环节：{d.states[self.present].zh}。\n" if self.present in d.states else ""
        return (
            f'<title id="{self.id}-title">{escape(f"{d.zh}流程图（{d.version}）")}</title>'
            f'<desc id="{self.id}-desc">{escape(here + text(d))}</desc>'
        )

    # --- where things are ---

    def _kind(self, name: str) -> str:
        labels = {edge.label: edge.key for edge in self.layout.edges}
        return labels.get(name, name if name in self.definition.states else "")

    def y(self, rank: int) -> float:
        """The middle of a row."""
        return STATE_H / 2 + rank * ((STATE_H + CHIP_H) / 2 + RISE)

    def x(self, name: str) -> float:
        """The middle of a node; a state with loops keeps room for them on its right."""
        state = self.definition.states.get(name)
        return self.layout.x[name] - (_loop_width(state) / 2 if state else 0)

    def _ports(self) -> dict[tuple[str, str], float]:
        """Where each line leaves or enters a state: (edge key, state) → x, spread by direction."""
        sides: dict[tuple[str, bool], list[tuple[float, str]]] = {}
        for edge in self.layout.edges:
            sides.setdefault((edge.chain[0], False), []).append((self.layout.x[edge.chain[1]], edge.key))
            sides.setdefault((edge.chain[-1], True), []).append((self.layout.x[edge.chain[-2]], edge.key))
        ports = {}
        for (name, _), lines in sides.items():
            step = min(26.0, 0.6 * _box_width(self.definition, self.definition.states[name]) / len(lines))
            for i, (_, key) in enumerate(sorted(lines)):
                ports[key, name] = self.x(name) + step * (i - (len(lines) - 1) / 2)
        return ports

    # --- the parts ---

    def line(self, edge: layers.Edge) -> str:
        """The line of an action, from its state to its target, passing every row upright."""
        upper, *between, lower = edge.chain
        points = [(self.ports[edge.key, upper], self.y(self.layout.rank[upper]) + STATE_H / 2)]
        for name in between:
            rank = self.layout.rank[name]
            half = (CHIP_H if rank % 2 else STATE_H) / 2
            points += [(self.x(name), self.y(rank) - half), (self.x(name), self.y(rank) + half)]
        points.append((self.ports[edge.key, lower], self.y(self.layout.rank[lower]) - STATE_H / 2))
        if edge.is_back:
            points.reverse()
        on = edge.key in self.visited
        dashes = ' stroke-dasharray="6 4"' if edge.is_back else ""
        return (
            f'<path d="{_curve(points)}" fill="none" stroke="{BLUE if on else LINE}"'
            f' stroke-width="{2.5 if on else 1.4}"{dashes} marker-end="url(#{self.id}-{"on" if on else "off"})"/>'
        )

    def chip(self, edge: layers.Edge) -> str:
        """The label of an action: what, and by whom."""
        state, _, name = edge.key.partition(".")
        action = self.definition.states[state].actions[name]
        x, y = self.x(edge.label), self.y(self.layout.rank[edge.label])
        width = _width(self.definition, edge.key)
        on = edge.key in self.visited
        return (
            f'<rect x="{x - width / 2:.1f}" y="{y - CHIP_H / 2:.1f}" width="{width:.1f}" height="{CHIP_H}" rx="6"'
            f' fill="{TINT if on else "#FFFFFF"}" stroke="{BLUE if on else "#CBD2D9"}"/>'
            + _said(x, y - 3, action.zh, CHIP_SIZE, INK)
            + _said(x, y + 12, _doers(self.definition, action), SMALL, GREY)
        )

    def box(self, state: State) -> str:
        """A state: name, and what sort it is."""
        x, y = self.x(state.name), self.y(self.layout.rank[state.name])
        width, here = _box_width(self.definition, state), state.name == self.present
        colour = _colour(self.definition, state)
        fill = "#FFF1E8" if here else TINT if state.name in self.visited else "#FFFFFF"
        sort = _sort_zh(self.definition, state)
        frame = (
            f'<rect x="{x - width / 2:.1f}" y="{y - STATE_H / 2:.1f}" width="{width:.1f}" height="{STATE_H}"'
            f' rx="{STATE_H / 2 if state.name in self.definition.end else 8}" fill="{fill}"'
            f' stroke="{ORANGE if here else colour}" stroke-width="{4 if here else 2}"/>'
        )
        name = _said(x, y - 1 if sort else y + 5, state.zh, STATE_SIZE, INK, bold=True)
        below = _said(x, y + 15, sort, SMALL, colour if colour != TEAL else "#17635C") if sort else ""
        return frame + name + below + (_tag(x - width / 2, y - STATE_H / 2) if here else "")

    def loops(self, state: State) -> Iterator[str]:
        """Actions that stay in their state, on its right."""
        actions = _looping(state)
        right = self.x(state.name) + _box_width(self.definition, state) / 2
        middle = self.y(self.layout.rank[state.name])
        for i, action in enumerate(actions):
            y = middle + (i - (len(actions) - 1) / 2) * (CHIP_H + 4)
            on = f"{state.name}.{action.name}" in self.visited
            yield (
                f'<path d="M{right:.1f} {middle - 9:.1f} C{right + LOOP - 6:.1f} {y - 12:.1f},'
                f' {right + LOOP - 6:.1f} {y + 12:.1f}, {right + 1:.1f} {middle + 9:.1f}" fill="none"'
                f' stroke="{BLUE if on else LINE}" stroke-width="1.4" marker-end="url(#{self.id}-{"on" if on else "off"})"/>'
                + _said(right + LOOP, y - 2, action.zh, CHIP_SIZE, INK, anchor="start")
                + _said(right + LOOP, y + 13, _doers(self.definition, action), SMALL, GREY, anchor="start")
            )


# --- measures ------------------------------------------------------------------------------------


def _layout(definition: Definition) -> layers.Layout:
    key = f"{definition.process} {definition.version} {definition.digest}"
    if key not in _layouts:
        if len(_layouts) >= _MAX_KEPT:
            _layouts.clear()
        edges = [
            (state.name, action.to, f"{state.name}.{action.name}")
            for state, action in definition.all_actions()
            if action.to != state.name
        ]
        names = [definition.initial, *(name for name in definition.states if name != definition.initial)]
        _layouts[key] = layers.lay_out(names, edges, lambda name: _width(definition, name), GAP)
    return _layouts[key]


def _width(definition: Definition, name: str) -> float:
    """Breadth of a state with its loops, of an action's label, or of a bare line."""
    if name in definition.states:
        state = definition.states[name]
        return _box_width(definition, state) + _loop_width(state)
    if not name:
        return 8
    state_name, _, action_name = name.partition(".")
    action = definition.states[state_name].actions[action_name]
    return max(_breadth(action.zh, CHIP_SIZE), _breadth(_doers(definition, action), SMALL)) + 16


def _box_width(definition: Definition, state: State) -> float:
    return max(104, _breadth(state.zh, STATE_SIZE) + 36, _breadth(_sort_zh(definition, state), SMALL) + 36)


def _loop_width(state: State) -> float:
    return max((LOOP + _breadth(action.zh, CHIP_SIZE) for action in _looping(state)), default=0)


def _looping(state: State) -> list[Action]:
    return [action for action in state.actions.values() if action.to == state.name]


def _breadth(words: str, size: int) -> float:
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else size * 0.58 for c in words)


# --- words and strokes ---------------------------------------------------------------------------


def _sort_zh(definition: Definition, state: State) -> str:
    sorts = [
        "起始" if state.name == definition.initial else "",
        "办结" if state.name in definition.settled else "",
        "终止" if state.name in definition.end else "",
        f"并行 {len(state.parallel.over)} 项" if state.parallel else "",
        "摇号抽查" if state.lottery else "",
    ]
    return "·".join(sort for sort in sorts if sort)


def _colour(definition: Definition, state: State) -> str:
    if state.name in definition.end:
        return PLUM
    return TEAL if state.name in definition.settled else BLUE


def _doers(definition: Definition, action: Action) -> str:
    if action.after:
        return "系统到时自动"
    return "、".join("系统" if name == SYSTEM else definition.roles[name].zh for name in action.by)


def _said(
    x: float, y: float, words: str, size: int, colour: str, *, bold: bool = False, anchor: str = "middle"
) -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )


def _tag(x: float, y: float) -> str:
    return f'<rect x="{x - 6:.1f}" y="{y - 11:.1f}" width="36" height="18" rx="4" fill="{ORANGE}"/>' + _said(
        x + 12, y + 2.5, "当前", SMALL + 1, INK, bold=True
    )


def _marker(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9"'
        f' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>'
    )


def _curve(points: list[tuple[float, float]]) -> str:
    (x, y), *rest = points
    drawn = [f"M{x:.1f} {y:.1f}"]
    for nx, ny in rest:
        if abs(nx - x) < 0.5:
            drawn.append(f"L{nx:.1f} {ny:.1f}")
        else:
            middle = (y + ny) / 2
            drawn.append(f"C{x:.1f} {middle:.1f}, {nx:.1f} {middle:.1f}, {nx:.1f} {ny:.1f}")
        x, y = nx, ny
    return " ".join(drawn)

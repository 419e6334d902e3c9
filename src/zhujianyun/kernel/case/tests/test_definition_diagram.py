"""The diagram: nothing overlaps, everything is told, nothing can be injected."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.kernel.case.definition import diagram, layers
from zhujianyun.kernel.case.definition.load import load_file, load_text

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["small", "fire_filing", "drawing_review"]


def definition(name):
    return load_file(DEFINITIONS / f"{name}.yaml", "test")


def drawn(name, **more):
    return ET.fromstring(diagram.svg(definition(name), **more))


def boxes(root):
    return [tuple(float(r.get(k)) for k in ("x", "y", "width", "height")) for r in root.iter(f"{SVG}rect")]


@pytest.mark.parametrize("name", NAMES)
def test_no_box_and_no_label_lies_over_another(name):
    found = boxes(drawn(name))
    assert len(found) >= len(definition(name).states)
    for a, b in itertools.combinations(found, 2):
        apart = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        assert apart, (a, b)


@pytest.mark.parametrize("name", NAMES)
def test_everything_lies_within_the_picture(name):
    root = drawn(name)
    left, top, width, height = map(float, root.get("viewBox").split())
    for x, y, w, h in boxes(root):
        assert left <= x and top <= y and x + w <= left + width and y + h <= top + height
    assert width <= 1200  # the breadth of the workbench


@pytest.mark.parametrize("name", NAMES)
def test_every_state_and_action_is_named_in_the_picture_and_in_words(name):
    shown, d = {t.text for t in drawn(name).iter(f"{SVG}text")}, definition(name)
    words = diagram.text(d)
    for state in d.states.values():
        assert state.zh in shown and state.zh in words
    for _, action in d.all_actions():
        assert action.zh in shown and action.zh in words


def test_the_picture_has_a_title_and_a_text_alternative():
    root = drawn("small", present_state="open")
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img" and root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert "小型许可流程图" in title.text and desc.text.startswith("当前环节：审查中。")
    assert "出证" not in desc.text and "→ 办结" in desc.text


def test_the_present_state_is_tagged_in_words():
    assert "当前" in {t.text for t in drawn("small", present_state="open").iter(f"{SVG}text")}
    assert "当前" not in {t.text for t in drawn("small").iter(f"{SVG}text")}


def test_states_and_actions_gone_through_are_tinted():
    plain, tinted = (
        diagram.svg(definition("small")),
        diagram.svg(definition("small"), visited=["draft", "draft.submit"]),
    )
    assert plain.count(diagram.TINT) == 0 and tinted.count(diagram.TINT) == 2


def test_ends_and_settled_states_say_so_in_words():
    words = diagram.text(definition("small"))
    assert "办结（办结）" in words and "已撤回（终止）" in words and "待提交（起始）" in words
    assert "审查中（并行 2 项）" in words and "（系统到时自动）" in words


def test_names_cannot_break_out_of_the_picture():
    text = SMALL.replace("open: 审查中", "open: '<script>alert(1)</script>'")
    root = ET.fromstring(diagram.svg(load_text(text, "test")))
    assert not list(root.iter(f"{SVG}script"))


def test_nothing_is_styled_inline():
    assert " style=" not in diagram.svg(definition("fire_filing"))


@st.composite
def graphs(draw):
    size = draw(st.integers(2, 9))
    node = st.integers(0, size - 1)
    pairs = draw(st.lists(st.tuples(node, node).filter(lambda p: p[0] != p[1]), max_size=18))
    return size, [(f"n{a}", f"n{b}", f"e{i}") for i, (a, b) in enumerate(pairs)]


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_any_graph_is_laid_out_without_overlap(graph):
    size, edges = graph
    width = {"": 8.0}
    layout = layers.lay_out([f"n{i}" for i in range(size)], edges, lambda n: width.get(n, 60.0), 10)
    labels = {edge.label for edge in layout.edges}
    assert len(labels) == len(edges)
    for row in layout.ranks:
        for a, b in itertools.pairwise(row):
            needed = sum(8 if "@" in n and n not in labels else 60 for n in (a, b)) / 2 + 10
            assert layout.x[b] - layout.x[a] >= needed - 1e-6
    for edge in layout.edges:
        assert {edge.chain[0], edge.chain[-1]} == {edge.source, edge.target}
        steps = [layout.rank[name] for name in edge.chain]
        assert steps == list(range(steps[0], steps[-1] + 1)) and len(steps) >= 3


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12), st.data())
def test_places_keep_their_distance_and_move_only_when_they_must(wish, data):
    apart = data.draw(st.lists(st.floats(0, 100), min_size=len(wish) - 1, max_size=len(wish) - 1))
    found = layers.spread(wish, [1.0] * len(wish), apart)
    assert all(b - a >= d - 1e-6 for a, b, d in zip(found, found[1:], apart, strict=False))
    if all(b - a >= d for a, b, d in zip(wish, wish[1:], apart, strict=False)):
        assert found == pytest.approx(wish)

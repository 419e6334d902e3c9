"""Every form: what is drawn, tabled and said are the figures themselves; a wrong YAML names file and widget."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.kernel import indicator
from zhujianyun.kernel.indicator import Period, queries
from zhujianyun.ui.screen import forms, items, payload, registry
from zhujianyun.ui.screen.items import Item
from zhujianyun.ui.screen.registry import ScreenFault, Widget
from zhujianyun.ui.screen.svg import spread
from zhujianyun.ui.screen.svg.draw import picture
from zhujianyun.ui.screen.svg.pen import LIGHT, Pen, fitting, ticks, width_of

pytestmark = pytest.mark.django_db
A, B, RATE = (
    "fire_review.design_accepted",
    "fire_review.design_concluded",
    "fire_review.design_concluded_rate",
)
FIGURES = {
    "hero": ([RATE], {}), "figure": ([A], {}), "pair": ([A, RATE], {}), "lamps": ([A, B], {"lamps": ["red", "green"]}),
    "flow": ([A, B], {"labels": ["设计审查"]}), "backlog": ([A, B], {}), "trend": ([A, B], {}), "multiples": ([A], {}),
    "map": ([A], {}), "ranking": ([A], {}), "citytiles": ([A], {}), "choropleth": ([RATE], {"worst": 5}),
    "mirror": ([A, B], {}), "bullet": ([B, A], {}),
}  # fmt: skip
LISTED = {
    "tiles": {}, "gantt": {}, "expiry": {}, "dots": {"days": 10}, "funnel": {}, "histogram": {"edges": [0, 10, 20, 100]},
    "risk": {}, "matrix": {}, "sankey": {},
}  # fmt: skip
DAY = date(2020, 12, 31)

things = st.lists(
    st.builds(
        Item,
        name=st.text("甲乙丙<&\"'丁", min_size=1, max_size=6),
        level=st.sampled_from(list(items.LEVELS)),
        row=st.sampled_from("12345"),
        column=st.sampled_from("12345"),
        value=st.integers(0, 30),
        start=st.none() | st.integers(0, 90).map(lambda n: DAY - timedelta(days=n)),
        end=st.integers(-40, 100).map(lambda n: DAY + timedelta(days=n)),
        done=st.none() | st.just(DAY),
    ),
    max_size=20,
)


def widget(form: str, codes: list[str], options: dict, size: tuple[int, int] = (12, 8)) -> Widget:
    return Widget("w", form, "标题", tuple(codes), (0, 0, *size), options)


def said(svg: str) -> str:
    """All words of a picture; it is well-formed XML without script or outside reference."""
    root = ElementTree.fromstring(svg)
    assert not [
        e for e in root.iter() if e.tag.endswith(("script", "style", "image", "use", "foreignObject"))
    ]
    assert all(not k.startswith("on") for e in root.iter() for k in e.attrib)
    assert all(v.startswith("/") for e in root.iter() for k, v in e.attrib.items() if k.endswith("href"))
    return " ".join(root.itertext())


@pytest.fixture
def counted() -> None:
    """Some snapshots: an empty year, in which everything is a real zero."""
    indicator.materialise(year=clock.today().year)


def test_every_registered_form_is_tried_here():
    assert set(FIGURES) | set(LISTED) == set(forms.all_())


@pytest.mark.parametrize("form", FIGURES)
def test_what_is_drawn_and_tabled_are_the_figures(counted, form):
    codes, options = FIGURES[form]
    one = widget(form, codes, options)
    assert not list(forms.faults(one))
    period = Period.year(clock.today().year)
    found = queries.figures_of(codes, period)
    made = forms.get(form).build(one, found, forms.Asked(period))
    if "empty" in made:  # a rate of nothing has no cities
        return
    words, table = said(picture(one, made)), str(made["table"])
    for figure in found if form in {"hero", "figure", "pair", "lamps", "flow", "bullet"} else []:
        assert figure.shown.bare in words and figure.shown.bare in table
    for city in (
        queries.by_city(codes[0], period).values()
        if form in {"map", "ranking", "citytiles", "mirror"}
        else []
    ):
        assert city.value is None or (city.shown.bare in words and city.shown.text in table)
    assert made["sentence"].startswith(("标题", found[0].zh, "指标"))


@given(found=things)
@pytest.mark.parametrize("form", LISTED)
def test_single_things_are_all_counted_and_no_name_breaks_the_picture(form, found):
    items._sources["test.things"] = items.Source("test.things", "试验", lambda: found)
    one = widget(form, [], {"items": "test.things", **LISTED[form]})
    assert not list(forms.faults(one))
    with clock.standing(clock.at_local(DAY, 9)):
        made = forms.get(form).build(one, [], forms.Asked(Period.year(2020)))
    words = said(picture(one, made))
    del items._sources["test.things"]
    if form == "tiles":
        assert sum(count for _, _, count in made["counts"]) == len(made["tiles"]) == len(found)
        assert [t["level"] for t in made["tiles"]] == [i.level for i in items.worst_first(found)]
        assert all(f"{zh} {count}" in words for _, zh, count in made["counts"])
    if form == "expiry":
        assert made["gone"] + sum(made["weeks"]) == sum(i.end < DAY + timedelta(days=91) for i in found)
    if form == "dots":
        assert sum(count for _, count in made["days"]) == made["total"] == len(found)
        assert made["overdue"] == sum(i.end < DAY for i in found)
    if form == "funnel":
        assert {r["name"]: r["count"] for r in made["rows"]} == Counter(i.row for i in found)
        assert all(sum(r["parts"]) == r["count"] for r in made["rows"])
    if form == "histogram":
        assert sum(b["count"] for b in made["bins"]) + made["outside"] == len(found)
    if form == "risk":
        assert sum(map(sum, made["cells"])) == len(found)
    if form == "gantt":
        late = [r["late"] for r in made["rows"]]
        assert late == sorted(late, reverse=True) and len(late) + made["hidden"] == len(found)
    if form == "sankey":
        assert len(made["streams"]) + made["hidden"] == len(found)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{id: x, form: pie, indicators: [a.b], at: [0, 0, 4, 4]}", "形式 pie 不存在"),
        ("{id: x, form: hero, indicators: [a.b, a.c], at: [0, 0, 4, 4]}", "应有 1 个指标，现有 2 个"),
        ("{id: x, form: hero, indicators: [a.b], colour: red, at: [0, 0, 4, 4]}", "不认识 colour"),
        ("{id: x, form: tiles, at: [0, 0, 4, 4]}", "缺少 items"),
        ("{id: x, form: lamps, indicators: [a.b], lamps: [pink], at: [0, 0, 4, 4]}", "之一"),
        ("{id: x, form: choropleth, indicators: [a.b], worst: 99, at: [0, 0, 4, 4]}", "worst 的值 99"),
    ],
    ids=["form", "count", "option", "items", "enum", "range"],
)  # fmt: skip
def test_a_wrong_widget_stops_the_start_and_names_file_and_widget(entry, fault):
    text = f"screen: s\ntitle: 一\nquestion: 二\nkind: sub\nwidgets:\n  - {entry}\n"
    with pytest.raises(ScreenFault) as told:
        registry.read(text, "app", "screens/s.yaml")
    assert (
        fault in told.value.message_zh
        and "screens/s.yaml" in told.value.message_zh
        and "x" in told.value.message_zh
    )


def test_single_things_that_nobody_declares_stop_the_start(monkeypatch):
    text = "screen: s\ntitle: 一\nquestion: 二\nkind: sub\nwidgets:\n  - {id: x, form: tiles, items: no.such, at: [0, 0, 4, 4]}\n"
    monkeypatch.setattr(registry, "_screens", {"s": registry.read(text, "big_screen", "s.yaml")})
    monkeypatch.setattr(registry, "_present", [])
    with pytest.raises(ScreenFault) as told:
        registry.keep_for({"big_screen"})
    assert "no.such" in told.value.message_zh and "s.yaml" in told.value.message_zh


def test_a_retired_indicator_says_so_and_the_rest_of_the_screen_lives(counted, monkeypatch):
    from zhujianyun.kernel.indicator import registry as indicators

    screen = registry.get("main")
    before = payload.build(screen)["widgets"]
    kept = {c: d for c, d in indicators._definitions.items() if c != "big_screen.main_screens"}
    monkeypatch.setattr(indicators, "_definitions", kept)
    after = payload.build(screen)["widgets"]
    assert after["screens"]["empty"] == "指标停用"
    assert {name for name in after if after[name] != before[name]} == {"screens"}
    assert [name for name in after if "empty" not in after[name]]


def test_the_tag_follows_the_layout(counted):
    screen = registry.get("main")
    built = payload.build(screen)
    other = registry.hung(registry.read(screen.text.replace("聚了多少", "换了多少"), "big_screen"))
    assert payload.etag(screen, built, "x") != payload.etag(other, payload.build(other), "x")


@given(st.text(max_size=30), st.floats(10, 60), st.floats(1, 400))
def test_words_are_cut_to_their_room(text, size, room):
    cut = fitting(text, size, room)
    assert cut == text or width_of(cut, size) <= max(room, size) and cut.endswith("…")


@given(st.floats(0, 1e9))
def test_an_axis_covers_its_values(most):
    marks = ticks(most)
    assert marks[0] == 0 and marks[-1] >= most and len(marks) <= 6


@given(st.text(max_size=20))
def test_no_words_escape_from_a_picture(text):
    pen = Pen(100, 100, LIGHT)
    clean = "".join(c for c in text if c.isprintable())
    with pen.link("javascript:alert(1)", clean):
        pen.text(0, 0, clean)
    svg = pen.done(clean)
    ElementTree.fromstring(svg)
    assert "javascript" not in svg
    assert re.search(r"<a ", svg) is None


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=16), st.integers(300, 900))
def test_names_beside_streams_never_lie_on_each_other(amounts, height):
    streams = [{"to": f"甲{n}", "value": amount} for n, amount in enumerate(amounts)]
    places = spread._stack(streams, "to", height)
    middles = [
        top + max(3, amount * k) / 2 for (top, k), amount in zip(places.values(), amounts, strict=True)
    ]
    assert all(after - before >= 18 for before, after in zip(middles, middles[1:], strict=False))
    assert middles[0] >= 0 and middles[-1] <= height

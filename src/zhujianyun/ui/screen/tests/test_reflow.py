"""What hangs closes the gaps: nothing overlaps, nothing moves off, nothing shrinks (补空)."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.reflow import close_gaps
from zhujianyun.ui.screen.registry import COLUMNS, ROWS, Widget, overlap

BOXES = [(x, y, 6, 3) for x in range(0, 24, 6) for y in range(0, 12, 3)]


@given(st.sets(st.sampled_from(BOXES), min_size=1))
def test_growing_never_overlaps_never_shrinks_and_leaves_no_hole_beside_a_whole_edge(boxes):
    everything = [Widget(str(b), "figure", "", (), b, {}) for b in BOXES]
    grown = close_gaps([Widget(str(b), "figure", "", (), b, {}) for b in sorted(boxes)], everything)
    for one, other in combinations(grown, 2):
        assert not overlap(one.at, other.at)
    for before, after in zip(sorted(boxes), grown, strict=True):
        x, y, w, h = after.at
        assert x <= before[0] and y <= before[1] and x + w >= before[0] + 6 and y + h >= before[1] + 3
        assert x >= 0 and y >= 0 and x + w <= COLUMNS and y + h <= ROWS
    assert [w.at for w in close_gaps(grown, everything)] == [w.at for w in grown]


def test_a_gap_left_on_purpose_stays_while_the_place_of_the_absent_is_filled():
    left, right = (
        Widget(n, "figure", "", (), at, {}) for n, at in (("a", (0, 0, 6, 3)), ("b", (6, 0, 6, 3)))
    )
    assert [w.at for w in close_gaps([left], [left, right])] == [(0, 0, 12, 3)]
    assert [w.at for w in close_gaps([left], [left])] == [(0, 0, 6, 3)]


@given(apps=st.sets(st.sampled_from(
    ["fire_review", "data_gateway", "asset_inventory", "data_catalogue", "e_licence", "drawing_review", "hotline", "assessment", "cyber_security"]
)))  # fmt: skip
@pytest.mark.django_db
def test_the_main_screen_is_composed_whichever_apps_are_present(apps):
    before = list(registry._present)
    registry._present[:] = [frozenset({"big_screen", *apps})]
    try:
        hung = registry.hung(registry.get("main"))
    finally:
        registry._present[:] = before
    for one, other in combinations(hung.widgets, 2):
        assert not overlap(one.at, other.at)
    covered = sum(w.at[2] * w.at[3] for w in hung.widgets)
    assert covered >= 0.9 * COLUMNS * ROWS  # odd sets leave a hole that no whole edge can fill
    if "fire_review" in apps:
        assert covered == COLUMNS * ROWS
    assert len(hung.widgets) <= 16 and sum(w.form == "hero" for w in hung.widgets) <= 1


def test_a_stand_in_may_hang_only_in_the_place_of_what_it_stands_in_for():
    text = "screen: s\ntitle: 一\nquestion: 二\nkind: sub\nwidgets:\n  - {id: a, form: figure, indicators: [x.y], at: [0, 0, 4, 4], if_app: later}\n  - {id: b, form: figure, indicators: [x.y], at: [0, 0, 4, 4]%s}\n"
    assert registry.read(text % ", unless_app: later", "app")
    with pytest.raises(registry.ScreenFault):
        registry.read(text % ", unless_app: other", "app")

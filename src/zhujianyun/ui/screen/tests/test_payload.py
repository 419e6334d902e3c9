"""A screen's data: few queries, made once for all walls, and never old (屏幕数据)."""

from __future__ import annotations

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel import indicator
from zhujianyun.ui.screen import payload, registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def screen() -> registry.Screen:
    """The first screen that an app has declared."""
    return registry.all_()[0]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(payload, "_kept", {})


def texts(built: dict) -> list[str]:
    return [figure["text"] for one in built["widgets"].values() for figure in one.get("figures", [])]


def test_queries_do_not_grow_with_the_figures_of_a_screen(screen, django_assert_max_num_queries):
    assert len(screen.codes()) >= 8
    charts = sum(widget.form in {"backlog", "map", "ranking", "trend"} for widget in screen.widgets)
    # Three for all figures, one for all their trends, three for each chart.
    with django_assert_max_num_queries(4 + 3 * charts):
        payload.build(screen)


def test_walls_that_ask_while_nothing_changes_get_what_is_at_hand(screen, django_assert_max_num_queries):
    first = payload.current(screen)
    with django_assert_max_num_queries(2):
        again = payload.current(screen)
    assert again["widgets"] == first["widgets"]
    assert payload.etag(screen, again, "x") == payload.etag(screen, first, "x")


def test_what_is_at_hand_is_made_anew_as_soon_as_something_was_counted(screen):
    before = payload.current(screen)
    indicator.materialise(codes=screen.codes(), year=clock.today().year)
    after = payload.current(screen)
    assert texts(after) != texts(before)
    assert texts(after) == texts(payload.build(screen))


def test_the_servers_time_is_never_kept(screen):
    with clock.standing(clock.at_local(clock.today(), 9)) as now:
        first = payload.current(screen)
        now.move_to(clock.at_local(clock.today(), 10))
        assert payload.current(screen)["server_time"] != first["server_time"]


def test_a_figure_that_was_only_looked_at_again_is_not_sent_again(screen):
    indicator.materialise(codes=screen.codes(), year=clock.today().year)
    built = payload.build(screen)
    widgets = {
        name: {**data, "as_of": "2020-12-31T15:00:00+08:00"} for name, data in built["widgets"].items()
    }
    later = {**built, "widgets": widgets}
    assert payload.etag(screen, later, "x") == payload.etag(screen, built, "x")
    assert "15:00:00" in payload.stamps(later)

"""The screens are counted, not typed in."""

from datetime import timedelta

import pytest

from zhujianyun.apps.big_screen import queries
from zhujianyun.base import clock
from zhujianyun.kernel import indicator
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.indicator import queries as indicator_queries
from zhujianyun.kernel.indicator.alarms import watch
from zhujianyun.kernel.indicator.models import Refresh
from zhujianyun.ui.screen import registry


@pytest.mark.django_db
def test_the_screens_are_counted_from_the_register():
    kinds = [screen.kind for screen in registry.all_()]
    for code, kind in (("big_screen.main_screens", "main"), ("big_screen.sub_screens", "sub")):
        assert indicator.get(code).tally(indicator.Period.year(2020)).value == kinds.count(kind)


@pytest.mark.django_db
def test_a_declared_screen_counts_at_once(monkeypatch: pytest.MonkeyPatch):
    before = indicator.get("big_screen.sub_screens").tally(indicator.Period.year(2020)).value
    made = registry.read(
        "screen: extra\ntitle: 一\nquestion: 二\nkind: sub\nwidgets: []\n",
        app="big_screen",
        path="extra.yaml",
    )
    monkeypatch.setitem(registry._screens, "extra", made)
    assert indicator.get("big_screen.sub_screens").tally(indicator.Period.year(2020)).value == before + 1


@pytest.mark.django_db
def test_an_open_alarm_counts_until_it_is_closed_and_is_listed_behind_the_figure():
    year = indicator.Period.year(clock.today().year)
    raised = [alarms.raise_("test.rule", str(n), title="试验") for n in range(3)]
    alarms.acknowledge(raised[0], by=SYSTEM)
    alarms.close(raised[1], by=SYSTEM, reason="已恢复")
    assert indicator.get("big_screen.open_alarms").tally(year).value == 2
    drill = indicator_queries.drill("big_screen.open_alarms", year, "", SYSTEM)
    assert {row.pk for row in drill.rows} == {raised[0].pk, raised[2].pk}


@pytest.mark.django_db
def test_the_share_of_fresh_figures_falls_when_one_is_late():
    year, now = indicator.Period.year(clock.today().year), clock.now()
    for definition in indicator.all_()[:4]:
        Refresh.objects.create(indicator=definition.code, confirmed_at=now)
    rate = indicator.get("big_screen.fresh_rate")
    assert rate.tally(year).value == 1
    with clock.standing(now + timedelta(hours=3)):
        watch.run()
        Refresh.objects.exclude(indicator=indicator.all_()[0].code).update(confirmed_at=clock.now())
        watch.run()
        assert (rate.tally(year).numerator, rate.tally(year).denominator) == (3, 4)


@pytest.mark.django_db
def test_a_figure_that_nobody_declares_any_more_is_not_counted():
    Refresh.objects.create(indicator="gone.figure", confirmed_at=clock.now())
    assert "gone.figure" not in queries.counted_figures().values_list("indicator", flat=True)

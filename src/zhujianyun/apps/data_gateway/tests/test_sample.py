"""The demo year of the gateway: the printed figures, each the sum of exactly its rows."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest
from django.db.models import Count, Sum

from zhujianyun.apps.data_gateway import sample
from zhujianyun.apps.data_gateway.models import Probe, Service, UsageDay
from zhujianyun.base import workdays
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.resource.models import Mount

YEAR = Period.year(2020)
SCALE = 0.02


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    """The year with five tables of the department, played once for the module and taken back."""
    from django.db import transaction

    from . import grounds

    with django_db_blocker.unblock(), transaction.atomic():
        grounds.department()
        yield sample.play(SCALE, 2020)
        transaction.set_rollback(True)


def value(code: str):
    return registry.get(f"data_gateway.{code}").source().tally(YEAR).value


@pytest.mark.django_db
@pytest.mark.usefixtures("played")
class TestYear:
    """All about the one play."""

    def test_more_than_four_million_calls_of_the_whole_scale(self):
        assert 4_000_000 < float(value("calls")) / SCALE < 4_300_000

    def test_three_departments_opened_interfaces(self):
        assert value("source_departments") == 3
        names = {row.mount.resource.provider.name for row in registry.get("data_gateway.source_departments").source().rows(YEAR)}  # fmt: skip
        assert names == {"自治区民政厅", "自治区市场监督管理局", "自治区人力资源和社会保障厅"}

    @pytest.mark.parametrize(
        ("code", "measure"), [("calls", "calls"), ("probes", "total"), ("probes_good", "good")]
    )
    def test_a_figure_is_the_sum_of_the_rows_it_opens(self, code, measure):
        source = registry.get(f"data_gateway.{code}").source()
        assert sum(getattr(row, measure) for row in source.rows(YEAR)) == value(code)

    def test_interfaces_answer_nearly_always_and_not_always(self):
        good, asked = value("probes_good"), value("probes")
        assert 0.98 < good / asked < 1

    def test_history_says_that_it_is_history(self):
        assert not UsageDay.objects.filter(history=False).exists()
        assert not Probe.objects.filter(history=False).exists()

    def test_working_days_are_busier_than_others_and_no_month_is_like_another(self):
        calendar = workdays.Calendar.build(workdays.shipped_rows())
        days: dict[bool, list[int]] = defaultdict(list)
        months: dict[int, int] = defaultdict(int)
        for row in UsageDay.objects.values("on").annotate(n=Sum("calls")).order_by("on"):
            days[calendar.is_workday(row["on"])].append(row["n"])
            months[row["on"].month] += row["n"]
        assert sum(days[True]) / len(days[True]) > 4 * sum(days[False]) / len(days[False])
        assert len(set(months.values())) == 12
        assert months[2] < months[3] < months[12]

    def test_nothing_was_called_before_its_service_was_opened(self):
        opened = dict(Service.objects.values_list("code", "opened_on"))
        assert all(row.on >= opened[row.service] for row in UsageDay.objects.all())

    def test_each_service_has_its_own_size(self):
        sizes = [
            row["n"] for row in UsageDay.objects.values("service").annotate(n=Sum("calls")).order_by("n")
        ]
        assert len(sizes) == Service.objects.count()
        assert all(one < other for one, other in pairwise(sizes))

    def test_the_departments_own_catalogue_does_not_grow_by_the_interfaces_of_others(self):
        own = Mount.objects.filter(resource__provider__code__startswith="450000").count()
        assert own == 5

    def test_played_again_nothing_happens(self):
        before = UsageDay.objects.aggregate(n=Sum("calls"), rows=Count("pk"))
        assert sample.play(SCALE, 2020)["acts"] == 0
        assert UsageDay.objects.aggregate(n=Sum("calls"), rows=Count("pk")) == before

"""Where data come from and who uses them: sums that lose nothing when a wall puts them together."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.apps.data_gateway.models import UsageDay
from zhujianyun.apps.data_gateway.queries.streams import CITIES_ZH, OTHERS_ZH, Stream, gathered, streams
from zhujianyun.kernel.access.models import Office

from . import grounds


@pytest.mark.django_db
def test_cities_are_one_consumer_and_only_the_days_asked_for_count():
    root = grounds.department(0)
    for on, code, calls in ((1, "450100", 5), (2, "450200", 7), (3, "450000-zfbz", 1), (9, "450100", 99)):
        consumer = Office.objects.get(code=code)
        UsageDay.objects.create(
            on=date(2020, 7, on), service="s", service_title="接口", provider=root, consumer=consumer,
            calls=calls,
        )  # fmt: skip
    found = streams(date(2020, 7, 1), date(2020, 7, 8))
    assert [(one.consumer, one.calls) for one in found] == [(CITIES_ZH, 12), ("住房保障处", 1)]
    assert all(one.is_own for one in found)


def test_a_wall_names_the_largest_and_adds_up_the_rest():
    found = [Stream("民政厅", "婚姻", "mz", f"部门{n}", 100 - n) for n in range(12)]
    found += [Stream("厅", "施工许可", "a", "部门0", 3), Stream("厅", "监理", "b", "部门0", 4)]
    found[12:] = [
        Stream(one.provider, one.title, one.service, one.consumer, one.calls, True) for one in found[12:]
    ]
    shown = gathered(found, "本厅")
    assert sum(one.calls for one in shown) == sum(one.calls for one in found)
    assert len({one.consumer for one in shown}) == 7
    assert next(one.calls for one in shown if one.consumer == OTHERS_ZH) == sum(range(89, 95))
    assert [one.calls for one in shown if one.provider == "本厅"] == [7]

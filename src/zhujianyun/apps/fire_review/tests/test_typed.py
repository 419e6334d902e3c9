"""Facts as applicants type them (填报判定)."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.apps.fire_review import actions
from zhujianyun.base.errors import RuleBroken

DAY = date(2020, 12, 31)
MARKET = {"use": "market", "area_m2": "9800"}


@pytest.mark.parametrize(
    ("line", "special"),
    [
        ("网吧 501", True),
        ("网吧：５０１㎡", True),
        ("网吧 500", False),
        ("酒吧  20.5 平方米", False),
        ("饭店 9000", False),
    ],
)
def test_a_place_is_read_by_name_and_area(line, special):
    judged = actions.judge_typed("fire_design", {"subject": {**MARKET, "places": [line]}}, DAY)
    assert judged["subject"]["special_project"] is special


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("网吧", "无法识别"),
        ("501", "无法识别"),
        ("月球基地 900", "无法识别"),
        ("宿舍 900", "哪一种"),
        ("<b> 9", "无法识别"),
    ],
)
def test_a_line_that_names_no_single_place_is_refused_beside_its_field(line, said):
    with pytest.raises(RuleBroken) as refused:
        actions.judge_typed("fire_design", {"subject": {**MARKET, "places": [line]}}, DAY)
    assert said in refused.value.message_zh and "subject.places" in refused.value.details["fields"]


def test_places_that_are_told_already_stay_as_they_are():
    place = {"place": "internet_cafe", "area_m2": "600"}
    judged = actions.judge_typed("fire_design", {"subject": {**MARKET, "places": [place]}}, DAY)
    assert judged["subject"]["places"] == [place] and judged["subject"]["special_project"]

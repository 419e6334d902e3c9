"""The year at full scale is the page of the yearbook (全量演示年与年鉴核对).

Reads a demo that was played whole, whose folder ZJY_FULL_YEAR names (`make yearbook` plays it).
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.house import House
from tests.yearbook import reading

FOLDER = os.environ.get("ZJY_FULL_YEAR", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite,
    pytest.mark.skipif(not FOLDER, reason="没有演完的全量演示年：请执行 make yearbook。"),
]


@pytest.fixture(scope="module")
def sheet():
    return reading.sheet(House(Path(FOLDER)))


def test_every_figure_is_the_printed_one_at_the_printed_precision(sheet):
    checked = 0
    for row in reading.page():
        if row["code"] not in sheet or row["code"].startswith("big_screen."):
            continue  # an app that is not there yet; screens are counted as they are built
        found = reading.at_precision_of(row["value"], sheet[row["code"]]["value"])
        assert reading.AGREES[row["qualifier"]](Decimal(row["value"]), found), (
            row["code"],
            row["value"],
            found,
        )
        assert sheet[row["code"]]["qualifier"] == row["qualifier"], row["code"]
        checked += 1
    assert checked >= 8


def test_the_cases_still_open_are_those_the_page_leaves_open(sheet):
    still = {
        name: int(sheet[f"fire_review.{name}_accepted"]["value"])
        - int(sheet[f"fire_review.{name}_concluded"]["value"])
        for name in ("design", "acceptance")
    }
    assert still == {"design": 97, "acceptance": 91}

"""Every number of gathered data is the same on DuckDB and on Spark, and so are its rows (两种引擎对照)."""

from __future__ import annotations

from typing import Any

import pytest

from zhujianyun.apps.data_gathering.tests import lake_world
from zhujianyun.kernel.indicator import Gathered, Grain, lake_pins, periods, registry
from zhujianyun.kernel.indicator.tests import gathered as homes

pytestmark = [pytest.mark.spark, pytest.mark.django_db]
YEAR = periods.year(2020)


def told(source: Gathered) -> dict[str, Any]:
    """All that an engine says of one expression (全部读数)."""
    month = periods.month(2020, 5)
    return {
        "year": source.grouped(YEAR, Grain.SPAN),
        "months": source.grouped(YEAR, Grain.MONTH),
        "days": source.grouped(month, Grain.DAY),
        "rows": [(row.key, row.cells) for row in source.rows(YEAR)],
        "total": source.rows(YEAR).total() if source.measure else None,
        "counties": source.by_county(YEAR, "450100"),
    }


def compared(on, codes: list[str], datasets) -> int:  # noqa: ANN001
    """Ask both engines at the same versions; how many numbers were compared."""
    seen = 0
    for code in codes:
        for side in registry.gathered_of(registry.get(code)):
            answers = []
            for engine in ("duckdb", "spark"):
                with on(engine), lake_pins.holding(datasets):
                    answers.append(told(side))
            assert answers[0] == answers[1], code
            seen += len(answers[0]["months"])
    return seen


def test_every_registered_figure_has_equal_values_and_rows(on):
    for code in lake_world.TABLES:
        lake_world.land(lake_world.register(code), lake_world.rows_of(code, 60))
    codes = lake_world.gathered_codes()
    assert compared(on, codes, lake_world.TABLES) > 12 * len(codes)


def test_instants_counties_shares_and_spans_are_equal_too(on, monkeypatch):
    monkeypatch.setattr(registry, "_definitions", {})
    homes.declare()
    from datetime import UTC, datetime

    evenings = [datetime(2020, 5, 1, 15, 59, 59, 999999, tzinfo=UTC), datetime(2020, 5, 1, 16, tzinfo=UTC)]
    places = [("450100", "450103"), ("450200", "450202"), (None, None)]
    rows = [
        homes.home(
            n,
            at=evenings[n % 2],
            city_code=city,
            area_code=county,
            owner=None if n % 4 == 0 else f"人{n % 3}",
        )
        for n, (city, county) in enumerate(places * 4)
    ]
    homes.land(homes.dataset(), rows)
    assert compared(on, list(homes.CODES), ["homes"]) > 80

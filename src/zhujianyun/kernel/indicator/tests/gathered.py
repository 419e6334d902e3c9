"""Gathered tables to count in (测试用归集数据): homes with a city, a county, days and an amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.indicator import (
    DURATION,
    FLOW,
    LANDED,
    PERCENT,
    RATIO,
    STOCK,
    Gathered,
    Ratio,
    indicator,
)  # fmt: skip
from zhujianyun.kernel.resource import actions, lake
from zhujianyun.kernel.resource.models import Dataset, Snapshot
from zhujianyun.kernel.system.models import BusinessSystem

SCHEMA = pa.schema(
    [
        ("home", pa.string()), ("area_code", pa.string()), ("city_code", pa.string()), ("state", pa.string()),
        ("signed_on", pa.date32()), ("until", pa.date32()), ("at", pa.timestamp("us", "UTC")),
        ("amount", pa.decimal128(38, 8)), ("owner", pa.string()),
    ]
)  # fmt: skip
COLUMNS = [
    {"name": "home", "type": "text", "zh": "房屋"}, {"name": "area_code", "type": "text"},
    {"name": "city_code", "type": "text"}, {"name": "state", "type": "text"}, {"name": "signed_on", "type": "date"},
    {"name": "until", "type": "date"}, {"name": "at", "type": "datetime"}, {"name": "amount", "type": "decimal"},
    {"name": "owner", "type": "text", "personal": True},
]  # fmt: skip
CODES = (
    "t.homes",
    "t.let",
    "t.signed",
    "t.paid",
    "t.owners",
    "t.mean",
    "t.let_rate",
    "t.leases",
    "t.evenings",
)


def home(number: int, **known: Any) -> dict[str, Any]:
    """One row, sound unless told otherwise (一行)."""
    return {
        "home": f"H{number:04}", "area_code": "450103", "city_code": "450100", "state": "let",
        "signed_on": date(2020, 5, 1), "until": None, "at": None, "amount": Decimal(100), "owner": "甲", **known,
    }  # fmt: skip


def dataset(code: str = "homes") -> Dataset:
    """A data set that was never gathered (数据集)."""
    office, _ = Office.objects.get_or_create(code="T", defaults={"name": "厅", "kind": "province"})
    system, _ = BusinessSystem.objects.get_or_create(
        code="housing", defaults={"name": "住房保障系统", "owner": office, "authority": "housing"}
    )
    return actions.register_dataset(code, "保障房房源", system, COLUMNS, ["home"], by=SYSTEM)


def land(dataset: Dataset, rows: list[dict[str, Any]]) -> Snapshot:
    """A new version with these rows, let out to readers (发布一版)."""
    from deltalake import DeltaTable

    place = str(lake.folder(dataset.code))
    write_deltalake(place, pa.Table.from_pylist(rows, SCHEMA), mode="overwrite")
    version = DeltaTable(place).version()
    return actions.land(
        dataset, version=version, batch=f"{dataset.code}-{version}", rows=len(rows), digest="d",
        taken_at=clock.now(), by=SYSTEM,
    )  # fmt: skip


def declare() -> None:
    """Every kind of number over the homes (测试指标)."""

    @indicator("t.homes", zh="房源", unit="套", kind=STOCK, verbs=LANDED, permission="resource.view")
    def homes() -> Gathered:
        """Homes (房源)。"""
        return Gathered("homes", division="area_code")

    @indicator("t.let", zh="已出租", unit="套", kind=STOCK, verbs=LANDED, permission="resource.view")
    def let() -> Gathered:
        """Homes that are let (已出租)。"""
        return Gathered("homes", lambda t: t.filter(t.state == "let"), city="city_code")

    @indicator("t.signed", zh="签约", unit="套", kind=FLOW, verbs=LANDED, permission="resource.view")
    def signed() -> Gathered:
        """Homes by the day of signing (签约)。"""
        return Gathered("homes", day="signed_on", city="city_code")

    @indicator("t.paid", zh="租金", unit="万元", kind=FLOW, verbs=LANDED, permission="resource.view")
    def paid() -> Gathered:
        """Rent by the day of signing (租金)。"""
        return Gathered("homes", day="signed_on", measure="amount", per=10_000, city="city_code")

    @indicator("t.owners", zh="权属人", unit="人", kind=FLOW, verbs=LANDED, permission="resource.view")
    def owners() -> Gathered:
        """Different owners by the day of signing (权属人)。"""
        return Gathered("homes", day="signed_on", distinct="owner", city="city_code")

    @indicator("t.mean", zh="均价", unit="元/㎡", kind=DURATION, verbs=LANDED, permission="resource.view")
    def mean() -> Gathered:
        """Mean rent by the day of signing (均价)。"""
        return Gathered("homes", day="signed_on", measure="amount", city="city_code")

    @indicator("t.let_rate", zh="出租率", unit=PERCENT, kind=RATIO, verbs=LANDED, permission="resource.view")
    def let_rate() -> Ratio:
        """Let over all (出租率)。"""
        return Ratio("t.let", Gathered("homes", city="city_code"))

    @indicator("t.leases", zh="在租", unit="套", kind=STOCK, verbs=LANDED, permission="resource.view")
    def leases() -> Gathered:
        """Leases that run on a day (在租)。"""
        return Gathered("homes", since="signed_on", until="until", city="city_code")

    @indicator("t.evenings", zh="晚间签约", unit="套", kind=FLOW, verbs=LANDED, permission="resource.view")
    def evenings() -> Gathered:
        """By the local day of an instant (按本地日)。"""
        return Gathered("homes", day="at", city="city_code")

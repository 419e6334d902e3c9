"""Small gathered tables under the codes and columns of the outside systems (测试用归集数据)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from zhujianyun.apps.data_gathering.rules.shape import LANDED
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.resource import actions, lake
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.kernel.system.models import BusinessSystem

ENTERPRISE = "uscc name address level valid_to city_code"
HOUSEHOLD = "case_no id_no person_name household_size address accepted_on"
PROJECT = "project_code project_name builder_uscc address area_m2 city_code decided_on"
FACILITY = "facility_code name address city_code capacity state built_on"
FUND = "account_no uscc name amount paid_on city_code"
HOUSE = "house_code address area_m2 structure grade built_on"
MILESTONE = "item_no project_code project_name milestone due_on reached_on city_code amount"
TABLES = {
    "housing-security-050": HOUSEHOLD, "housing-security-051": HOUSEHOLD, "housing-security-052": HOUSEHOLD,
    "housing-security-054": HOUSEHOLD, "online-signing-055": "contract_no project_code house_code area_m2 amount signed_on",
    "online-signing-060": "permit_no holder_name holder_uscc issued_on valid_to issuer",
    "old-estates-main": MILESTONE, "presale-funds-main": "account_no uscc name amount city_code opened_on",
    "fund-supervision-065": FUND, "fund-supervision-066": FUND, "fund-supervision-067": FUND,
    "fund-supervision-068": FUND, "urban-projects-070": FACILITY, "urban-projects-073": FACILITY,
    "urban-projects-077": FACILITY, "city-management-080": FACILITY, "city-management-082": FACILITY,
    "waste-sorting-main": FACILITY, "rural-houses-087": HOUSE, "rural-houses-088": HOUSE, "villages-090": FACILITY,
    "sponge-city-main": MILESTONE, "rural-rebuild-main": MILESTONE, "building-market-001": ENTERPRISE,
    "constructors-007": "id_no person_name phone cert_no employer_uscc valid_to", "bidding-018": PROJECT,
    "credit-023": "subject_uscc subject_name kind decision_no decided_on summary",
    "attendance-main": "item_no project_code id_no person_name present worked_on", "site-safety-028": PROJECT,
    "site-safety-030": PROJECT, "site-safety-031": PROJECT, "site-safety-032": PROJECT, "cranes-034": FACILITY,
}  # fmt: skip
TYPES = {
    "capacity": "decimal",
    "area_m2": "decimal",
    "amount": "decimal",
    "household_size": "integer",
    "present": "boolean",
}
WORDS = {
    "city_code": ("450100", "450200", "451400", "459999", None), "state": ("在用", "在建", "停用", None),
    "grade": ("A", "B", "C", "D"), "milestone": ("立项", "开工", "验收"), "level": ("一级", "二级"),
    "structure": ("砖混", "框架"), "kind": ("行政处罚",),
}  # fmt: skip
SHARED = ("id_no", "project_code", "uscc")  # few different values, so that tables meet


def type_of(name: str) -> str:
    """The type of a column by its name (列类型)."""
    return "date" if name.endswith(("_on", "_to")) else TYPES.get(name, "text")


def columns_of(code: str) -> list[dict[str, Any]]:
    """The columns of a data set (列)."""
    names = TABLES[code].split()
    return [{"name": n, "type": type_of(n), "nullable": n != names[0]} for n in names]


def rows_of(code: str, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Made-up rows, the same for one seed (造行)."""
    random = Random(f"{seed}:{code}")
    names = TABLES[code].split()
    return [{n: _value(random, n, number, is_key=n == names[0]) for n in names} for number in range(count)]


def register(code: str) -> Dataset:
    """The data set, never gathered (登记)."""
    office, _ = Office.objects.get_or_create(code="450000", defaults={"name": "自治区厅", "kind": "province"})
    system, _ = BusinessSystem.objects.get_or_create(
        code=code.rpartition("-")[0],
        defaults={"name": f"{code}系统", "owner": office, "authority": "housing"},
    )
    return actions.register_dataset(
        code, code, system, columns_of(code), [TABLES[code].split()[0]], by=SYSTEM
    )


def land(dataset: Dataset, rows: list[dict[str, Any]]) -> None:
    """A new version, let out to readers (发布一版)."""
    place = str(lake.folder(dataset.code))
    schema = pa.schema([(c["name"], LANDED[c["type"]]) for c in columns_of(dataset.code)])
    write_deltalake(place, pa.Table.from_pylist(rows, schema), mode="overwrite")
    version = DeltaTable(place).version()
    actions.land(
        dataset, version=version, batch=f"{dataset.code}-{version}", rows=len(rows), digest="d",
        taken_at=clock.now(), by=SYSTEM,
    )  # fmt: skip


def gathered_codes() -> list[str]:
    """Every registered indicator that is counted from gathered data (全部归集指标)."""
    return [d.code for d in registry.all_() if registry.datasets_of(d)]


def _value(random: Random, name: str, number: int, *, is_key: bool) -> Any:
    if name in WORDS and not is_key:
        return random.choice(WORDS[name])
    kind = type_of(name)
    if kind == "date":
        return (
            None if random.random() < 0.1 else date(2020, 1, 1) + timedelta(days=random.randrange(-60, 420))
        )
    if kind == "decimal":
        return None if random.random() < 0.1 else Decimal(random.randrange(10**7)) / 100
    if kind == "integer":
        return random.randrange(6)
    if kind == "boolean":
        return random.random() < 0.8
    # In a table of its own the key is unique; elsewhere the same value names the same thing.
    return (
        f"{name}{number:05}"
        if is_key and name not in SHARED
        else f"{name}{random.randrange(40) if not is_key else number:05}"
    )

"""Reads the page of the yearbook and the sheet of figures (年鉴数字与指标表)."""

from __future__ import annotations

import csv
import io
import os
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.house import ROOT, House

SHARED = Path(os.environ.get("ZJY_SHARED") or ROOT.parent / "shared")
PAGE = SHARED / "domain" / "year-2020.csv"
# How the page says it, and how it must agree with what the records say.
AGREES = {
    "exact": lambda printed, found: found == printed,
    "over": lambda printed, found: found > printed,
    "at_least": lambda printed, found: found >= printed,
    "about": lambda printed, found: abs(found - printed) <= printed / 20,
    "under": lambda printed, found: found < printed,
    "at_most": lambda printed, found: found <= printed,
}


def page() -> list[dict[str, str]]:
    """The printed figures; skips with one sentence where the page is not at hand."""
    if not PAGE.is_file():
        pytest.skip(f"没有年鉴数字 {PAGE}：请用环境变量 ZJY_SHARED 指出 shared 文件夹。")
    with PAGE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sheet(house: House) -> dict[str, dict[str, str]]:
    """The figures of 2020 as the command prints them, by code."""
    [said] = house.all_of(("figures", "--year", "2020", "--format", "csv"))
    assert said.code == 0, said.all
    return {row["code"]: row for row in csv.DictReader(io.StringIO(said.out))}


def at_precision_of(printed: str, found: str) -> Decimal:
    """A figure rounded as the page prints it (按刊印精度)."""
    return Decimal(found).quantize(Decimal(printed), ROUND_HALF_UP)

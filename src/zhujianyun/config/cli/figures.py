"""Commands on figures (指标命令): the year's figures, and the records behind each."""

from __future__ import annotations

import argparse
import csv
import sys
from decimal import Decimal
from typing import Any

COLUMNS = {
    "code": "代码", "name": "名称", "value": "值", "qualifier": "限定", "unit": "单位",
    "numerator": "分子", "denominator": "分母", "records": "记录数", "definition": "口径",
}  # fmt: skip

ZH = {"about": "约", "over": "超", "at_least": "≥", "under": "不满", "at_most": "≤"}


def add_to(commands: Any) -> None:
    """Add figures and records."""
    figures = commands.add_parser(
        "figures",
        help="某年的全部指标，由记录算出",
        description="打印某年的指标：值、分子、分母、记录数与口径。",
    )
    figures.add_argument("--year", type=int, default=2020, help="年份（默认 2020）")
    figures.add_argument(
        "--format", choices=("table", "csv"), default="table", help="table 表格（默认）或 csv"
    )
    figures.add_argument("--app", help="只看一个应用")
    figures.set_defaults(run=_figures)
    records = commands.add_parser(
        "records", help="一个指标背后的记录", description="打印一个指标背后的记录，条数与指标一致。"
    )
    records.add_argument("code", metavar="指标代码")
    records.add_argument("--year", type=int, default=2020, help="年份（默认 2020）")
    records.add_argument(
        "--format",
        choices=("table", "csv"),
        default="table",
        help="table 表格（默认，前 20 条）或 csv（全部）",
    )
    records.set_defaults(run=_records)


def _figures(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.indicator import queries

    rows = queries.figures_table(chosen.year, app=chosen.app)
    if chosen.format == "csv":
        _csv(list(COLUMNS), [[_machine(row, name) for name in COLUMNS] for row in rows])
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{chosen.year} 年指标", title_justify="left", header_style="bold", pad_edge=False)
    table.add_column("指标", overflow="fold")
    for name in ("值", "分子", "分母", "记录数"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("口径", ratio=1, overflow="fold")
    for row in rows:
        value = f"{ZH.get(row.qualifier, '')}{_cell(row.value)} {row.unit}"
        name = f"{row.name}\n[dim]{row.code}[/dim]"
        table.add_row(
            name, value, _cell(row.numerator), _cell(row.denominator), _cell(row.records), row.definition
        )
    Console(highlight=False).print(table)
    return 0


def _records(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.indicator import queries

    header, rows, total = queries.record_rows(
        chosen.code, chosen.year, limit=None if chosen.format == "csv" else 20
    )
    if chosen.format == "csv":
        _csv(header, rows)
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{chosen.code}：{total:,} 条记录" + ("，列出前 20 条" if total > 20 else ""),
        title_justify="left",
        pad_edge=False,
    )
    for name in header:
        table.add_column(name)
    for row in rows:
        table.add_row(*[_cell(value) for value in row])
    Console().print(table)
    return 0


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _machine(row: object, name: str) -> object:
    """For programs: a number without 万, commas or exponent."""
    value = getattr(row, "number" if name == "value" else name)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _csv(header: list[str], rows: list[list[object]]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])

"""A case on the terminal (办件的终端视图)."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from zhujianyun.base import clock
from zhujianyun.kernel.case import queries
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case

LAMP_ZH = {"": "—", "green": "正常", "yellow": "临期", "red": "今日到期", "black": "超期"}


def show(console: Console, case: Case) -> None:
    """Print the case: head, facts, history, clocks."""
    definition = registry.get(case.process, case.definition_version)
    console.print(f"[bold]{case.number}[/bold]  {case.title}", highlight=False)
    console.print(
        f"{definition.zh} {case.definition_version} · {definition.states[case.state].zh} · 第 {case.round} 轮 · "
        f"{case.office.name} · 时限：{LAMP_ZH[case.lamp]}{f'，到期 {case.due_on}' if case.due_on else ''}",
        highlight=False,
    )
    console.print(_history(case))
    console.print(_clocks(case))


def _history(case: Case) -> Table:
    table = Table(title="经过", title_justify="left", pad_edge=False)
    for name in ("时间", "动作", "由", "至", "经办", "文书", "说明"):
        table.add_column(name)
    for line in queries.timeline(case):
        papers = "、".join(str(paper.number) for paper in line.papers)
        table.add_row(
            f"{clock.local(line.at):%Y-%m-%d %H:%M}",
            line.zh,
            line.from_zh,
            line.to_zh,
            line.actor_zh,
            papers,
            line.reason,
        )
    return table


def _clocks(case: Case) -> Table:
    table = Table(title="时限", title_justify="left", pad_edge=False)
    for name in ("时限", "轮", "起", "期限", "到期", "停", "净用", "毛用"):
        table.add_column(name)
    for run in case.clocks.order_by("pk"):
        unit = "工作日" if run.unit == "workday" else "日"
        table.add_row(
            run.zh, str(run.round), str(run.started_on), f"{run.days} {unit}",
            str(run.due_on or "—"), str(run.stopped_on or "在走"), _or_dash(run.net_days), _or_dash(run.gross_days),
        )  # fmt: skip
    return table


def _or_dash(value: int | None) -> str:
    return "—" if value is None else str(value)

"""The columns of the list (列表的列): how each is headed, ordered and read.

One function per column gives the value that the page shows and the export writes, so that a file never
holds more, or less masked, than the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from zhujianyun.base import clock
from zhujianyun.ui.workbench import listing, shown
from zhujianyun.ui.workbench.listing import Line

Value = str | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column (列): `value` is what it says; `sort` the name by which the list can be ordered."""

    code: str
    zh: str
    value: Callable[[Line], Value]
    sort: str = ""
    css: str = ""
    is_usual: bool = False


def _column(
    code: str, zh: str, value: Callable[[Line], Value], *, css: str = "", usual: bool = False
) -> Column:
    return Column(code, zh, value, code if code in SORTED else "", css, usual)


SORTED = frozenset(
    [
        "number",
        "title",
        "process",
        "applicant",
        "city",
        "office",
        "state",
        "due",
        "opened",
        "accepted",
        "concluded",
        "last",
    ]
)
WIDE = "wb-only-wide"
NUM = "wb-num"
ALL = {
    one.code: one
    for one in (
        _column("number", "办件编号", lambda line: str(line.case), css=NUM, usual=True),
        _column("title", "工程名称", lambda line: line.title, css="wb-table__title", usual=True),
        _column("process", "事项", lambda line: line.process, css=WIDE, usual=True),
        _column("applicant", "申请人", lambda line: line.applicant, css=f"wb-table__who {WIDE}", usual=True),
        _column("project", "项目", lambda line: listing.subject_zh(line.case.project), css=f"wb-table__who {WIDE}"),
        _column("city", "地区", lambda line: line.city, css=WIDE, usual=True),
        _column("county", "县区", lambda line: listing.division_zh(line.case.division_code), css=WIDE),
        _column("office", "办理单位", lambda line: line.case.office.name, css=WIDE),
        _column("state", "环节", lambda line: line.state.zh, usual=True),
        _column("since", "进入环节日", lambda line: line.case.state_since, css=f"{NUM} {WIDE}"),
        _column("due", "到期日", lambda line: line.due_on, css=NUM, usual=True),
        _column("left", "时限", lambda line: line.time_zh, usual=True),
        _column("holder", "经办人", lambda line: line.case.holder.name_zh if line.case.holder else "", css=WIDE),
        _column("opened", "开立日", lambda line: line.case.opened_on, css=f"{NUM} {WIDE}"),
        _column("accepted", "受理日", lambda line: line.case.accepted_on, css=f"{NUM} {WIDE}", usual=True),
        _column("concluded", "办结日", lambda line: line.case.concluded_on, css=NUM, usual=True),
        _column("last", "最近办理", lambda line: line.case.last_at, css=f"{NUM} {WIDE}"),
        _column("round", "轮次", lambda line: str(line.case.round), css=f"{NUM} {WIDE}"),
        _column("result", "结果", lambda line: _result(line), css=WIDE),
    )
}  # fmt: skip
FIXED = "number"
OF_CLOCKS, OF_ENDS = frozenset({"due", "left"}), frozenset({"concluded"})


def _result(line: Line) -> str:
    definition = shown.definition_of(line.case)
    state = definition.states.get(line.case.result) if definition else None
    return state.zh if state else line.case.result


def chosen(codes: Sequence[str], scope: str) -> list[Column]:
    """The columns an officer chose, in the order of the table (所选列).

    Without a choice the usual ones that say something in this scope. Codes that no longer exist count
    for nothing; the number always stays.
    """
    wanted = [code for code in codes if code in ALL]
    if wanted:
        return [one for code, one in ALL.items() if code in wanted or code == FIXED]
    idle = (
        OF_CLOCKS if scope in ("settled", "ended") else OF_ENDS if scope in ("open", "todo") else frozenset()
    )
    late = frozenset() if scope in ("settled", "ended") else frozenset({"accepted"})
    return [one for one in ALL.values() if one.is_usual and one.code not in idle | late]


def text(value: Value) -> str:
    """A value as the page says it (显示文字)."""
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return value or ""

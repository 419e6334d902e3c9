"""What a list is narrowed to and how it is ordered (筛选条件): read from an address, said in words.

Whatever stands in the address is a wish of a person, possibly years old: what no longer exists is left
out and said so, never an error page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.case.definition import registry

SCOPES = {"todo": "待我办", "open": "在办", "settled": "已办结", "ended": "已终结", "all": "全部"}
LAMPS = {"black": "超期", "red": "今日到期", "yellow": "临期", "green": "正常"}
DAYS = {"due": "到期日", "opened": "开立日", "accepted": "受理日", "concluded": "办结日"}
SORTS = {
    "due": "到期日", "number": "编号", "title": "工程名称", "process": "事项", "applicant": "申请人", "city": "地区",
    "office": "办理单位", "state": "环节", "opened": "开立日", "accepted": "受理日", "concluded": "办结日",
    "last": "最近办理",
}  # fmt: skip
NEWEST_FIRST = frozenset({"opened", "accepted", "concluded", "last"})
LONGEST_QUESTION, MOST_WORDS = 80, 6


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to (筛选条件). `dropped` says what of the address was not understood."""

    scope: str = "open"
    process: str = ""
    state: str = ""
    city: str = ""
    office: int | None = None
    lamp: str = ""
    day: str = ""
    since: date | None = None
    until: date | None = None
    applicant: int | None = None
    project: int | None = None
    q: str = ""
    sort: str = "due"
    dropped: tuple[str, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """As they stand in an address (读取筛选条件)."""
        reader = _Reader(_with_process(given))
        since, until = reader.day("since", "起"), reader.day("until", "止")
        day = reader.one_of("day", DAYS, "日期种类")
        return cls(
            scope=reader.one_of("scope", SCOPES, "范围") or "open",
            process=reader.one_of("process", registry.processes(), "事项"),
            state=reader.one_of("state", known_states(), "环节"),
            city=reader.one_of("city", _city_codes(), "地区"),
            office=reader.number("office", "办理单位"),
            lamp=reader.one_of("lamp", LAMPS, "时限灯"),
            day=day or ("due" if since or until else ""),
            since=since,
            until=until,
            applicant=reader.number("applicant", "申请人"),
            project=reader.number("project", "项目"),
            q=reader.words("q"),
            sort=reader.sort(),
            dropped=tuple(reader.dropped),
        )

    @classmethod
    def parse(cls, query: str) -> Filters:
        """As they were kept with a view or an export (解析已存条件)."""
        return cls.read(dict(parse_qsl(query)))

    @property
    def query(self) -> str:
        """As they are written in an address, without what is usual (地址串)."""
        usual = Filters()
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "dropped" and value not in (None, "") and value != getattr(usual, one.name):
                found[one.name] = str(value)
        return urlencode({"scope": self.scope, **found})

    @property
    def is_narrow(self) -> bool:
        """Whether anything beyond the scope narrows the list (是否有筛选)."""
        return self != Filters(scope=self.scope, sort=self.sort, dropped=self.dropped)

    @property
    def column(self) -> str:
        """By which column the list is ordered (排序列)."""
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Whether the last comes first (是否倒序)."""
        return self.sort.startswith("-")

    def sorted_by(self, column: str) -> Filters:
        """After a click on the head of a column (点击列头): dates newest first, a second click turns it round."""
        if column == self.column:
            return replace(self, sort=column if self.is_descending else f"-{column}")
        return replace(self, sort=f"-{column}" if column in NEWEST_FIRST else column)


class _Reader:
    """Reads wishes one by one and notes what it could not use (读取器)."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given, self.dropped = given, []

    def _drop(self, zh: str, value: str) -> None:
        self.dropped.append(f"{zh}“{value[:30]}”")

    def one_of(self, name: str, known: object, zh: str) -> str:
        value = str(self.given.get(name, ""))
        if not value or value in known:  # type: ignore[operator]
            return value
        self._drop(zh, value)
        return ""

    def number(self, name: str, zh: str) -> int | None:
        value = str(self.given.get(name, ""))
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) < 18:
            return int(value)
        self._drop(zh, value)
        return None

    def day(self, name: str, zh: str) -> date | None:
        value = str(self.given.get(name, ""))
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self._drop(f"日期{zh}", value)
            return None

    def words(self, name: str) -> str:
        value = " ".join(str(self.given.get(name, "")).replace("\x00", "").split())
        if len(value) > LONGEST_QUESTION:
            self.dropped.append(f"查找内容第 {LONGEST_QUESTION} 个字以后的部分")
        return value[:LONGEST_QUESTION].strip()

    def sort(self) -> str:
        value = str(self.given.get("sort", ""))
        if not value:
            return "due"
        if value.removeprefix("-") in SORTS:
            return value
        self._drop("排序", value)
        return "due"


def _with_process(given: Mapping[str, str]) -> Mapping[str, str]:
    """A state chosen together with its process, `fire_filing:received`: the same name stands in several."""
    process, colon, state = str(given.get("state", "")).partition(":")
    if not colon:
        return given
    return {**given, "state": state, "process": given.get("process") or process}


def known_states() -> dict[str, str]:
    """Every state of every version of every process (全部环节): name → 中文."""
    return {state.name: state.zh for one in registry.all_() for state in one.states.values()}


def _city_codes() -> set[str]:
    return {row.code for row in divisions.cities(clock.today())}

"""What a row of a spreadsheet says (导入表判定): columns, headers, values; each fault names its remedy."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Parse = Callable[[str, "Column"], Any]
TRUE, FALSE = {"是", "√", "y", "yes", "true", "1"}, {"否", "×", "n", "no", "false", "0"}
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run text that begins so
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet (列): Chinese header, what may stand in it, an example."""

    key: str
    zh: str
    kind: str = "text"  # text, code, int, date, bool, choice, names
    required: bool = False
    longest: int = 120
    choices: tuple[tuple[str, str], ...] = ()  # (code, 中文)
    example: str = ""
    most: int = 99_999_999


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell or one row (错误): column, value as given, problem, what to do."""

    column: str
    value: str
    problem: str
    remedy: str

    def as_dict(self) -> dict[str, str]:
        """As it is kept with the row (存储形式)."""
        return {"column": self.column, "value": self.value, "problem": self.problem, "remedy": self.remedy}


class Unreadable(ValueError):
    """A value that is not what its column takes (无法识别的值)."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def header_key(text: str) -> str:
    """A header without spaces, marks of required columns and width of letters (表头规范形式)."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s*＊]|\(必填\)|（必填）", "", folded)


def match_headers(given: Sequence[str], columns: Sequence[Column]) -> tuple[dict[int, Column], list[Fault]]:
    """Which column stands where, and what is wrong with the header row (识别表头).

    An unknown header is a fault with the nearest known one as a suggestion: a column that would be
    silently passed over is worse than one more question.
    """
    known = {header_key(column.zh): column for column in columns}
    found: dict[int, Column] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, header in enumerate(given):
        key = header_key(header)
        if not key:
            continue
        if key in seen:
            faults.append(Fault(header, header, "表头重复", "请删除重复的一列。"))
        elif key in known:
            found[place] = known[key]
        else:
            faults.append(_unknown_header(header, key, known, seen | {header_key(h) for h in given}))
        seen.add(key)
    missing = [column.zh for key, column in known.items() if column.required and key not in seen]
    faults += [Fault(zh, "", "缺少必填列", f"请加上“{zh}”一列，或重新下载模板。") for zh in missing]
    return found, faults


def _unknown_header(header: str, key: str, known: Mapping[str, Column], present: set[str]) -> Fault:
    near = difflib.get_close_matches(key, [name for name in known if name not in present], 1, 0.4)
    hint = f"是不是“{known[near[0]].zh}”？请改正表头。" if near else "请删除此列，或按模板改正表头。"
    return Fault(header, header, "不认识的表头", hint)


def read_row(cells: Mapping[str, Any], columns: Sequence[Column]) -> tuple[dict[str, Any], list[Fault]]:
    """The values of a row by column key, and what is wrong with them (读一行).

    An empty cell gives no value: it changes nothing at an update.
    """
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column in columns:
        text = as_text(cells.get(column.key))
        if not text:
            if column.required:
                faults.append(Fault(column.zh, "", "必填项为空", "请填写。"))
            continue
        try:
            values[column.key] = _READERS[column.kind](text, column)
        except Unreadable as error:
            faults.append(Fault(column.zh, text[:60], error.problem, error.remedy))
    return values, faults


def as_text(value: Any) -> str:
    """A cell as a person sees it (单元格文本): dates as dates, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFC", str(value)).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_SIGNS else text


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (防公式注入); `as_text` takes the mark off again."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _text(text: str, column: Column) -> str:
    if len(text) > column.longest:
        raise Unreadable(f"超过 {column.longest} 字", f"请缩短到 {column.longest} 字以内。")
    if any(unicodedata.category(sign) == "Cc" for sign in text if sign not in "\n\t"):
        raise Unreadable("含有不可见的控制字符", "请删除后重新填写。")
    return text


def _code(text: str, column: Column) -> str:
    text = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}", text):
        raise Unreadable("代码不合规", "请用 2–40 位字母、数字、横线或下划线。")
    return text.lower()


def _int(text: str, column: Column) -> int:
    try:
        number = Decimal(unicodedata.normalize("NFKC", text).replace(",", ""))
    except InvalidOperation:
        raise Unreadable("不是数字", "请只填数字，不带单位。") from None
    if not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= column.most:
        raise Unreadable("不是合适的整数", f"请填 0 至 {column.most} 的整数。")
    return int(number)


def _date(text: str, column: Column) -> date:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        day = date(*map(int, match.groups())) if match else None
    except ValueError:
        day = None
    if day is None or not 1980 <= day.year <= 2100:
        raise Unreadable("不是日期", "请按 2020-12-31 的格式填写。")
    return day


def _bool(text: str, column: Column) -> bool:
    said = unicodedata.normalize("NFKC", text).lower()
    if said in TRUE | FALSE:
        return said in TRUE
    raise Unreadable("不是“是”或“否”", "请填“是”或“否”。")


def _choice(text: str, column: Column) -> str:
    for code, zh in column.choices:
        if text in (code, zh):
            return code
    names = [zh for _, zh in column.choices]
    near = difflib.get_close_matches(text, names, 1, 0.4)
    hint = f"是不是“{near[0]}”？" if near else ""
    raise Unreadable(
        "不在可选范围内", f"{hint}可填：{'、'.join(names[:12])}{'等' if len(names) > 12 else ''}。"
    )


def _names(text: str, column: Column) -> list[str]:
    parts = [part.strip() for part in re.split(r"[、,，;；\n]", text) if part.strip()]
    return [_text(part, column) for part in dict.fromkeys(parts)]


_READERS: dict[str, Parse] = {
    "text": _text, "code": _code, "int": _int, "date": _date, "bool": _bool, "choice": _choice, "names": _names,
}  # fmt: skip


def double_rows(codes: Sequence[tuple[int, str]], names: Sequence[tuple[int, str]]) -> dict[int, list[Fault]]:
    """Rows that repeat a code or a name of an earlier row of the same file (表内重复)."""
    found: dict[int, list[Fault]] = {}
    for zh, rows in (("代码", codes), ("名称", names)):
        first: dict[str, int] = {}
        for number, value in rows:
            if value in first:
                fault = Fault(zh, value, f"与第 {first[value]} 行重复", "请只保留一行。")
                found.setdefault(number, []).append(fault)
            elif value:
                first[value] = number
    return found

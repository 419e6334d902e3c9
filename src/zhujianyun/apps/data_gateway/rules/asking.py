"""Questions to the table plane (库表查询): query parameters as typed conditions, within a grant.

``name=value`` or ``name__op=value`` with the operators of `kernel.resource.filters`; ``items``, ``sort``
(``-name`` for descending), ``page_size``, ``cursor``, ``count=exact``, ``format=json|csv``. An item of such
a name is filtered as ``sort__eq=``. Nothing else is accepted, and nothing twice.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from zhujianyun.apps.data_gateway.rules.faults import Fault, of_rule
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.resource.filters import OPERATORS, Condition, check
from zhujianyun.kernel.resource.granting import Effective, chosen
from zhujianyun.kernel.resource.items import Item

WORDS = ("items", "sort", "page_size", "cursor", "count", "format")
FORMATS = ("json", "csv")
PARAMETERS_MOST = 40
PAGE_DEFAULT = 100
EXACT_ONLY = frozenset({"eq"})  # what exact look-up of a masked item allows


@dataclass(frozen=True, slots=True)
class Question:
    """What one call wants of a table (查询)."""

    items: tuple[Item, ...]
    conditions: tuple[Condition, ...]
    sort: str  # code of an item, empty: by key
    descending: bool
    size: int
    cursor: str
    count: bool
    format: str
    codes: tuple[str, ...]
    choice: str  # items and form, as one text
    digest: str  # stands for filters and order, without page and form


def read(query: str, given: Effective, *, wants_csv: bool = False) -> Question:
    """The question of a query string (解析查询).

    Raises:
        Fault: for a parameter that is unknown, double or of the wrong type, an item outside the grant,
            or a filter or order upon a masked item.
    """
    words, rows = _split(_pairs(query))
    items = _items(words.get("items"), given)
    if not items:
        raise Fault("Client.ItemNotGranted", "没有可提供的信息项：请核对 items 参数和授权范围。")
    conditions = _conditions(rows, given)
    sort = words.get("sort", "")
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    if sort:
        _sortable(sort, given)
    form = words.get("format", "csv" if wants_csv else "json")
    if form not in FORMATS:
        raise Fault("Client.BadFilter", "format 只能是 json 或 csv。")
    if words.get("count", "exact") != "exact":
        raise Fault("Client.BadFilter", "count 只能是 exact。")
    codes = tuple(item.code for item in items)
    return Question(
        items, conditions, sort, descending, _size(words.get("page_size"), given.page_limit),
        words.get("cursor", ""), "count" in words, form, codes, f"{form}:{','.join(codes)}", _digest(conditions, sort, descending),
    )  # fmt: skip


def _pairs(query: str) -> list[tuple[str, str]]:
    if not query:
        return []
    try:
        return parse_qsl(
            query,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=PARAMETERS_MOST,
        )
    except (ValueError, UnicodeError) as error:
        raise Fault("Client.BadFilter", "查询参数不合规范，请按“名称=值”书写并以 UTF-8 编码。") from error


def _split(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    words: dict[str, str] = {}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for name, value in pairs:
        if "\x00" in value:
            raise Fault("Client.BadFilter", "查询参数含有不允许的字符。")
        if name in WORDS:
            twice = name in words
            words[name] = value
        else:
            item, op = _named(name)
            twice = (item, op) in rows
            rows[(item, op)] = {"item": item, "op": op, "value": value}
        if twice:
            raise Fault("Client.BadFilter", f"查询参数“{name[:60]}”重复。")
    return words, list(rows.values())


def _named(name: str) -> tuple[str, str]:
    item, mark, op = name.rpartition("__")
    return (item, op) if mark and item and op in OPERATORS else (name, "eq")


def _items(listed: str | None, given: Effective) -> tuple[Item, ...]:
    try:
        return chosen(given, None if listed is None else [one for one in listed.split(",") if one])
    except NotAllowed as error:
        raise of_rule(error) from error


def _conditions(rows: list[dict[str, Any]], given: Effective) -> tuple[Condition, ...]:
    types = {item.code: item.type for item in given.items}
    for row in rows:
        _filterable(row["item"], row["op"], given, types)
    try:
        return check(rows, types)
    except RuleBroken as error:
        raise of_rule(error) from error


def _filterable(item: str, op: str, given: Effective, types: dict[str, str]) -> None:
    if item not in types:
        raise Fault("Client.ItemNotGranted", f"授权不含信息项：{item[:60]}。请只使用授权内的信息项。")
    if item in given.masks and not (item in given.searchable and op in EXACT_ONLY):
        raise Fault("Client.MaskedItem", f"信息项“{item}”经脱敏，不能用于{op}筛选。")


def _sortable(item: str, given: Effective) -> None:
    if item not in {one.code for one in given.items}:
        raise Fault("Client.ItemNotGranted", f"授权不含信息项：{item[:60]}。请只使用授权内的信息项。")
    if item in given.masks:
        raise Fault("Client.MaskedItem", f"信息项“{item}”经脱敏，不能用于排序。")


def _size(text: str | None, most: int) -> int:
    if text is None:
        return min(PAGE_DEFAULT, most)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most and len(text) < 10):
        raise Fault("Client.BadFilter", f"page_size 应为 1 至 {most} 的整数。")
    return int(text)


def _digest(conditions: tuple[Condition, ...], sort: str, descending: bool) -> str:
    told = [[one.row() for one in conditions], sort, descending]
    try:
        content = orjson.dumps(told)
    except TypeError:  # a whole number beyond 64 bits
        content = repr(told).encode()
    return hashlib.sha256(content).hexdigest()[:32]


def etag(question: Question, *, snapshot: int, grant: str, version: int, stamp: str) -> str:
    """The entity tag of an answer (实体标签): snapshot, grant version, policy of items and the whole question."""
    content = orjson.dumps(
        [snapshot, grant, version, stamp, question.digest, question.choice, question.size, question.cursor,
         question.count]
    )  # fmt: skip
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'

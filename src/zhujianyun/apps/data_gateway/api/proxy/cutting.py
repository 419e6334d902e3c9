"""Cutting a provider's answer to the grant (裁剪与脱敏): only bound and granted items, masked, or nothing at all.

A mount that binds fields to items is cut always: what is not bound is never served, also when the provider
adds a field tomorrow. A mount that binds none is a document: it is granted whole and passes as it is.
Records are looked for where interfaces put them: the answer itself, a list, or one or two wrappers around
(``{"code": 0, "data": {"rows": […], "total": 3}}``). Of a wrapper only the envelope's numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.rules import masking
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource.filters import Condition, matches, typed
from zhujianyun.kernel.resource.granting import Offered

_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,39}")
DEEPEST = 3  # wrappers around the records
ENVELOPE = frozenset(
    ("code", "status", "success", "total", "count", "page", "pages", "page_no", "page_num", "page_size", "pageNo",
     "pageNum", "pageSize", "totalCount", "has_next", "hasNext")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """What may stay of an answer (裁剪方案). Fields are those of the provider, items those of the entry."""

    kept: Mapping[str, str]  # field → its mask, empty for none
    bound: frozenset[str]  # fields by which a record is known
    tested: Mapping[str, tuple[str, str]]  # item of a condition → (field, type)
    conditions: tuple[Condition, ...]
    items: tuple[str, ...]


def plan(ground: Ground, offered: Offered) -> Cut | None:
    """How answers under a grant are cut (裁剪方案); None when they pass whole.

    Raises:
        Fault: Client.GrantRefused for a mount that binds nothing under a grant that is not of everything,
            or that masks: what cannot be cut is not served.
    """
    given, binding = ground.effective, offered.binding
    if not binding:
        if not _is_whole(ground, offered):
            raise Fault("Client.GrantRefused", "该接口没有绑定信息项，无法按授权裁剪，请联系提供方完善挂载。")
        return None
    types = {code: item.type for code, item in offered.items.items()}
    return Cut(
        {binding[item.code]: given.masks.get(item.code, "") for item in given.items},
        frozenset(binding.values()),
        {one.item: (binding[one.item], types.get(one.item, "text")) for one in given.conditions},
        given.conditions, tuple(item.code for item in given.items),
    )  # fmt: skip


def _is_whole(ground: Ground, offered: Offered) -> bool:
    """Whether a grant gives every item of the entry, plain and for all rows."""
    terms = ground.terms
    masked = any(terms.masks.get(code, item.mask) for code, item in offered.items.items())
    return set(terms.items) >= set(offered.items) and not masked and not terms.row_filter


def served(cut: Cut, body: bytes) -> tuple[bytes, int]:
    """An answer as it may be served, and how many records it holds (裁剪答复).

    Raises:
        Fault: Server.ServerProxy.BadReply for what is no JSON or holds no record that can be recognised.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as e:
        raise unreadable("不是 JSON") from e
    left, rows = _cut(cut, document, 0)
    return orjson.dumps(left), rows


def unreadable(why: str) -> Fault:
    """An answer that cannot be cut to the grant is not served (无法裁剪)."""
    return Fault("Server.ServerProxy.BadReply", f"提供方答复{why}，无法按授权裁剪和脱敏，未予转发。")


def _cut(cut: Cut, value: Any, depth: int) -> tuple[Any, int]:
    if isinstance(value, list):
        return _list(cut, value, depth)
    if not isinstance(value, dict):
        raise unreadable("中没有可识别的记录")
    if _is_record(cut, value):
        return (_record(cut, value), 1) if _is_within(cut, value) else (None, 0)
    return _wrapper(cut, value, depth)


def _is_record(cut: Cut, value: dict[str, Any]) -> bool:
    """Whether it is a record and no wrapper that has a field of the same name (``status``), by what lies inside."""
    own = _known(cut, value)
    inner = max((_known(cut, one) for one in _inner(value)), default=0)
    return own > inner or (own > 0 and inner == 0)


def _known(cut: Cut, value: dict[str, Any]) -> int:
    return len(cut.bound.intersection(value))


def _inner(value: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects inside, of a list the first one."""
    for one in value.values():
        first = one[0] if isinstance(one, list) and one else one
        if isinstance(first, dict):
            yield first
            if depth < DEEPEST:
                yield from _inner(first, depth + 1)


def _list(cut: Cut, values: list[Any], depth: int) -> tuple[list[Any], int]:
    if not all(isinstance(one, dict) for one in values):
        raise unreadable("中没有可识别的记录")
    left, rows = [], 0
    for one in values:
        kept, count = _cut(cut, one, depth)
        if kept is not None:
            left.append(kept)
            rows += count
    return left, rows


def _wrapper(cut: Cut, value: dict[str, Any], depth: int) -> tuple[dict[str, Any], int]:
    """Numbers of the envelope stay; what lies inside is looked through; everything else goes.

    A name that is no identifier goes too: some interfaces key objects by a person's number or name.
    """
    left: dict[str, Any] = {}
    rows = 0
    for name, inner in value.items():
        if isinstance(inner, (dict, list)):
            if depth < DEEPEST and _NAME.fullmatch(name):
                left[name], count = _inside(cut, inner, depth + 1)
                rows += count
        elif name in ENVELOPE and (inner is None or isinstance(inner, (bool, int))):
            left[name] = inner
    return left, rows


def _inside(cut: Cut, value: Any, depth: int) -> tuple[Any, int]:
    if isinstance(value, list) and not all(isinstance(one, dict) for one in value):
        return [], 0
    return _cut(cut, value, depth)


def _record(cut: Cut, row: dict[str, Any]) -> dict[str, Any]:
    left = {}
    for field, mask in cut.kept.items():
        if field in row:
            value = row[field]
            left[field] = _shown(mask, value) if mask else _plain(value)
    return left


def _shown(mask: str, value: Any) -> Any:
    """A masked value; of a list or an object nothing can be shown."""
    return masking.masked(mask, value if not isinstance(value, (dict, list)) else "?" * 8)


def _plain(value: Any) -> Any:
    """An item is one value: what a provider nests beneath it was never bound."""
    return None if isinstance(value, (dict, list)) else value


def _is_within(cut: Cut, row: dict[str, Any]) -> bool:
    """Whether a record lies within the rows of the grant; one whose value has another type does not."""
    if not cut.conditions:
        return True
    try:
        known = {item: _typed(row.get(field), kind) for item, (field, kind) in cut.tested.items()}
    except RuleBroken:
        return False
    return matches(cut.conditions, known)


def _typed(value: Any, kind: str) -> Any:
    return None if value is None else typed(value, kind)

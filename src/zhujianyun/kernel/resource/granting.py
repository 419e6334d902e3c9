"""What a grant gives at a moment (授权的有效范围): the grant cut down to what the entry then offers.

Pure functions: the gateway, the catalogue and the pages ask here, so that they cannot differ. A
withdrawn or narrowed item is gone at once; an item that is new never widens an old grant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from zhujianyun.base.errors import NotAllowed
from zhujianyun.kernel.resource.filters import Condition, check
from zhujianyun.kernel.resource.items import Item


@dataclass(frozen=True, slots=True)
class Terms:
    """What was granted (授权条款), detached from the database so that any process can hold it."""

    code: str
    version: int
    state: str
    resource: str
    mount: str
    consumer: str
    items: tuple[str, ...]
    row_filter: tuple[Mapping[str, Any], ...]
    masks: Mapping[str, str]
    exact_lookup: tuple[str, ...]
    purpose: str
    valid_from: datetime
    valid_until: datetime
    quota: Mapping[str, int | None]
    page_limit: int
    networks: tuple[str, ...]
    is_test: bool = False
    system: str = ""  # of the consumer; empty: any


@dataclass(frozen=True, slots=True)
class Offered:
    """What the entry offers now through this mount (现行供给): items by code, columns by item."""

    resource: str
    state: str
    share: str
    mounted: bool
    items: Mapping[str, Item]
    binding: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effective:
    """What may be served now (有效范围): only these items, these rows, with these masks."""

    items: tuple[Item, ...]
    columns: Mapping[str, str]
    conditions: tuple[Condition, ...]
    masks: Mapping[str, str]
    searchable: frozenset[str]
    page_limit: int


def effective(terms: Terms, offered: Offered, now: datetime) -> Effective:
    """The grant as it stands at an instant (计算有效范围).

    Raises:
        NotAllowed: not begun, run out, suspended, revoked, or the entry or mount is gone; the rule
            id tells which.
    """
    _alive(terms, offered, now)
    items = tuple(
        item
        for code in terms.items
        if (item := offered.items.get(code)) and item.share != "none" and code in offered.binding
    )
    types = {code: item.type for code, item in offered.items.items()}
    # A row filter upon an item that is gone cannot be kept any more: nothing is served then.
    conditions = check(terms.row_filter, types)
    masks = {item.code: kind for item in items if (kind := _mask(terms, item))}
    searchable = frozenset(
        item.code for item in items if item.code not in masks or item.code in terms.exact_lookup
    )
    bound = {item.code for item in items} | {one.item for one in conditions}
    if missing := [one.item for one in conditions if one.item not in offered.binding]:
        raise NotAllowed(
            f"授权的行范围依赖信息项“{missing[0]}”，该项已不再提供，请联系提供方变更授权。",
            rule="grant.row_filter_gone", item=missing[0],
        )  # fmt: skip
    columns = {code: column for code, column in offered.binding.items() if code in bound}
    return Effective(items, columns, conditions, masks, searchable, terms.page_limit)


def _mask(terms: Terms, item: Item) -> str:
    """The mask of the grant, or the entry's own where the grant says nothing of a personal item."""
    return terms.masks.get(item.code, item.mask)


def _alive(terms: Terms, offered: Offered, now: datetime) -> None:
    refusals = (
        (terms.state == "suspended", "grant.suspended", "授权已暂停"),
        (terms.state == "revoked", "grant.revoked", "授权已撤销"),
        (terms.state == "expired" or now >= terms.valid_until, "grant.expired", "授权已到期"),
        (now < terms.valid_from, "grant.not_begun", "授权尚未生效"),
        (offered.state != "published", "grant.withdrawn", "该资源目录已撤销"),
        (offered.share == "none", "grant.not_shared", "该资源已改为不予共享"),
        (not offered.mounted, "grant.unmounted", "该挂载资源已卸载"),
    )
    for refused, rule, why in refusals:
        if refused:
            raise NotAllowed(f"{why}（{terms.code}），请联系提供方。", rule=rule, grant=terms.code)


def allows_address(networks: Iterable[str], address: str) -> bool:
    """Whether a call may come from this address (来源网段): no networks means any."""
    listed = tuple(networks)
    return not listed or any(ip_address(address) in ip_network(one) for one in listed)


def chosen(effective_: Effective, asked: Iterable[str] | None) -> tuple[Item, ...]:
    """The items of one call (本次所取信息项): all when none are asked for.

    Raises:
        NotAllowed: naming every item that the grant does not hold; nothing is dropped in silence.
    """
    if asked is None:
        return effective_.items
    held = {item.code: item for item in effective_.items}
    wanted = list(dict.fromkeys(asked))
    if unknown := [code for code in wanted if code not in held]:
        raise NotAllowed(
            f"授权不含信息项：{'、'.join(unknown)}。请只申请授权内的信息项。",
            rule="grant.items",
            items=unknown,
        )
    return tuple(held[code] for code in wanted)

"""Trying a source before it is kept (测试数据源): connect read-only, look at its columns and some rows.

What people enter may reach files in the drop folders and public addresses, and private ones only in
the ranges that the settings name: otherwise the form would be a way into the machine and its network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.conf import settings

from zhujianyun.apps.data_gathering.actions.connectors import Connector, connect
from zhujianyun.apps.data_gathering.queries import RULES
from zhujianyun.apps.data_gathering.rules import places, proposing
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base import outbound
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbound import addresses
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office

SAMPLE, SHOWN = 200, 10
_SMALL = {"batch_rows": SAMPLE, "batch_bytes": 256 * 1024}


@dataclass(frozen=True)
class Tried:
    """What a source showed (测试结果): rows are as it delivers them."""

    columns: list[dict[str, Any]]
    found: list[Found]
    rows: list[dict[str, Any]]
    count: int | None
    note: str


def ranges() -> tuple[IPv4Network | IPv6Network, ...]:
    """The private ranges that sources may lie in (来源网段)."""
    return tuple(ip_network(one) for one in getattr(settings, "ZJY_SOURCE_RANGES", ()))


def folders() -> list[Path]:
    """The folders that files are dropped into (投放目录)."""
    return [Path(one).resolve() for one in getattr(settings, "ZJY_SOURCE_FOLDERS", ())]


def checked(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A place that people may name (核对接入参数): a path becomes absolute.

    Raises:
        RuleBroken: ``gathering.folder`` for a file outside the drop folders, ``outbound.*`` for an
            address that may not be reached; names the field.
    """
    place = places.read(kind, given)
    try:
        if kind in places.BY_PATH:
            place["path"] = str(_inside(str(place["path"])))
        elif kind in places.BY_HOST:
            _may_reach(str(place["host"]), int(place.get("port") or 0))
        else:
            outbound.check_url(str(place["url"]), allow_private=ranges() or False)
    except RuleBroken as error:
        field = "path" if kind in places.BY_PATH else "host" if kind in places.BY_HOST else "url"
        raise RuleBroken(error.message_zh, rule=error.rule, fields=[field]) from error
    return place


def _inside(text: str) -> Path:
    """A file in one of the drop folders, links followed (投放文件)."""
    allowed = folders()
    if not allowed:
        raise RuleBroken("没有配置投放目录，请管理员设置后再登记文件来源。", rule="gathering.folder")
    named = [Path(text)] if Path(text).is_absolute() else [folder / text for folder in allowed]
    inside = [real for path in named if any((real := path.resolve()).is_relative_to(one) for one in allowed)]
    if not inside:
        raise RuleBroken("文件须放在投放目录内，请填写投放目录下的路径。", rule="gathering.folder")
    if found := next((real for real in inside if real.is_file()), None):
        return found
    raise RuleBroken(f"投放目录中没有文件 {text}，请核对或先投放。", rule="gathering.folder")


def _may_reach(host: str, port: int) -> None:
    """That a database may lie there: the same rules as for a URL (核对主机)."""
    name = f"[{host}]" if ":" in host else host
    outbound.check_url(f"http://{name}:{port or 80}/", allow_private=ranges() or False)
    place = addresses.place_of(f"http://{name}:{port or 80}/")
    try:
        addresses.resolve(place, seconds=5.0)
    except OSError as error:
        raise RuleBroken(f"找不到主机 {host}，请核对域名或改填 IP 地址。", rule="outbound.name") from error


def try_source(kind: str, place: Mapping[str, Any], secret: str, owner: Office, *, by: Actor) -> Tried:
    """Connect and look (测试数据源); ``place`` was checked. Journalled, because rows are seen.

    Raises:
        NotAllowed: without "data_gathering.rules" at the owner of the system.
        OutsideFailed, RuleBroken: when it cannot be reached or read, with what to do.
    """
    access.require(by, RULES, owner)
    connector = connect(kind, {**place, **_SMALL, "key": []}, secret)
    connector.open()
    try:
        found = connector.columns()
        rows = _first_rows(connector, [one.name for one in found])
        tried = Tried(proposing.proposed(found, rows), found, rows[:SHOWN], connector.count(), connector.note)
    finally:
        connector.close()
    facts = {"kind": kind, "place": {n: v for n, v in place.items() if n in ("host", "url", "path", "table")}}
    journal.record("gathering.source.try", actor=by.key, object=("source", kind), facts=facts)
    return tried


def _first_rows(connector: Connector, names: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    batches: Iterator[Any] = connector.batches(names)
    with closing(batches):  # type: ignore[type-var]
        for batch in batches:
            rows += batch.slice(0, SAMPLE - len(rows)).to_pylist()
            if len(rows) >= SAMPLE:
                break
    return rows

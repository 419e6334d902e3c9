"""The documentation of a grant for people (接口说明): what `rules.openapi` says, put into tables and a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from zhujianyun.apps.data_gateway.actions import publishing
from zhujianyun.apps.data_gateway.models import AccessKey
from zhujianyun.apps.data_gateway.queries import consuming, places
from zhujianyun.apps.data_gateway.rules import faults, openapi
from zhujianyun.apps.data_gateway.rules.policy import Service
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import queries as resources
from zhujianyun.kernel.resource.models import Grant

TYPES_ZH = {"text": "文本", "integer": "整数", "decimal": "小数", "date": "日期", "datetime": "时间", "boolean": "是否"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doc:
    """A grant's documentation, readable (说明)."""

    server: str
    inner: str  # where this machine reaches the same plane
    path: str
    example: str
    client: str
    purpose: str
    is_table: bool
    headers: tuple[dict[str, Any], ...]
    items: tuple[dict[str, Any], ...]
    faults: tuple[dict[str, Any], ...]
    curl: str


def document_of(grant: Grant, by: Actor) -> dict[str, Any]:
    """The OpenAPI document of a grant (接口说明文档).

    Raises:
        NotAllowed, NotFound: while the grant serves nothing.
    """
    service = service_of(grant)
    place = openapi.Place(places.shown(service), _client(grant, by))
    return openapi.document(service, resources.terms(grant), consuming.effective(grant), place)


def doc_of(grant: Grant, by: Actor) -> Doc | None:
    """The readable documentation; none while the grant serves nothing (可读说明)."""
    try:
        made = document_of(grant, by)
    except (NotAllowed, NotFound, RuleBroken):
        return None
    service, given = service_of(grant), consuming.effective(grant)
    operators = {item.code: ops for item, ops in openapi.filters(given)}
    path, methods = next(iter(made["paths"].items()))
    example = f"{path}?page_size=3" if service.kind == "table" else path.replace("{p1}", "查询号码")
    items = tuple(
        {"code": item.code, "zh": item.zh, "type": TYPES_ZH.get(item.type, item.type),
         "mask": openapi.masked_zh(given.masks.get(item.code, "")), "operators": operators.get(item.code, ())}
        for item in given.items
    )  # fmt: skip
    client = _client(grant, by)
    return Doc(
        server=places.shown(service), inner=places.inner(service), path=path, example=example, client=client,
        purpose=grant.code, is_table=service.kind == "table", headers=tuple(methods["parameters"]), items=items,
        faults=tuple({"type": t, "status": s, "zh": zh} for t, (s, zh) in faults.KNOWN.items()),
        curl=_curl(f"{places.shown(service)}{example}", client, grant.code),
    )  # fmt: skip


def service_of(grant: Grant) -> Service:
    """The service as the planes know it (共享服务).

    Raises:
        NotFound: when the mount has no service that is open.
    """
    row = getattr(grant.mount, "service", None)
    if row is None or not row.is_open:
        raise NotFound("服务尚未开通或已关闭。", rule="gateway.service")
    return publishing.described(row)


def _client(grant: Grant, by: Actor) -> str:
    """What X-Road-Client must name: that of a key of this office, else what it will be."""
    rows = consuming.keys(by).filter(consumer=grant.consumer, revoked_at=None)
    mine = rows.filter(system=grant.system).first() if grant.system else None
    key: AccessKey | None = mine or rows.first()
    return key.client if key else f"{settings.ZJY_GATEWAY_INSTANCE}/GOV/{grant.consumer.code}/main"


def _curl(url: str, client: str, purpose: str) -> str:
    return (
        f"curl -g '{url}' \\\n  -H \"Authorization: Bearer $ZJY_KEY\" \\\n"
        f"  -H 'X-Road-Client: {client}' \\\n  -H 'X-Zjy-Purpose: {purpose}' \\\n  -H 'X-Zjy-Receipt: 1' -i"
    )

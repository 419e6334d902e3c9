"""One call in full (调用详情): times apart by side, what was asked and answered, where its proof stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import CONSUME, VIEW, consuming, operating, providing
from zhujianyun.base.errors import NotAllowed, NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource.models import Edition, Grant

REST_ZH = {
    "service_path": "服务地址", "message_id": "消息编号", "user": "使用人", "represented": "所代表方",
    "query_hash": "查询摘要", "product": "软件版本",
}  # fmt: skip
PLANES_ZH = {"table": "库表接口", "api": "接口代理", "file": "文件"}


@dataclass(frozen=True, slots=True)
class Detail:
    """A call with what its codes stand for (调用详情)."""

    call: Call
    plane_zh: str
    side_zh: str
    service_title: str
    consumer: str
    items: tuple[tuple[str, str], ...]
    inner_ms: float | None
    overhead_ms: float | None
    aborted: bool
    leaf: Entry | None
    rest: tuple[tuple[str, Any], ...]


def call_of(call_id: str, by: Actor) -> Detail:
    """One call, for its provider, its consumer and the operator (调用详情).

    Raises:
        NotFound: when there is none that the actor may see.
    """
    call = Call.objects.filter(call_id=call_id, kind="call").first()
    if call is None or not _may_see(call, by):
        raise NotFound("没有这次调用，或您无权查看。", rule="gateway.call")
    grant = Grant.objects.filter(code=call.grant).select_related("consumer", "mount__resource").first()
    inner = call.response_in - call.request_out if call.request_out and call.response_in else None
    ended = call.response_out or call.response_in
    outer = ended - call.request_in - inner if inner is not None and ended else None
    return Detail(
        call, PLANES_ZH.get(call.plane, call.plane), operating.SIDES_ZH.get(call.fault_side, call.fault_side),
        grant.mount.title if grant else call.service or "—", grant.consumer.name if grant else call.consumer or "—",
        _named(call, grant), None if inner is None else inner / 1000, None if outer is None else outer / 1000,
        Call.objects.filter(call_id=call_id, kind="abort").exists(), _leaf(call),
        tuple((REST_ZH[name], value) for name, value in call.rest.items() if name in REST_ZH and value),
    )  # fmt: skip


def _may_see(call: Call, by: Actor) -> bool:
    try:
        operating.require_operator(by)
    except NotAllowed:
        pass
    else:
        return True
    one = Q(pk=call.pk)
    provided = access.allows(by, VIEW) and providing.calls(by, {}).filter(one).exists()
    return provided or (access.allows(by, CONSUME) and consuming.calls(by).filter(one).exists())


def _named(call: Call, grant: Grant | None) -> tuple[tuple[str, str], ...]:
    """The items that were given, with their Chinese names."""
    names: dict[str, str] = {}
    if grant is not None:
        edition = Edition.objects.filter(resource=grant.mount.resource).order_by("-number").first()
        names = {item.code: item.zh for item in edition.item_list} if edition else {}
    return tuple((code, names.get(code, code)) for code in call.items)


def _leaf(call: Call) -> Entry | None:
    """Where the journal keeps it: an entry of its own, or that of the batch it was taken over in."""
    rows = Entry.objects.select_related("seal")
    if number := call.rest.get("entry"):
        return rows.filter(pk=number).first()
    return rows.filter(object_type="call", object_id=call.call_id).order_by("pk").first()

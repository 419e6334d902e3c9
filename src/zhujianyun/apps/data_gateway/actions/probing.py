"""Looking whether services answer (可用性探测): every open one, every five minutes, a line per service and day.

An interface answers when its provider says anything but that it is ill; a table when a serving file of its
data set is in place; a file when it lies in the store. Targets that hang hold one thread until their limit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_network

from django.db import transaction
from django.db.models import F

from zhujianyun.apps.data_gateway.actions import serving
from zhujianyun.apps.data_gateway.models import Probe, Service
from zhujianyun.base import clock, outbound
from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.resource.models import Mount

VERB = "data_gateway.probed"
AT_ONCE, MOST_SECONDS, MOST_BYTES = 8, 5.0, 65_536


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look found (探测结果): ``why`` is empty when it was good."""

    service: Service
    why: str


def probe() -> int:
    """Look at every open service once (探测); how many were good."""
    services = list(
        Service.objects.filter(is_open=True, mount__state=Mount.State.MOUNTED)
        .select_related("mount__dataset", "mount__file")
        .order_by("code")
    )
    if not services:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(services)), thread_name_prefix="probe") as pool:
        seen = [Seen(one, why) for one, why in zip(services, pool.map(look, services), strict=True)]
    _note(seen)
    return sum(not one.why for one in seen)


def look(service: Service) -> str:
    """Why a service does not answer just now, empty when it does (探测一个服务)."""
    mount = service.mount
    if mount.kind == Mount.Kind.API:
        return _ask(service)
    if mount.kind == Mount.Kind.FILE:
        return "" if mount.file is not None and mount.file.path.is_file() else "文件不在存储中"
    assert mount.dataset is not None
    return "" if serving.kept(mount.dataset.code) else "供数文件尚未就绪"


def _ask(service: Service) -> str:
    ranges = tuple(ip_network(one) for one in service.allow_private)
    try:
        answer = outbound.get(
            service.mount.address, timeout=min(service.mount.timeout_ms / 1000, MOST_SECONDS),
            max_bytes=MOST_BYTES, allow_private=ranges or False,
        )  # fmt: skip
    except (OutsideFailed, RuleBroken) as error:
        return error.message_zh[:200]
    return "" if answer.status < 500 else f"提供方答复 {answer.status}"


@transaction.atomic
def _note(seen: list[Seen]) -> None:
    now, today = clock.now(), clock.today()
    for one in seen:
        row, _ = Probe.objects.get_or_create(service=one.service, on=today, history=False)
        changes = {"total": F("total") + 1, "good": F("good") + int(not one.why), "last_at": now}
        Probe.objects.filter(pk=row.pk).update(**changes, **({"last_why": one.why} if one.why else {}))
    bad = sorted(one.service.code for one in seen if one.why)
    facts = {"services": len(seen), "good": len(seen) - len(bad), "bad": bad}
    journal.record(VERB, actor="system", object=("gateway", "probes"), facts=facts)

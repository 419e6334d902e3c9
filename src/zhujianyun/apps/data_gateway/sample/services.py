"""Services of the demo (演示服务): opened on the day, at an address of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource.models import Mount

LOOPBACK = "127.0.0.1/32"


def address(code: str) -> str:
    """Where the provider of an interface answers in the demo (演示接口地址): on this machine only."""
    port = int(getattr(settings, "ZJY_SOURCES_PORT", 18640))
    return f"http://127.0.0.1:{port}/{code}"


def open_service(mount: Mount, member: str, day: date, paths: Sequence[str] = ()) -> Service:
    """Open a service on a mount (开通服务)."""
    service = Service.objects.create(
        code=mount.code, mount=mount, member=member, opened_on=day, paths=list(paths), methods=["GET"],
        allow_private=[LOOPBACK] if mount.kind == Mount.Kind.API else [],
    )  # fmt: skip
    facts = {"mount": mount.code, "member": member, "opened_on": str(day)}
    journal.record("data_gateway.service", actor=SYSTEM.key, object=("service", service.code), facts=facts)
    return service

"""The gateway process (接口与推送进程): Starlette on ASGI, served by Granian."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.production")

import django

django.setup()

from django.db import close_old_connections  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import PlainTextResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from zhujianyun.config import demo_clock  # noqa: E402
from zhujianyun.kernel.indicator import alarms, queries  # noqa: E402
from zhujianyun.ui.screen import stream, tickets  # noqa: E402
from zhujianyun.ui.screen.devices import visiting  # noqa: E402

demo_clock.resume()


async def healthz(request: Request) -> PlainTextResponse:
    """For the supervisor and load balancers (存活检查)."""
    return PlainTextResponse("ok")


def _changes(since: int) -> list[tuple[int, str]]:
    close_old_connections()
    return queries.changes_since(since)


def _newest() -> int:
    close_old_connections()
    return queries.newest_snapshot()


def _alarms() -> int:
    close_old_connections()
    return alarms.mark()


def _may_watch(ticket: str) -> bool:
    """A ticket counts only while its holder may sign in, or its device is not revoked."""
    from zhujianyun.kernel.access.models import Account

    key = tickets.holder(ticket)
    close_old_connections()
    if key and key.startswith("device:"):
        return visiting.is_active(key)
    return bool(key) and Account.objects.filter(pk=str(key).partition(":")[2], is_active=True).exists()


hub = stream.Hub(_changes, _newest, _alarms)
application = Starlette(
    routes=[Route("/healthz", healthz), Route("/stream", stream.endpoint(hub, _may_watch))],
)

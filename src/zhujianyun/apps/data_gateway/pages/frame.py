"""What every page has (页面框架): who looks, which of the gateway's rooms are open to him."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhujianyun.apps.data_gateway.queries import CONSUME, OPERATE, VIEW
from zhujianyun.apps.data_gateway.queries.figures import OWN
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.ui.workbench import viewer

ROOMS = (
    ("mine", "我的接口", "data_gateway:mine", CONSUME),
    ("readers", "谁用了数据", "data_gateway:readers", VIEW),
    ("running", "运行", "data_gateway:running", OPERATE),
    ("subjects", "谁查阅了某人", "data_gateway:subjects", OPERATE),
    ("replay", "重放", "data_gateway:replay", OPERATE),
)


def rooms(actor: Actor) -> list[tuple[str, str, str]]:
    """The rooms that are open to somebody: name, Chinese, address (可进页面)."""
    department = Office.objects.filter(code=OWN).first()
    return [
        (name, zh, url)
        for name, zh, url, permission in ROOMS
        if access.allows(actor, permission, department if permission == OPERATE else None)
    ]


def shown(request: HttpRequest, room: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page of a room (页面)."""
    found = rooms(viewer.actor(request))
    answer = render(request, f"data_gateway/{template}.html", {**context, "rooms": found, "room": room})
    answer.headers.setdefault("Cache-Control", "no-store, private")
    return answer


def done(request: HttpRequest, act: Callable[[], object], told: str) -> bool:
    """Do it and say so, or say what is in the way (办理)."""
    try:
        act()
    except PlatformError as error:
        messages.error(request, error.message_zh)
        return False
    messages.success(request, told)
    return True

"""Where the planes answer (接口地址): for whoever calls from outside, and on this machine.

``ZJY_SHARED_ADDRESS`` is the address of the front server, one for both planes. Without it, the planes answer
beside the web process, whose port follows from the address of the push gateway.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from django.conf import settings

from zhujianyun.apps.data_gateway.rules.policy import Service

OFFSETS = {"data": 2, "api": 3}  # ports behind the web's, as the manifest brings the planes
SETTINGS = {"data": "ZJY_TABLE_PLANE", "api": "ZJY_PROXY_PLANE"}


def plane_of(service: Service) -> str:
    """The part of the address (通道)."""
    return "api" if service.kind == "api" else "data"


def inner(service: Service) -> str:
    """The service as this machine reaches it (本机地址)."""
    return _base(plane_of(service)) + path(service)


def shown(service: Service) -> str:
    """The service as consumers are told (对外地址)."""
    return (str(getattr(settings, "ZJY_SHARED_ADDRESS", "")) or _base(plane_of(service))) + path(service)


def path(service: Service) -> str:
    """The path of a service, each part encoded (路径)."""
    return "/r1/" + "/".join(quote(part, safe="") for part in service.path.split("/"))


def _base(plane: str) -> str:
    if told := str(getattr(settings, SETTINGS[plane], "")):
        return told.rstrip("/")
    found = re.search(r":(\d+)/?$", settings.ZJY_GATEWAY_URL)
    web = int(found[1]) - 1 if found else 8000
    return f"http://127.0.0.1:{web + OFFSETS[plane]}"

"""Back ends of the channels (渠道后端): which one each channel uses, by ``settings.ZJY_OUTBOX``.

A back end is a function ``(message, terms) -> Sent``. It raises ``OutsideFailed`` with ``retriable``
said; anything else that it raises counts as retriable too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings

from zhujianyun.base.errors import RuleBroken

if TYPE_CHECKING:
    from zhujianyun.base.outbox.models import Message


@dataclass(frozen=True, slots=True)
class Sent:
    """A message went out (已送出): what the other side said; ``shown`` when it only was put on the terminal."""

    receipt: str = ""
    shown: bool = False


Backend = Callable[["Message", Mapping[str, Any]], Sent]
_built_in = {"console": "console", "smtp": "smtp", "wecom": "robots", "dingtalk": "robots", "http": "http"}
_others: dict[str, Backend] = {}


def register(name: str, backend: Backend) -> None:
    """Offer another back end under a name for settings (登记渠道后端)."""
    _others[name] = backend


def terms_of(channel: str) -> Mapping[str, Any]:
    """What settings say of a channel (渠道配置); nothing said means off."""
    return getattr(settings, "ZJY_OUTBOX", {}).get(channel, {})


def name_of(channel: str) -> str:
    """The name of a channel's back end (后端名称): "off" unless settings say otherwise."""
    return str(terms_of(channel).get("backend", "off"))


def backend_of(channel: str) -> Backend:
    """The back end of a channel (渠道后端).

    Raises:
        RuleBroken: ``outbox.backend`` when settings name one that does not exist.
    """
    name = name_of(channel)
    if name in _others:
        return _others[name]
    if name not in _built_in:
        raise RuleBroken(
            f"外发渠道 {channel} 配置的后端“{name}”不存在，请在配置 ZJY_OUTBOX 中改正。",
            rule="outbox.backend",
        )
    module = import_module(f"zhujianyun.base.outbox.channels.{_built_in[name]}")
    return getattr(module, f"send_{name}")  # type: ignore[no-any-return]

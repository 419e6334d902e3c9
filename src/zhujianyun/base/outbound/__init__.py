"""Requests to outside systems (外部调用): safe against forged addresses, bounded in time and size.

``outbound.get(url, timeout=…, max_bytes=…)`` and ``post`` resolve the name once, look at every
address behind it, and connect to exactly the address they looked at; every redirect goes through the
same door. ``timeout`` bounds the whole call, however slowly the peer drips; ``max_bytes`` bounds the
answer after unpacking. No proxy from the environment, no cookies. Addresses that people enter are
checked where they are entered with ``check_url``.
"""

from zhujianyun.base.outbound.addresses import check_url
from zhujianyun.base.outbound.calls import Answer, get, post, request

__all__ = ["Answer", "check_url", "get", "post", "request"]

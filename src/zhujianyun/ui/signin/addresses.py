"""Where a request comes from (来源地址): the peer itself, never a header that anybody may write."""

from __future__ import annotations

from django.http import HttpRequest


def address_of(request: HttpRequest | None) -> str:
    """The address of the peer, "" when there is no request (来源地址)."""
    return str(request.META.get("REMOTE_ADDR", "")) if request is not None else ""

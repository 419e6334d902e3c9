"""Security headers and caching of the hall (安全响应头·缓存).

Every page of the hall has a strict content policy: nothing but our own files, nothing inline, no
frame around it. A verifier may not even connect (``connect-src 'none'``): what it says of sending
nothing is kept by the browser, not only by us.

Only public pages for people without any cookie of ours may be kept by others (``public``, one
minute, with an ETag); everything else is private.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

PREFIX = "/hall/"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SILENT = "; connect-src 'none'"
SECONDS = 60
PUBLIC = "zhujianyun.ui.hall.public."


class HallHeaders:
    """Puts the headers on answers of the hall (办事大厅响应头)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers, or 304."""
        answer = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return answer
        return _guarded(request, _kept(request, answer))


def _guarded(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    silent = SILENT if request.path.startswith(f"{PREFIX}verify/") else ""
    answer.setdefault("Content-Security-Policy", POLICY + silent)
    answer.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    answer["X-Frame-Options"] = "DENY"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if "Cache-Control" in answer:
        return answer
    patch_vary_headers(answer, ["Cookie"])
    if not _may_be_shared(request, answer):
        answer["Cache-Control"] = "private, no-store"
        return answer
    answer["Cache-Control"] = f"public, max-age={SECONDS}"
    answer["ETag"] = quote_etag(hashlib.sha256(answer.content).hexdigest()[:24])
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def _may_be_shared(request: HttpRequest, answer: HttpResponse) -> bool:
    match = request.resolver_match
    module = getattr(match.func, "__module__", "") if match else ""
    return (
        module.startswith(PUBLIC)
        and request.method in ("GET", "HEAD")
        and answer.status_code == 200
        and not answer.streaming
        and not answer.cookies
        and not _knows(request)
    )


def _knows(request: HttpRequest) -> bool:
    """Whether the browser brought a session or a message of ours."""
    return bool({settings.SESSION_COOKIE_NAME, "messages"} & set(request.COOKIES))

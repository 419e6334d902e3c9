"""How much one request may bring (请求大小限制): judged by its head, before a byte of it is stored.

Django spools whatever a form uploads to the disk before any page sees it, for everybody who can
reach the port. One file of the store's limit and its form fit; more is refused unread.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.store import DEFAULT_LIMIT
from zhujianyun.ui.workbench import errors

FORM = 10 * 1024**2  # bytes beside the file
LIMIT = DEFAULT_LIMIT + FORM


class TooLarge(RuleBroken):
    """More than one request may bring (请求过大)."""

    code = "too_large"
    http_status = 413


class NoLength(RuleBroken):
    """A body of unknown length (未声明长度)."""

    code = "no_length"
    http_status = 411


class RequestSize:
    """Refuses what is too large or does not say how large it is (请求大小检查)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the refusal with the connection closed: the rest of the body is not wanted."""
        error = judged(request)
        if error is None:
            return self.get_response(request)
        answer = errors.answer(request, error)
        answer["Connection"] = "close"
        return answer


def judged(request: HttpRequest) -> RuleBroken | None:
    """Why a request is refused by its head, if it is (判定请求大小)."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in request.META and not announced:
        return NoLength("上传没有说明大小，请用浏览器重新选择文件后上传。", rule="request.length")
    if not announced.isdigit() or int(announced) <= LIMIT:
        return None
    return TooLarge(
        f"一次上传超过 {DEFAULT_LIMIT // 1024**2} MB 的上限，请压缩、拆分文件或分几次上传。",
        rule="request.too_large",
        limit=LIMIT,
        announced=int(announced),
    )

"""Errors as people and machines see them (错误页面): one middleware, one look.

A platform error becomes a page in Chinese, or JSON for whoever asks for JSON; both tell what to do
next. What nobody foresaw stays a 500 page and a line in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from zhujianyun.base.errors import PlatformError

TITLES_ZH = {
    400: "请求有误",
    403: "没有权限",
    404: "没有找到",
    409: "已被他人抢先办理",
    411: "没有说明大小",
    413: "文件太大",
    422: "还不能办理",
    500: "平台出错了",
    502: "外部系统没有回应",
}


class PlatformErrors:
    """Answers for platform errors that a view let through (平台错误应答)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer for a platform error; None for anything else."""
        return answer(request, exception) if isinstance(exception, PlatformError) else None


def answer(request: HttpRequest, error: PlatformError, *, kept: Sequence[str] = ()) -> HttpResponse:
    """The error as a page or as JSON, with its own status (错误应答); ``kept`` is what had been typed."""
    if wants_json(request):
        return JsonResponse(
            error.as_answer(), status=error.http_status, json_dumps_params={"ensure_ascii": False}
        )
    page = render_to_string(
        "workbench/error.html",
        {
            "status": error.http_status,
            "title": TITLES_ZH.get(error.http_status, "出错了"),
            "said": error.message_zh,
            "rule": error.rule,
            "kept": kept,
            "is_demo": getattr(settings, "ZJY_DEMO", False),
        },
        request=request,
    )
    return HttpResponse(page, status=error.http_status)


def wants_json(request: HttpRequest) -> bool:
    """Whether JSON is asked for rather than a page (是否要 JSON)."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted

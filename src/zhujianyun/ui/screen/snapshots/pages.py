"""The snapshot's addresses, and the page for paper and for browsers without script (快照与打印页)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import journal
from zhujianyun.ui.screen import replay, snapshots
from zhujianyun.ui.screen.pages import for_viewers, viewer_of


@require_safe
@for_viewers
def snapshot(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A screen as PDF or PNG (屏幕快照); `at` for a past instant, `theme=dark` as on the wall."""
    made, theme = _sheet(request, code)
    pixels = 3840 if request.GET.get("size") == "4k" else snapshots.PIXELS
    read = snapshots.render(made, kind, theme=theme, pixels=pixels)
    journal.record(
        "screen.snapshot", actor=viewer_of(request).key, object=("screen", code),
        facts={"kind": kind, "digest": made.digest[:32], "as_of": made.as_of, "replay": made.banner},
    )  # fmt: skip
    name = f"{code}-{made.as_of[:10]}.{kind}"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(read, content_type=snapshots.KINDS[kind], headers=headers)


@require_safe
@for_viewers
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """The screen without script: the same pictures, each with its table (打印页)."""
    made, _ = _sheet(request, code)
    return render(request, "ui_screen/print.html", context(made, demo=getattr(settings, "ZJY_DEMO", False)))


def context(made: snapshots.Sheet, **more: Any) -> dict[str, Any]:
    """What the page without script needs (打印页内容)."""
    return {"sheet": made, "screen": made.screen, **more}


def _sheet(request: HttpRequest, code: str) -> tuple[snapshots.Sheet, str]:
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    viewer = viewer_of(request)
    if not viewer.may_show(code) or viewer.is_public:
        raise Http404(f"没有屏幕 {code}。")
    try:
        return snapshots.sheet(code, replay.asked_at(request), snapshots.THEMES[theme]), theme
    except NotFound as error:
        raise Http404(error.message_zh) from error

"""The layout editor's pages (布局编辑页面), inside the workbench."""

from __future__ import annotations

from typing import Any, cast

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import Conflict, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.layouts import actions, editing, queries, text
from zhujianyun.ui.screen.layouts.models import LayoutVersion
from zhujianyun.ui.screen.registry import Screen

MOST_BYTES = 200_000


def _editor(request: HttpRequest) -> Account:
    account = cast(Account, request.user)
    access.require(access.actor(account), actions.EDIT)
    return account


def _screen(code: str) -> Screen:
    screen = registry.get(code)
    if screen is None:
        raise Http404(f"没有屏幕 {code}。")
    return screen


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The screens, what hangs, who edits (屏幕布局列表)."""
    _editor(request)
    rows = [
        {"screen": one, "shown": queries.shown(one.code), "lock": queries.lock_of(one.code), "newest": queries.newest(one.code)}
        for one in registry.all_()
    ]  # fmt: skip
    return render(request, "screen_layouts/index.html", {"rows": rows})


@never_cache
@require_safe
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Edit a layout; who comes second is told who edits and since when (编辑布局)."""
    account, screen = _editor(request), _screen(code)
    refused: PlatformError | None = None
    try:
        actions.take_lock(code, by=account, over="over" in request.GET)
    except Conflict as error:
        refused = error
    shown = queries.shown(code)
    chosen = _chosen(request, code)
    working = _read(chosen, screen) if chosen else shown.screen if shown else screen
    start = {
        "code": code,
        "parts": text.parts_of(working),
        "file": text.parts_of(screen),
        "base": queries.newest(code),
        "locked": refused is not None,
        "urls": {name: reverse(f"layouts:{name}", args=[code]) for name in ("preview", "save", "lock")},
        "apps": sorted(registry.present()),
        **editing.offered(screen),
    }
    context = {
        "screen": screen, "shown": shown, "start": start, "refused": refused, "chosen": chosen,
        "versions": queries.versions(code), "releases": queries.releases(code),
    }  # fmt: skip
    return render(request, "screen_layouts/edit.html", context)


def _chosen(request: HttpRequest, code: str) -> LayoutVersion | None:
    number = request.GET.get("version", "")
    return get_object_or_404(LayoutVersion, screen=code, number=number) if number.isdigit() else None


def _read(version: LayoutVersion, screen: Screen) -> Screen:
    try:
        return registry.read(version.text, screen.app, str(version))
    except PlatformError:
        return screen


def _sent(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise RuleBroken("布局太大，请减少组件。", rule="screen.size")
    try:
        read = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise RuleBroken("提交的内容无法读取，请刷新页面后重试。", rule="screen.readable") from error
    if not isinstance(read, dict):
        raise RuleBroken("提交的内容无法读取，请刷新页面后重试。", rule="screen.readable")
    return read


@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """How it would look, with real data (实时预览)."""
    _editor(request)
    _screen(code)
    sent = _sent(request)
    try:
        return JsonResponse(editing.look(code, sent.get("parts", {}), sent.get("wanted", [])))
    except (KeyError, TypeError, ValueError) as error:
        raise RuleBroken("有组件缺少位置或形式，请检查后重试。", rule="screen.readable") from error


@require_POST
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Save a version (保存版本)."""
    account, screen, sent = _editor(request), _screen(code), _sent(request)
    try:
        written = text.from_parts(sent.get("parts", {}), screen)
    except (KeyError, TypeError) as error:
        raise RuleBroken("有组件缺少位置或形式，请检查后重试。", rule="screen.readable") from error
    version = actions.save(
        code, written, base=int(sent.get("base", 0)), by=account, reason=str(sent.get("reason", ""))
    )
    return JsonResponse({"number": version.number})


@require_POST
def lock(request: HttpRequest, code: str) -> HttpResponse:
    """Keep, or give back, the lock (编辑锁)."""
    account = _editor(request)
    if _sent(request).get("do") == "release":
        actions.release_lock(code, by=account)
    else:
        actions.take_lock(code, by=account)
    return JsonResponse({"ok": True})


@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Let a version hang, or the file again (发布、恢复)."""
    account, reason = _editor(request), request.POST.get("reason", "")
    number = request.POST.get("number", "")
    try:
        if number.isdigit():
            actions.publish(code, int(number), by=account, reason=reason)
            messages.success(request, f"第 {number} 版已发布，大屏随即更新。")
        else:
            actions.back_to_file(code, by=account, reason=reason)
            messages.success(request, "已恢复为文件布局，大屏随即更新。")
    except PlatformError as error:
        messages.error(request, error.message_zh)
    return redirect("layouts:edit", code=code)


@require_safe
def download(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A saved version as the file to commit (下载 YAML)."""
    _editor(request)
    version = get_object_or_404(LayoutVersion, screen=code, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{code}.yaml"'}
    return HttpResponse(version.text, content_type="application/yaml; charset=utf-8", headers=headers)

"""What every page of the catalogue has: tabs, who looks, what he may do (页面框架)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhujianyun.apps.data_catalogue.queries import EDIT, PUBLISH, REQUEST, VIEW
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer

TABS = (
    ("entries", "目录"), ("requests", "共享申请"), ("grants", "授权"), ("corrections", "校核"), ("drafts", "编制"), ("findings", "问题"), ("import", "导入导出"), ("reports", "上报"), ("regulations", "管理办法"),
)  # fmt: skip
TAB_NEEDS = {"reports": "publish", "drafts": "edit"}


def shown(
    request: HttpRequest, template: str, tab: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page with its tabs; whoever may not see the catalogue sees nothing of it (页面).

    Raises:
        NotAllowed: without "data_catalogue.view" anywhere.
    """
    actor = viewer.actor(request)
    access.require(actor, VIEW)
    rights = {"edit": EDIT, "publish": PUBLISH, "request": REQUEST}
    may = {name: access.allows(actor, right) for name, right in rights.items()}
    closed = {name for name, right in TAB_NEEDS.items() if not may[right] and name != tab}
    tabs = [one for one in TABS if one[0] not in closed]
    context = {**context, "tabs": tabs, "tab": tab, "may": may}
    return render(request, f"data_catalogue/{template}.html", context, status=status)


def form_of(request: HttpRequest, kind: type[Form], **more: Any) -> Form:
    """The form, filled when something was sent (表单)."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    return kind(*given, **more)


def done(request: HttpRequest, form: Form, act: Callable[[], object], said: str) -> bool:
    """Do it when the form is sound; a rule that is broken stands above the form (办理)."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except PlatformError as error:
        form.add_error(None, error.message_zh)
        return False
    messages.success(request, said)
    return True


def asked(
    request: HttpRequest, form: Form, title: str, after: str, back: str, tab: str = "entries", **more: Any
) -> HttpResponse:
    """A page that asks for one act (办理页)."""
    context = {"form": form, "title": title, "after": after, "back": back, **more}
    return shown(request, "act", tab, context, status=422 if form.errors else 200)

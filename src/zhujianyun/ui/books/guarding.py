"""The door of a book (台账门禁): one permission per page, and a refusal is written down too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from zhujianyun.base.errors import NotAllowed
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access.registry import AUDIT, SECURITY, SYSTEM, register
from zhujianyun.ui.workbench import viewer

Page = Callable[..., HttpResponseBase]
HOLDERS_ZH = {SYSTEM: "系统管理员", SECURITY: "安全管理员", AUDIT: "审计管理员"}


def needs(permission: str, book: str) -> Callable[[Page], Page]:
    """Only with a permission (须有权限); a refusal is journalled as ``<book>.refused``."""

    def guard(page: Page) -> Page:
        @never_cache
        @wraps(page)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            actor = viewer.actor(request)
            if access.allows(actor, permission):
                return page(request, *args, **kwargs)
            journal.record(
                f"{book}.refused", actor=actor.key, object=("page", request.path[:200]), result="refused",
                reason="没有权限", source=source(request), facts={"permission": permission, "duty": actor.duty},
            )  # fmt: skip
            raise _refused(permission, request)

        return guarded

    return guard


def _refused(permission: str, request: HttpRequest) -> NotAllowed:
    known = register.permissions.get(permission)
    holders = "、".join(HOLDERS_ZH[duty] for duty in sorted(known.duties)) if known else ""
    zh = known.zh if known else permission
    who = f"只有{holders}可以{zh}，其他人（包括另外两员）都不可以" if holders else f"您没有“{zh}”的权限"
    return NotAllowed(
        f"{who}。本次访问已留痕。", rule="access.three_officers" if holders else "access.default_deny",
        permission=permission, path=request.path,
    )  # fmt: skip


def source(request: HttpRequest) -> str:
    """Where a request came from, as the journal notes it (来源)."""
    return str(request.META.get("REMOTE_ADDR", ""))

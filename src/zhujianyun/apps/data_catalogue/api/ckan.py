"""A subset of the CKAN Action API over the open catalogue (CKAN 接口): package = entry, resource = mount.

Written from the published behaviour of clients; no code of CKAN (AGPL) is used. Served with and
without the version, by GET and by POST of JSON, as ``ckanapi`` asks. Never ``datastore_search_sql``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_catalogue.actions import keys
from zhujianyun.apps.data_catalogue.api import packages
from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.base.errors import NotAllowed, NotFound, PlatformError, RuleBroken
from zhujianyun.kernel.access import Actor

TYPES = {
    NotFound: ("Not Found Error", 404), NotAllowed: ("Authorization Error", 403), RuleBroken: ("Validation Error", 409),
}  # fmt: skip
MOST_BYTES = 64 * 1024
Asked = Mapping[str, Any]

ACTIONS: dict[str, Callable[[Asked, str], Any]] = {
    "status_show": packages.status_show,
    "site_read": lambda asked, site: True,
    "package_list": packages.package_list,
    "package_show": packages.package_show,
    "package_search": packages.package_search,
    "resource_show": packages.resource_show,
    "organization_list": packages.organization_list,
    "organization_show": packages.organization_show,
    "group_list": packages.group_list,
    "group_show": packages.group_show,
    "tag_list": packages.tag_list,
    "datastore_search": packages.datastore_search,
}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, name: str) -> HttpResponse:
    """Answer one action (应答). It changes nothing, so a request from elsewhere can do no harm."""
    site = request.build_absolute_uri("/").rstrip("/")
    told = f"{site}/api/3/action/help_show?name={name}"
    try:
        with opened.read_by(_reader(request)):
            if name not in ACTIONS:
                raise NotFound(f"没有动作 {name}。", rule="ckan.action")
            result = ACTIONS[name](_asked(request), site)
    except PlatformError as error:
        return _refused(error, told)
    answer = JsonResponse(
        {"help": told, "success": True, "result": result}, json_dumps_params={"ensure_ascii": False}
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _reader(request: HttpRequest) -> Actor | None:
    """Who reads: nobody in particular, or whose key it is; one that nobody issued is refused, not passed over."""
    key = request.headers.get("Authorization") or request.headers.get("X-CKAN-API-Key")
    return keys.reader_of(key) if key else None


def _asked(request: HttpRequest) -> Asked:
    if request.method != "POST" or not request.body:
        return request.GET.dict()
    if len(request.body) > MOST_BYTES:
        raise RuleBroken("请求内容过长。", rule="ckan.size")
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return request.POST.dict()
    try:
        found = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise RuleBroken("请求内容不是 JSON。", rule="ckan.json") from None
    if not isinstance(found, dict):
        raise RuleBroken("请求内容须为 JSON 对象。", rule="ckan.json")
    return {**request.GET.dict(), **found}


def _refused(error: PlatformError, told: str) -> HttpResponse:
    kind, status = next(
        (found for known, found in TYPES.items() if isinstance(error, known)), ("Validation Error", 409)
    )
    body: dict[str, Any] = {"__type": kind, "message": error.message_zh}
    if kind == "Validation Error":
        body[str(error.details.get("field", "message"))] = [error.message_zh]
    return JsonResponse(
        {"help": told, "success": False, "error": body},
        status=status,
        json_dumps_params={"ensure_ascii": False},
    )

"""The records of systems and who may see them (系统档案查询)."""

from __future__ import annotations

import re
import unicodedata

from django.db.models import QuerySet

from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.system.models import BusinessSystem

VIEW, EDIT, REVIEW, PROBE = (
    "asset_inventory.view",
    "asset_inventory.edit",
    "asset_inventory.review",
    "asset_inventory.probe",
)
LIVE = (BusinessSystem.State.BUILDING, BusinessSystem.State.RUNNING)


def visible(by: Actor) -> QuerySet[SystemRecord]:
    """The records that an actor may see (可见系统档案)."""
    rows = SystemRecord.objects.select_related("system__owner", "system__network", "system__cloud", "vendor")
    offices = access.offices_for(by, VIEW)
    return rows if offices is ALL else rows.filter(system__owner__in=offices)


def record_of(code: str, by: Actor) -> SystemRecord:
    """The record of one system (按代码查系统档案).

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    found = visible(by).select_related("system__successor").filter(system__code=code).first()
    if found is None:
        raise NotFound(f"没有代码为 {code} 的系统，或您无权查看。", rule="asset_inventory.known", code=code)
    return found


def name_key(name: str) -> str:
    """A name without spaces, brackets and width of letters (名称规范形式): by it two names are one."""
    return re.sub(r"[\s()（）\-—_·]", "", unicodedata.normalize("NFKC", name)).casefold()


def named_like(name: str, *, but: int | None = None) -> BusinessSystem | None:
    """A system in use or being built that has this name already (同名系统)."""
    wanted = name_key(name)
    rows = BusinessSystem.objects.filter(state__in=LIVE).exclude(pk=but or 0)
    return next((row for row in rows if name_key(row.name) == wanted), None)

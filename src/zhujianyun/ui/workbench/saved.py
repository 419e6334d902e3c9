"""An officer's own views and columns (我的视图与列): kept per account, seen by nobody else.

They are conveniences and no business, so the journal does not hear of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.workbench import columns
from zhujianyun.ui.workbench.filters import Filters
from zhujianyun.ui.workbench.models import ListSetting, SavedView

MOST, NAME_LENGTH = 20, 30
PER_PAGE = (50, 100, 200)


def views(account: Account) -> list[SavedView]:
    """The views in their order (我的视图). One query."""
    return list(SavedView.objects.filter(account=account))


def view(account: Account, pk: int) -> SavedView:
    """One view of this officer (取视图).

    Raises:
        NotFound: deleted meanwhile, or somebody else's.
    """
    found = SavedView.objects.filter(account=account, pk=pk).first()
    if found is None:
        raise NotFound("这个视图已经删除。请重新筛选后另存。", rule="workbench.view", view=pk)
    return found


@transaction.atomic
def save(account: Account, name: str, query: str, *, is_default: bool = False) -> SavedView:
    """Keep filters under a name (另存为视图); a name that is there already takes the new filters.

    Raises:
        RuleBroken: no name, or too many views.
    """
    name = _name(name)
    found = SavedView.objects.filter(account=account, name=name).first()
    if found is None:
        rows = SavedView.objects.filter(account=account)
        if rows.count() >= MOST:
            raise RuleBroken(f"视图最多存 {MOST} 个，请先删除不用的。", rule="workbench.view_count")
        place = (rows.aggregate(last=Max("place"))["last"] or 0) + 1
        found = SavedView(account=account, name=name, place=place)
    found.query = Filters.parse(query).query
    found.save()
    if is_default:
        set_default(found)
    return found


def rename(found: SavedView, name: str) -> None:
    """Give a view another name (改名).

    Raises:
        RuleBroken: no name, or one that another view has.
    """
    name = _name(name)
    if SavedView.objects.filter(account=found.account, name=name).exclude(pk=found.pk).exists():
        raise RuleBroken(f"已有名为“{name}”的视图，请换一个名称。", rule="workbench.view_name")
    found.name = name
    found.save(update_fields=["name"])


@transaction.atomic
def set_default(found: SavedView, on: bool = True) -> None:
    """Open the list with this view, or with none (设为默认)."""
    SavedView.objects.filter(account=found.account, is_default=True).update(is_default=False)
    found.is_default = on
    found.save(update_fields=["is_default"])


@transaction.atomic
def move(found: SavedView, by: int) -> None:
    """One place up or down (调整次序)."""
    rows = views(found.account)
    at = [row.pk for row in rows].index(found.pk)
    to = min(max(0, at + by), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for place, row in enumerate(rows, 1):
        SavedView.objects.filter(pk=row.pk).exclude(place=place).update(place=place)


def remove(found: SavedView) -> None:
    """Delete a view (删除视图)."""
    found.delete()


def setting(account: Account) -> ListSetting:
    """The columns and page size of an officer, the usual ones when he never chose (列表设置). One query."""
    return ListSetting.objects.filter(account=account).first() or ListSetting(account=account)


def keep_setting(account: Account, codes: Sequence[str], per_page: int) -> None:
    """Keep columns and page size (保存列表设置); no columns: the usual ones."""
    kept = [code for code in columns.ALL if code in codes]
    ListSetting.objects.update_or_create(
        account=account,
        defaults={"columns": kept, "per_page": per_page if per_page in PER_PAGE else PER_PAGE[0]},
    )


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise RuleBroken("请给视图起一个名称。", rule="workbench.view_name")
    return name[:NAME_LENGTH]

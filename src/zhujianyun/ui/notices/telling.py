"""Telling somebody something (发消息): one door, bounded per person, kind and day.

A notice whose key is there already is renewed and comes up again as unread. A person gets at most
``Kind.per_day`` single lines of a kind a day; what exceeds it is one more line, 另有 n 条.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from zhujianyun.base import clock, outbox
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.notices.kinds import EMAIL, KINDS, OTHER, PAGE, SMS
from zhujianyun.ui.notices.models import Notice, Preference

LINES_KEPT = 6  # of a grouped notice; the rest is counted


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice that is not in the list yet (待发消息)."""

    account_id: int
    kind: str
    key: str
    title: str
    text: str = ""
    url: str = ""
    at: datetime = field(default_factory=clock.now)
    count: int = 1
    grows: bool = False  # under the same key: lines are added and counted, instead of replaced
    renews: bool = True  # under the same key: comes up again as unread

    @property
    def day(self) -> date:
        """The day it belongs to (所属日期)."""
        return clock.local_day(self.at)


def tell(
    account: Account, title: str, text: str = "", url: str = "", key: str = "", *, kind: str = OTHER
) -> Notice | None:
    """Put a notice into somebody's list, in the caller's transaction (发消息).

    The same key again renews the notice instead of adding one. Nothing is put there when the account
    does not want that kind in its pages.
    """
    now = clock.now()
    key = key or f"{kind}:{title}:{now.isoformat()}"
    put_many([Draft(account.pk, kind, key[:200], title, text, url, now)])
    return Notice.objects.filter(account=account, key=key[:200]).first()


def put_many(drafts: Iterable[Draft]) -> int:
    """Put drafts into the lists of their accounts (批量发消息); how many lines are new. Few queries."""
    drafts = list(drafts)
    if not drafts:
        return 0
    with transaction.atomic():
        wishes = _wishes({draft.account_id for draft in drafts})
        wanted = [one for one in drafts if PAGE in ways_of(wishes.get(one.account_id), one.kind)]
        new = _store(wanted)
        _send(drafts, wishes)
    return new


def ways_of(chosen: Mapping[str, list[str]] | None, kind: str) -> list[str]:
    """By which ways a kind reaches somebody (接收方式): in the page only, unless he chose otherwise."""
    return (chosen or {}).get(kind, [PAGE])


def _wishes(accounts: set[int]) -> dict[int, dict[str, list[str]]]:
    rows = Preference.objects.filter(account_id__in=accounts)
    return dict(rows.values_list("account_id", "chosen"))


def _store(drafts: list[Draft]) -> int:
    present = {
        (row.account_id, row.key): row
        for row in Notice.objects.select_for_update().filter(
            account_id__in={one.account_id for one in drafts}, key__in={one.key for one in drafts}
        )
    }
    told = _told({one.account_id for one in drafts}, {one.day for one in drafts})
    added: list[Notice] = []
    changed: dict[tuple[int, str], Notice] = {}
    rest: dict[tuple[int, str, date], list[Draft]] = {}
    for one in drafts:
        row = present.get((one.account_id, one.key))
        place = (one.account_id, one.kind, one.day)
        if row is not None:
            _renew(row, one)
            changed[(one.account_id, one.key)] = row
        elif told.get(place, 0) >= KINDS[one.kind].per_day:
            rest.setdefault(place, []).append(one)
        else:
            told[place] = told.get(place, 0) + 1
            row = present[(one.account_id, one.key)] = _row(one)
            added.append(row)
    Notice.objects.bulk_create(added, ignore_conflicts=True)
    old = [row for row in changed.values() if row.pk]
    Notice.objects.bulk_update(old, ["title", "text", "url", "count", "at", "day", "read_at"], batch_size=200)
    for place, found in rest.items():
        _count_rest(place, found)
    return len(added)


def _told(accounts: set[int], days: set[date]) -> dict[tuple[int, str, date], int]:
    """How many single lines each has got of each kind on each day."""
    rows = Notice.objects.filter(account_id__in=accounts, day__in=days)
    found = rows.values_list("account_id", "kind", "day").annotate(n=Count("pk"))
    return {(account, kind, day): n for account, kind, day, n in found.order_by()}


def _row(one: Draft) -> Notice:
    return Notice(
        account_id=one.account_id, kind=one.kind, key=one.key, title=one.title[:200], text=one.text,
        url=one.url[:300], at=one.at, day=one.day, count=one.count,
    )  # fmt: skip


def _renew(row: Notice, one: Draft) -> None:
    lines = row.text.splitlines()
    row.title, row.url, row.at, row.day = one.title[:200], one.url[:300], one.at, one.day
    row.read_at = None if one.renews else row.read_at
    if not one.grows:
        row.text, row.count = one.text, one.count
        return
    if len(lines) < LINES_KEPT and one.text:
        lines.append(one.text)
    row.text, row.count = "\n".join(lines), row.count + one.count


def _count_rest(place: tuple[int, str, date], found: list[Draft]) -> None:
    """One line for everything beyond the day's measure (另有 n 条)."""
    account, kind, day = place
    key = f"rest:{kind}:{day.isoformat()}"
    row, is_new = Notice.objects.get_or_create(
        account_id=account, key=key,
        defaults={"kind": kind, "day": day, "at": found[-1].at, "count": 0, "title": ""},
    )  # fmt: skip
    row.count += len(found)
    row.title = f"{KINDS[kind].zh}：另有 {row.count} 条"
    row.text = f"当天同类消息已超过 {KINDS[kind].per_day} 条，其余不再逐条列出，请到办件列表查看。"
    row.url = reverse("workbench:cases") + "?scope=todo" if kind in ("turn", "returned", "task") else ""
    row.at, row.read_at = found[-1].at, None
    row.save()


def _send(drafts: list[Draft], wishes: dict[int, dict[str, list[str]]]) -> None:
    """Beyond the page, for those who asked for it: once per notice, not at every renewal."""
    asked = [
        (one, way)
        for one in drafts
        for way in ways_of(wishes.get(one.account_id), one.kind)
        if way in (EMAIL, SMS)
    ]
    accounts = Account.objects.in_bulk({one.account_id for one, _ in asked}) if asked else {}
    for one, way in asked:
        account = accounts[one.account_id]
        to = account.email if way == EMAIL else account.phone
        if to and account.is_open_on(one.day):
            outbox.send(
                way, to=to, title=one.title, text=one.text or one.title, link=one.url,
                key=f"notice:{one.account_id}:{one.key}:{way}",
            )  # fmt: skip

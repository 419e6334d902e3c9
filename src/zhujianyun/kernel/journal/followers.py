"""Delivery to followers (投递给跟随者): in sealed order, cursor and work in one transaction.

One follower that fails keeps its cursor, waits longer each time and holds up nobody else. Several
workers may run this at once: the follower's row is locked while its batch is worked on.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.journal.models import Entry, Follower, LogState
from zhujianyun.kernel.journal.registry import Following, followings
from zhujianyun.kernel.journal.sealing import seal

LONGEST_WAIT_SECONDS = 300
MOST_ROUNDS = 1000
ERROR_LIMIT = 4000
_MACHINE = clock.MachineClock()  # waiting is real time, also while the demo's clock stands


def run_followers(only: Collection[str] = ()) -> int:
    """Deliver what is sealed to every follower; the number of entries delivered (运行跟随者).

    `only` names the followers to run, e.g. those whose work a play needs before it goes on.
    """
    size = _sealed_size()
    delivered = 0
    waiting = [following for following in _behind(size) if not only or following.name in only]
    while waiting:
        again = []
        for following in waiting:
            count, more = _step(following, size)
            delivered += count
            if more:
                again.append(following)
        waiting = again
    return delivered


def run_followers_to_end() -> int:
    """Seal and deliver until nothing is left, also of what the followers record (运行至无待办).

    Raises:
        RuleBroken: ``journal.endless`` when followers go on answering one another.
    """
    delivered = 0
    for _ in range(MOST_ROUNDS):
        sealed, count = seal(), run_followers()
        delivered += count
        if not sealed and not count:
            return delivered
    raise RuleBroken(
        "跟随者互相触发，没有尽头，请检查其跟随的行为。", rule="journal.endless", rounds=MOST_ROUNDS
    )


def retry_now(name: str) -> None:
    """Let a failed follower try again at the next run, without further waiting (立即重试)."""
    Follower.objects.filter(name=name).update(next_try_at=None)


def _sealed_size() -> int:
    return LogState.objects.values_list("size", flat=True).first() or 0


def _behind(size: int) -> list[Following]:
    """Those with something to read, found without taking a lock."""
    known = {row.name: row for row in Follower.objects.all()}
    now = _MACHINE.now()
    return [
        following
        for following in followings()
        if (row := known.get(following.name)) is None or (row.cursor < size and _may_try(row, now))
    ]


def _may_try(row: Follower, now: datetime) -> bool:
    return row.next_try_at is None or row.next_try_at <= now


def _step(following: Following, size: int) -> tuple[int, bool]:
    """One batch: how many entries were delivered, and whether there may be more."""
    try:
        with transaction.atomic():
            return _deliver(following, size)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is kept on its row and retried
        _note_failure(following.name, error)
        return 0, False


def _deliver(following: Following, size: int) -> tuple[int, bool]:
    row = _locked(following, size)
    if row is None or row.cursor >= size or not _may_try(row, _MACHINE.now()):
        return 0, False
    entries = _batch(following, row.cursor, size)
    if entries:
        following.deliver(entries)
    full = len(entries) == following.batch
    row.cursor = (entries[-1].seq or 0) + 1 if full else size
    row.attempts, row.last_error, row.next_try_at = 0, "", None
    row.save()
    return len(entries), row.cursor < size


def _locked(following: Following, size: int) -> Follower | None:
    """The follower's row under lock; nothing when another worker holds it."""
    rows = Follower.objects.filter(name=following.name)
    if not rows.exists():
        start = 0 if following.from_start else size
        Follower.objects.bulk_create([Follower(name=following.name, cursor=start)], ignore_conflicts=True)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _batch(following: Following, cursor: int, size: int) -> list[Entry]:
    entries = Entry.objects.filter(seal__seq__gte=cursor, seal__seq__lt=size).filter(wanted(following.verbs))
    entries = entries.annotate(seq=F("seal__seq")).order_by("seal__seq")  # type: ignore[no-redef]
    return list(entries[: following.batch])


def wanted(verbs: tuple[str, ...]) -> Q:
    """The condition for verbs and prefixes (行为筛选条件)."""
    if "*" in verbs:
        return Q()
    condition = Q(verb__in=[verb for verb in verbs if not verb.endswith("*")])
    for verb in verbs:
        if verb.endswith("*"):
            condition |= Q(verb__startswith=verb.removesuffix("*"))
    return condition


def _note_failure(name: str, error: Exception) -> None:
    row, _ = Follower.objects.get_or_create(name=name)
    row.attempts += 1
    row.last_error = "".join(traceback.format_exception(error))[-ERROR_LIMIT:].replace("\x00", "")
    row.next_try_at = _MACHINE.now() + timedelta(seconds=min(2**row.attempts, LONGEST_WAIT_SECONDS))
    row.save()

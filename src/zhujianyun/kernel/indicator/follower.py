"""Following the journal (跟随留痕): an act changes the numbers that watch its verb, and only those.

A batch of entries is coalesced: each indicator is counted once, over the days that the batch touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.indicator import materialising, registry, snapshots
from zhujianyun.kernel.indicator.models import Refresh
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.snapshots import EVERYTHING, Report

if TYPE_CHECKING:
    from zhujianyun.kernel.journal.models import Entry

NAME = "indicator.recompute"
BATCH = 2_000
_quiet = 0


def follow() -> None:
    """Register with the journal (登记跟随). It sees every verb; what nobody watches costs a look-up."""
    journal.follow(NAME, "*", recompute, batch=BATCH)


def recompute(entries: list[Entry]) -> Report:
    """Count again what these entries touched (重算受影响指标)."""
    if _quiet or not entries:
        return Report()
    seq = max(entry.seq if entry.seq is not None else -1 for entry in entries)
    grouped: dict[frozenset[date], list[str]] = defaultdict(list)
    for code, days in _touched(entries).items():
        grouped[frozenset(days)].append(code)
    total = Report()
    for touched_days, codes in grouped.items():
        report = materialising.refresh([registry.get(code) for code in codes], touched_days, seq=seq)
        total.written += report.written
        total.codes |= report.codes
    return total


def beat() -> None:
    """Confirm all numbers that follow the journal when nothing waits to be read (心跳).

    Called by the worker every half minute; without it a quiet indicator would look dead. Those that
    no act of the journal touches are counted again when half their promised interval is over.
    """
    sealed = materialising.sealed_seq()
    read = journal.Follower.objects.filter(name=NAME, attempts=0).values_list("cursor", flat=True).first()
    if read is not None and read > sealed:
        snapshots.confirm([EVERYTHING], at=clock.now(), seq=sealed)
    if waiting := _unwatched_and_old():
        with transaction.atomic():
            materialising.refresh(waiting, [clock.today()], seq=sealed)


def _unwatched_and_old() -> list[Definition]:
    free = [definition for definition in registry.all_() if not registry.watched(definition)]
    seen = dict(
        Refresh.objects.filter(indicator__in=[d.code for d in free]).values_list("indicator", "confirmed_at")
    )
    now = clock.now()
    return [
        d
        for d in free
        if d.code not in seen or now - seen[d.code] > timedelta(minutes=d.freshness_minutes) / 2
    ]


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block entries pass uncounted; a materialisation must follow (批量期间不重算).

    For playing a year at once. Counting resumes with the next entry after the block.
    """
    global _quiet
    _quiet += 1
    try:
        yield
    finally:
        _quiet -= 1


def _touched(entries: Iterable[Entry]) -> dict[str, set[date]]:
    watching: dict[str, list[str]] = {}
    touched: dict[str, set[date]] = defaultdict(set)
    for entry in entries:
        if entry.verb not in watching:
            watching[entry.verb] = [definition.code for definition in registry.touched(entry.verb)]
        if codes := watching[entry.verb]:
            days = days_of(entry.facts_dict, clock.local_day(entry.at))
            for code in codes:
                if _concerns(code, entry):
                    touched[code] |= days
    return touched


def _concerns(code: str, entry: Entry) -> bool:
    """What is counted from gathered data minds only the landings of the data sets it names."""
    if entry.object_type != "dataset":
        return True
    named = registry.datasets_of(registry.get(code))
    return not named or entry.object_id in named


def days_of(facts: dict[str, Any], done_on: date) -> set[date]:
    """The days an act touches: the day it was done, and `day` and `days` of its facts (所涉日期).

    Other apps may mean something else by these words (a number of days): only dates count.
    """
    listed = facts.get("days")
    named = [facts.get("day"), *(listed if isinstance(listed, list) else ())]
    return {done_on, *(day for word in named if (day := _as_day(word)) is not None)}


def _as_day(word: object) -> date | None:
    """The date that a word says; most words say none."""
    try:
        return date.fromisoformat(word) if isinstance(word, str) and len(word) == 10 else None
    except ValueError:
        return None

"""The follower of the journal (跟随留痕): what happened to cases and alarms becomes notices.

Only what is recent counts: whatever is older than ``RECENT_DAYS`` is passed over, and a case that has
moved on since is nobody's turn any more. A new installation of this follower begins with what is sealed
from then on; ``look_back`` brings the last days in, for the demo year and after an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal.followers import wanted
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.notices import applicants, cases, recipients
from zhujianyun.ui.notices.telling import Draft, put_many

NAME = "notices"
ALARM = "indicator.alarm.raise"
VERBS = ("case.*", ALARM)
RECENT_DAYS = 2
BATCH = 1000


def follow() -> None:
    """Register with the journal (登记跟随)."""
    journal.follow(NAME, VERBS, deliver, batch=BATCH, from_start=False)


def deliver(entries: list[Entry]) -> int:
    """Put notices for what these entries tell (投递消息); how many lines are new."""
    recent = [entry for entry in entries if entry.at >= _horizon() and entry.result == "ok"]
    if not recent:
        return 0
    applicants.tell_of(recent)
    return put_many(_drafts(recent))


def look_back(days: int = RECENT_DAYS) -> int:
    """Put notices for the last days, applicants left alone (补发近日消息); how many lines are new."""
    since, found = _horizon(days), 0
    rows = Entry.objects.filter(wanted(VERBS), at__gte=since, result="ok").order_by("pk")
    batch: list[Entry] = []
    for entry in rows.iterator(chunk_size=BATCH):
        batch.append(entry)
        if len(batch) == BATCH:
            found += put_many(_drafts(batch))
            batch = []
    return found + put_many(_drafts(batch))


def _horizon(days: int = RECENT_DAYS) -> datetime:
    return clock.at_local(clock.today() - timedelta(days=days))


def _drafts(entries: list[Entry]) -> list[Draft]:
    return [*cases.drafts(entries), *_alarms(entry for entry in entries if entry.verb == ALARM)]


def _alarms(entries: Iterable[Entry]) -> Iterable[Draft]:
    """One line per alarm and day, however often it is raised."""
    last = {entry.object_id: entry for entry in entries}
    told = recipients.alarm_handlers() if last else ()
    for number, entry in last.items():
        facts = entry.facts_dict
        for account in told:
            yield Draft(
                account, "alarm", f"alarm:{number}:{clock.local_day(entry.at)}", f"告警：{facts.get('title', '')}",
                entry.reason, "/workbench/alarms/", entry.at, renews=False,
            )  # fmt: skip

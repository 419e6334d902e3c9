"""Who read the record of a person or firm (谁查阅了某人): look-ups by keyed hash, pages by snapshot and range of keys.

A page that was filtered may have passed the row over: it is listed as possible, not as certain. Reads by our
own officers are in the journal and stand beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from zhujianyun.apps.data_gateway.actions import publishing
from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import rows, served
from zhujianyun.apps.data_gateway.rules import records
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Dataset, Edition, Grant
from zhujianyun.kernel.subject import queries as subjects
from zhujianyun.kernel.subject.models import NAME, Identifier, Subject

SHOWN = 300
VERSIONS_MOST = 60  # snapshots that one question looks into
YEARS = served.YEARS
LOOKED, VERB = "data_gateway.reads", "data_gateway.reads.look"


@dataclass(frozen=True, slots=True)
class Reading:
    """One call that reached the record (一次查阅)."""

    at: datetime
    consumer: str
    service: str
    purpose: str
    issue: str
    items: tuple[str, ...]
    certain: bool
    call_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of who read (查阅情况).

    ``unresolved`` pages lay in versions that are no longer kept, ``beyond`` pages in more versions than one
    question looks into, those that were read longest ago.
    """

    readings: tuple[Reading, ...]
    unresolved: int
    beyond: int
    since: datetime


def numbers_of(subject: Subject) -> tuple[str, ...]:
    """The numbers by which a subject may have been looked up (标识号码)."""
    held = Identifier.objects.filter(subject=subject).exclude(scheme=NAME).values_list("value", flat=True)
    return tuple(dict.fromkeys(held))


def subject_of(number: str) -> Subject | None:
    """The subject that bears a number, if we know one (号码对应的主体).

    Raises:
        RuleBroken: for a number that leads to two subjects.
    """
    for scheme in ("id_card", "uscc"):
        try:
            return subjects.by_identifier(scheme, number)
        except NotFound:
            continue
        except RuleBroken as error:
            if error.rule == "subject.ambiguous":
                raise
    return None


def look(numbers: Sequence[str], *, by: Actor, subject: Subject | None, purpose: str) -> Found:
    """Who read, journalled itself before the answer leaves (查询查阅情况).

    Raises:
        RuleBroken: without a purpose.
    """
    if subject is not None:
        journal.record_read(by.key, subject.key, [LOOKED], purpose)
    else:
        if not purpose.strip():
            raise RuleBroken("请写明查询目的。", rule="reads.purpose")
        facts = {"subject_hash": _hash(numbers[0]), "purpose": purpose}
        journal.record(VERB, actor=by.key, object=("subject_hash", facts["subject_hash"]), facts=facts)
    return readings(numbers)


def readings(numbers: Sequence[str]) -> Found:
    """Who read, the last first (查阅情况)."""
    since = served.since()
    calls = Call.objects.filter(kind="call", succeeded=True, at__gte=since)
    certain = list(calls.filter(subject_hash__in=[_hash(one) for one in numbers]).order_by("-at")[:SHOWN])
    possible, unresolved, beyond = _pages(numbers)
    told = _named([(call, True) for call in certain] + [(call, False) for call in possible])
    return Found(tuple(sorted(told, key=lambda one: one.at, reverse=True)[:SHOWN]), unresolved, beyond, since)


def _hash(number: str) -> str:
    return records.hashed(bytes.fromhex(publishing.secret("gateway-subject")), number)


def _pages(numbers: Sequence[str]) -> tuple[list[Call], int, int]:
    """Pages whose range of keys holds a row with one of the numbers, and how many could not be looked into."""
    pages = served.pages().filter(rows__gt=0, subject_hash="")
    counted = pages.order_by().values("dataset", "snapshot").annotate(last=Max("at"), calls=Count("pk"))
    versions = list(counted.order_by("-last").values_list("dataset", "snapshot", "calls"))
    sets = {one.code: one for one in Dataset.objects.filter(code__in={code for code, _, _ in versions})}
    found: list[Call] = []
    unresolved = 0
    for code, version, calls in versions[:VERSIONS_MOST]:
        try:
            keys = rows.bearing(sets[code], version, numbers) if code in sets else []
        except NotFound:
            unresolved += calls
            continue
        of_version = pages.filter(dataset=code, snapshot=version)
        found += [call for call in of_version if _holds(call, keys, sets[code])] if keys else []
    return found, unresolved, sum(calls for _, _, calls in versions[VERSIONS_MOST:])


def _holds(call: Call, keys: Iterable[tuple[object, ...]], dataset: Dataset) -> bool:
    first, last = rows.key_of(call.first_key, dataset), rows.key_of(call.last_key, dataset)
    return any(first <= key <= last for key in keys)


def _named(calls: Sequence[tuple[Call, bool]]) -> list[Reading]:
    codes = {call.grant for call, _ in calls}
    grants = {
        one.code: one
        for one in Grant.objects.filter(code__in=codes).select_related("consumer", "mount__resource")
    }
    names = _item_names(grants.values())
    return [_reading(call, certain, grants.get(call.grant), names) for call, certain in calls]


def _reading(call: Call, certain: bool, grant: Grant | None, names: dict[int, dict[str, str]]) -> Reading:
    zh = names.get(grant.mount.resource_id, {}) if grant else {}
    return Reading(
        call.at, grant.consumer.name if grant else call.consumer, grant.mount.title if grant else call.service,
        call.purpose, call.issue, tuple(zh.get(code, code) for code in call.items), certain, call.call_id,
    )  # fmt: skip


def _item_names(grants: Iterable[Grant]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    resources = {grant.mount.resource_id for grant in grants}
    for edition in Edition.objects.filter(resource__in=resources).order_by("number"):
        found[edition.resource_id].update({item.code: item.zh for item in edition.item_list})
    return found

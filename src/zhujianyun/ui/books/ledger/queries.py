"""Searching the journal (留痕检索): by key and not by page number, bounded however long the journal is.

Entries are shown newest first by their id. A search whose columns have no index looks at ``WINDOW`` ids
per page at most; when it found too little there it says how far it came and goes on from that place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.journal.models import Entry, Seal

PER_PAGE = 50
WINDOW = 200_000
SLACK = 2_000  # ids around an instant: concurrent transactions do not take ids in the order of time


@dataclass(frozen=True, slots=True)
class Filters:
    """What the search is narrowed to (检索条件), as it stands in the address."""

    since: str = ""
    until: str = ""
    verb: str = ""
    actor: str = ""
    kind: str = ""
    key: str = ""
    number: str = ""
    result: str = ""
    before: int = 0

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """Read the address (读取检索条件); what is no day or number counts as not given."""
        words = {name: given.get(name, "").strip()[:120] for name in cls.__slots__ if name != "before"}
        words |= {name: words[name] if _day(words[name]) else "" for name in ("since", "until")}
        before = given.get("before", "")
        return cls(**words, before=int(before) if before.isdigit() and len(before) < 18 else 0)

    @property
    def is_narrow(self) -> bool:
        """Whether anything narrows the search (是否有条件)."""
        return any(getattr(self, name) for name in self.__slots__ if name != "before")

    def facts(self) -> dict[str, str]:
        """What was searched for, as the journal notes it (检索条件留痕)."""
        return {name: str(getattr(self, name)) for name in self.__slots__ if getattr(self, name)}

    def address(self, before: int = 0) -> str:
        """The query string of this search from a place on (检索地址)."""
        return urlencode(replace(self, before=before).facts())


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search (检索结果页)."""

    entries: list[Entry]
    numbers: dict[int, int]  # entry id → its place, counted from 1; nothing while unsealed
    next_before: int  # where the next page begins; 0 at the end
    stopped_early: bool  # the window ended before the page was full


def search(wanted: Filters) -> Found:
    """One page of entries, newest first (检索留痕). At most eight queries."""
    rows, is_indexed = _narrowed(wanted)
    top, bottom = _bounds(wanted)
    floor = bottom if is_indexed else max(bottom, top - WINDOW)
    rows = rows.filter(pk__lt=top, pk__gte=floor).order_by("-pk")
    entries = list(rows[: PER_PAGE + 1])
    if len(entries) > PER_PAGE:
        entries, following, early = entries[:PER_PAGE], entries[PER_PAGE - 1].pk, False
    else:
        early = floor > bottom
        following = floor if early else 0
    return Found(entries, numbers(entries), following, early)


def numbers(entries: list[Entry]) -> dict[int, int]:
    """The places of some entries in the sealed order, counted from 1 (序号)."""
    rows = Seal.objects.filter(entry_id__in=[entry.pk for entry in entries])
    return {entry: seq + 1 for entry, seq in rows.values_list("entry_id", "seq")}


def _bounds(wanted: Filters) -> tuple[int, int]:
    """Ids between which to look: below the first, from the second on."""
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    top, bottom = last + 1, 1
    if until := _day(wanted.until):
        found = _first_at(until + timedelta(days=1))
        top = min(top, found + SLACK) if found else top
    if since := _day(wanted.since):
        found = _first_at(since)
        bottom = max(bottom, found - SLACK) if found else top
    return (min(top, wanted.before) if wanted.before else top), bottom


def _first_at(day: date) -> int:
    rows = Entry.objects.filter(at__gte=clock.at_local(day)).order_by("at", "pk")
    return rows.values_list("pk", flat=True).first() or 0


def _narrowed(wanted: Filters) -> tuple[QuerySet[Entry], bool]:
    """The conditions, and whether an index leads to few rows."""
    condition, is_indexed = Q(), not (wanted.verb or wanted.actor or wanted.result or wanted.kind)
    if wanted.number:
        condition &= Q(
            case_id__in=list(Case.objects.filter(number=wanted.number).values_list("pk", flat=True))
        )
        is_indexed = True
    if wanted.kind and wanted.key:
        condition &= Q(object_type=wanted.kind, object_id=wanted.key)
        is_indexed = True
    elif wanted.kind:
        condition &= Q(object_type=wanted.kind)
    elif wanted.key:
        condition &= Q(object_id=wanted.key)
        is_indexed = False
    if wanted.verb:
        prefix = wanted.verb.rstrip("*").lower()
        condition &= (
            Q(verb=prefix) if "*" not in wanted.verb and "." in prefix[:-1] else Q(verb__startswith=prefix)
        )
    if wanted.actor:
        condition &= Q(actor__in=keys_of(wanted.actor))
    if wanted.result:
        condition &= Q(result=wanted.result)
    if since := _day(wanted.since):
        condition &= Q(at__gte=clock.at_local(since))
    if until := _day(wanted.until):
        condition &= Q(at__lt=clock.at_local(until + timedelta(days=1)))
    return Entry.objects.filter(condition), is_indexed


def keys_of(said: str) -> list[str]:
    """The keys of whom somebody means: a key, a user name or a name (行为人标识)."""
    if said in ("系统", "system"):
        return ["system"]
    rows = Account.objects.filter(Q(username=said.lower()) | Q(name_zh=said)).values_list("pk", flat=True)
    return [said, *(f"account:{pk}" for pk in rows)]


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None

"""Taking the planes' logs over (接收调用日志): each line once, with the offset, in one transaction.

A call becomes a row of `Call` and a leaf of the journal; what counts is added to `UsageDay`, told by one
``data_gateway.metered`` per piece, which moves the figures. Whatever dies in between, the next turn begins at
the offset that was committed with the rows.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from zhujianyun.apps.data_gateway.models import Call, LogPiece, Service, UsageDay
from zhujianyun.apps.data_gateway.rules import records
from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Grant

FOLDER = "calls"
PIECE = 2 * 1024**2  # bytes that one transaction takes over
KEPT_SECONDS = 7 * 24 * 3600.0  # how long a file stays after it was taken over
YOUNG_US = 10_000_000  # µs for which a call may wait for its end
CALL, METERED = "data_gateway.call", "data_gateway.metered"
_OWN = frozenset(field.name for field in Call._meta.get_fields()) - {"id", "rest"}


def absorb() -> int:
    """Take over what the planes wrote since the last turn (接收); how many lines."""
    total = 0
    folder = Path(settings.ZJY_SERVING) / FOLDER
    for path in sorted(folder.glob("*.log")):
        while lines := _piece(path):
            total += lines
    return total


@transaction.atomic
def _piece(path: Path) -> int:
    piece, _ = LogPiece.objects.select_for_update().get_or_create(name=path.name)
    if path.stat().st_size <= piece.offset:
        return 0
    with path.open("rb") as file:
        file.seek(piece.offset)
        data = file.read(PIECE)
    rows = _finished(list(records.read(data)))
    if not rows:
        return 0
    _take([row for row, _ in rows])
    piece.offset, piece.lines = piece.offset + rows[-1][1], piece.lines + len(rows)
    piece.changed_at = clock.now()
    piece.save(update_fields=["offset", "lines", "changed_at"])
    return len(rows)


def _finished(rows: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
    """The lines before the first young call whose end is still to come: its row could not be changed later."""
    ended = {row["id"] for row, _ in rows if row["k"] != "call"}
    young = int(clock.now().timestamp() * 1_000_000) - YOUNG_US
    for number, (row, _) in enumerate(rows):
        if row["k"] == "call" and row["succeeded"] and row["id"] not in ended and row["request_in"] > young:
            return rows[:number]
    return rows


def _take(rows: list[dict[str, Any]]) -> None:
    left = {row["id"]: row["response_out"] for row in rows if row["k"] == "out"}
    gone = {row["id"]: row["response_out"] for row in rows if row["k"] == "abort"}
    calls = [_call(row, left, gone) for row in rows if row["k"] == "call"]
    here = {one.call_id for one in calls}
    earlier = _earlier([id_ for id_ in gone if id_ not in here])
    aborts = [_abort(one, gone[one.call_id]) for one in earlier]
    Call.objects.bulk_create([*calls, *aborts], batch_size=500)
    journal.record_many([_entry(one) for one in (*calls, *aborts)])
    _meter([*calls, *aborts], {one.call_id: one for one in earlier})


def _call(row: dict[str, Any], left: dict[str, int], gone: dict[str, int]) -> Call:
    record = records.record_of(row)
    at = datetime.fromtimestamp(record.request_in / 1_000_000, UTC)
    values = {name: row[name] for name in records.NAMES if name in _OWN}
    return Call(
        **values, call_id=record.id, kind="call", at=at, on=clock.local_day(at),
        response_out=left.get(record.id, gone.get(record.id, 0)), is_test=record.test,
        counted=record.succeeded and not record.test and record.id not in gone,
        rest={name: row[name] for name in records.NAMES if name not in _OWN and name not in ("id", "test")},
    )  # fmt: skip


def _earlier(ids: list[str]) -> list[Call]:
    """Calls of earlier pieces whose abort came only now."""
    return list(Call.objects.filter(call_id__in=ids, kind="call")) if ids else []


def _abort(of: Call, at_us: int) -> Call:
    names = [
        field.name for field in Call._meta.concrete_fields if field.name not in ("id", "kind", "counted")
    ]
    values = {name: getattr(of, name) for name in names}
    return Call(**{**values, "kind": "abort", "counted": False, "response_out": at_us})


def _entry(call: Call) -> journal.Entry:
    facts = {
        "kind": call.kind, "consumer": call.consumer, "grant": call.grant, "grant_version": call.grant_version,
        "purpose": call.purpose, "issue": call.issue, "status": call.status, "counted": call.counted,
        "rows": call.rows, "items": call.items, "snapshot": call.snapshot, "request_hash": call.request_hash,
        "response_hash": call.response_hash, "in": call.request_in, "out": call.response_out,
        "fault": call.fault_code,
    }  # fmt: skip
    return journal.draft(
        CALL, actor=f"consumer:{call.consumer}"[:80], object=("call", call.call_id), facts=facts,
        result="ok" if call.succeeded and call.kind == "call" else "refused", at=call.at,
    )  # fmt: skip


@dataclass(slots=True)
class _Sum:
    """What a piece adds to one line of usage (用量增量)."""

    calls: int = 0
    failed: int = 0
    rows: int = 0
    purpose: str = ""


def _meter(taken: list[Call], aborted: dict[str, Call]) -> None:
    sums: dict[tuple[date, str, str], _Sum] = defaultdict(_Sum)
    for call in taken:
        if not call.grant or call.is_test:
            continue
        one = sums[(call.on, call.service, call.grant)]
        one.purpose = call.purpose
        if call.kind == "abort":
            was = aborted[call.call_id].counted
            one.calls -= was
            one.rows -= call.rows if was else 0
        elif call.counted:
            one.calls += 1
            one.rows += call.rows
        else:
            one.failed += 1
    if sums:
        _add(sums)


def _add(sums: dict[tuple[date, str, str], _Sum]) -> None:
    grants = {
        one.code: one for one in Grant.objects.filter(code__in={grant for _, _, grant in sums})
        .select_related("consumer", "system", "mount__resource__provider")
    }  # fmt: skip
    titles = dict(Service.objects.values_list("code", "mount__title"))
    days: dict[str, int] = defaultdict(int)
    for (on, service, code), one in sorted(sums.items(), key=lambda pair: pair[0]):
        grant = grants.get(code)
        if grant is None:
            continue  # of a ledger that is not this database's
        _one_day(on, service, titles.get(service, service), grant, one)
        days[str(on)] += one.calls
    if any(days.values()):
        facts = {"days": dict(days)}
        journal.record(METERED, actor="system", object=("gateway", "usage"), facts=facts)


def _one_day(on: date, service: str, title: str, grant: Grant, one: _Sum) -> None:
    provider: Office = grant.mount.resource.provider
    row, _ = UsageDay.objects.select_for_update().get_or_create(
        on=on, service=service, consumer=grant.consumer, grant=grant.code, history=False,
        defaults={"service_title": title[:120], "provider": provider, "purpose": one.purpose,
                  "system": grant.system.name if grant.system else ""},
    )  # fmt: skip
    row.calls, row.failed, row.rows = row.calls + one.calls, row.failed + one.failed, row.rows + one.rows
    row.changed_at = clock.now()
    row.save(update_fields=["calls", "failed", "rows", "changed_at"])


def sweep() -> int:
    """Remove log files that were taken over long ago (清理日志文件); how many went."""
    gone = 0
    for path in (Path(settings.ZJY_SERVING) / FOLDER).glob("*.log"):
        stat = path.stat()
        if time.time() - stat.st_mtime < KEPT_SECONDS:
            continue
        if LogPiece.objects.filter(name=path.name, offset=stat.st_size).exists():
            path.unlink()
            gone += 1
    return gone

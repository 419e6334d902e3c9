"""A batch from its beginning to its end (归集一批).

Readers see the last complete snapshot until the last line of `_finish`; whatever ends a batch earlier
leaves that snapshot in place and nothing else on the disk.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction

from zhujianyun.apps.data_gathering.actions import drifting, previous, publishing, staging
from zhujianyun.apps.data_gathering.actions.connectors import Connector, connect
from zhujianyun.apps.data_gathering.actions.previous import Previous
from zhujianyun.apps.data_gathering.actions.reading import Cancelled, Reading
from zhujianyun.apps.data_gathering.actions.registering import secret_of
from zhujianyun.apps.data_gathering.models import Batch, QuarantinedRow, Source
from zhujianyun.apps.data_gathering.rules import buckets, cursors
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import OutsideFailed, PlatformError, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resource

log = logging.getLogger("zhujianyun.gathering")
MOST_RESUMED = 5
FRESH: dict[str, Any] = {
    "landed": 0, "rejected": 0, "duplicate": 0, "late": 0, "min_key": [], "max_key": [], "findings": {},
    "parts": {},
}  # fmt: skip


class Unfinished(Exception):  # noqa: N818 - says how the batch stands, not what went wrong
    """The batch does not add up, or the source changed under it (不平)."""

    def __init__(self, why: str, rule: str) -> None:
        super().__init__(why)
        self.why, self.rule = why, rule


def gather(code: str) -> str:
    """Carry out a batch, or go on with one whose worker was lost (归集一批); its state.

    Raises:
        OutsideFailed: when the source may answer later: the job is tried again and goes on from the
            last part.
    """
    batch = Batch.objects.select_related("dataset__system__owner").get(code=code)
    if not batch.is_active:
        return str(batch.state)
    source = Source.objects.get(dataset=batch.dataset)
    _begin(batch)
    try:
        _carry_out(batch, source)
    except Cancelled as error:
        end(batch, Batch.State.CANCELLED, error.message_zh, error.rule)
    except Unfinished as error:
        end(batch, Batch.State.INCOMPLETE, error.why, error.rule)
    except OutsideFailed as error:
        if error.retriable and batch.resumed < MOST_RESUMED:
            _wait(batch, error)
            raise
        end(batch, Batch.State.FAILED, error.message_zh, error.rule)
    except PlatformError as error:
        end(batch, Batch.State.FAILED, error.message_zh, error.rule)
    except (jobs.Superseded, jobs.Stopped, jobs.Cancelled):
        raise
    except Exception as error:
        log.exception("归集批次 %s 出错", batch.code)
        end(
            batch,
            Batch.State.FAILED,
            f"归集程序出错（{type(error).__name__}），请联系管理员。",
            "gathering.crash",
        )
        raise
    return str(batch.state)


def _begin(batch: Batch) -> None:
    """Note that work goes on (开始)."""
    if batch.state == Batch.State.RUNNING:
        batch.resumed += 1
    else:
        batch.state, batch.started_at = Batch.State.RUNNING, clock.now()
    batch.save()


def _carry_out(batch: Batch, source: Source) -> None:
    old = _old(batch)
    if not batch.parts.get("is_whole"):
        connector = connect(source.kind, {**source.place, "key": _source_key(batch)}, secret_of(source))
        connector.open()
        try:
            _read(batch, source, connector, old)
        finally:
            connector.close()
    _finish(batch, source, old)


def _old(batch: Batch) -> Previous | None:
    """The last snapshot where the batch builds on it (上一快照)."""
    return None if batch.mode == Source.Mode.FULL else previous.previous(batch.dataset)


def _source_key(batch: Batch) -> list[str]:
    names = {c["name"]: c.get("origin") or c["name"] for c in batch.dataset.columns}
    return [names[name] for name in batch.dataset.key]


def _read(batch: Batch, source: Source, connector: Connector, old: Previous | None) -> None:
    found = connector.columns()
    _mind_drift(batch, connector, found)
    count = connector.count()
    if batch.parts.get("names") and not _may_resume(batch, connector, found):
        _start_again(batch)
    staging.begin(batch, batch.parts.get("names", []))
    since = _since(batch, source)
    batch.taken_at = batch.taken_at or clock.now()
    batch.source_count = count if since is None else None
    batch.parts = {
        **batch.parts, "found": _told(found), "note": connector.note, "bound": _last_cursor(batch) or None,
    }  # fmt: skip
    batch.save()
    Reading(batch, source, old).run(connector, since)
    if _told(connector.columns()) != batch.parts["found"]:
        raise Unfinished("取数过程中来源的结构发生变化，本批未发布，请重新归集。", "gathering.schema_moved")
    if batch.source_count is None:
        batch.source_count = batch.read
    if batch.source_count != batch.read:
        why = f"来源报告 {batch.source_count} 行，实际取到 {batch.read} 行，本批未发布。"
        raise Unfinished(why, "gathering.does_not_add_up")
    batch.parts = {**batch.parts, "is_whole": True}
    batch.save()


def _told(found: list[Found]) -> list[dict[str, Any]]:
    return [one.row() for one in found]


def _mind_drift(batch: Batch, connector: Connector, found: list[Found]) -> None:
    """Compare columns; stop the data set where the rules say so (核对结构)."""
    told = drifting.compare(batch.dataset, found, connector)
    drifting.note(batch.dataset, told)
    if stopping := [one for one in told if one.stops]:
        text = "；".join(one.text_zh for one in stopping)[:300]
        resource.stop_dataset(batch.dataset, by=SYSTEM, reason=text)
        raise RuleBroken(f"{text}。", rule="gathering.drift")
    if any(one.kind == "renamed" for one in told) or _peeked(told):
        connector.close()
        connector.open()


def _peeked(told: list[Any]) -> bool:
    kinds = {one.kind for one in told}
    return "removed" in kinds and "added" in kinds


def _may_resume(batch: Batch, connector: Connector, found: list[Found]) -> bool:
    if batch.parts.get("found") != _told(found):
        return False
    position = batch.parts.get("position")
    return position is not None and connector.same(position, batch.read)


def _start_again(batch: Batch) -> None:
    """Forget what was read: the source is no longer what it was (重新取数)."""
    QuarantinedRow.objects.filter(batch=batch).delete()
    for name, value in FRESH.items():
        setattr(batch, name, type(value)(value))
    batch.taken_at = None
    batch.save()


def _last_cursor(batch: Batch) -> str:
    """Where the last batch with a cursor ended (上次时间戳)."""
    if batch.mode != Source.Mode.CURSOR:
        return ""
    rows = Batch.objects.filter(dataset=batch.dataset, state=Batch.State.COMPLETE).exclude(cursor="")
    last = rows.order_by("-pk").first()
    return last.cursor if last else ""


def _since(batch: Batch, source: Source) -> tuple[str, Any] | None:
    """The cursor to read from: the last one less the overlap window, boundary included (取数起点)."""
    last = _last_cursor(batch)
    if not last:
        return None
    column = next(c for c in batch.dataset.columns if c["name"] == source.cursor_column)
    bound = cursors.lower_bound(last, column["type"], timedelta(minutes=source.overlap_minutes))
    if column["type"] == "datetime":
        bound = cursors.as_written(bound, with_zone=source.kind == Source.Kind.POSTGRESQL)
    return column.get("origin") or source.cursor_column, bound


def _finish(batch: Batch, source: Source, old: Previous | None) -> None:
    """Publish what was read (发布): files, log, and in one transaction everything that people see."""
    names = list(batch.parts.get("names", []))
    reading = Reading(batch, source, old)
    if old is not None:
        names += publishing.carry_over(batch, old, _keep(batch, old), reading.schema)
    if not names:
        staging.write(batch, "empty", [], reading.schema, np.empty((0, 32), np.uint8))
        names = ["empty"]
    table = buckets.table_of(staging.marks_of(batch, names))
    _count_changes(batch, old or previous.previous(batch.dataset), table)
    version = publishing.commit(batch, names, reading.schema)
    with transaction.atomic():
        batch.version, batch.rows, batch.digest = version, len(table.order), table.root
        batch.cursor = str(batch.parts.get("cursor") or "")[:40]
        resource.land(
            batch.dataset, version=version, batch=batch.code, rows=batch.rows, digest=batch.digest,
            taken_at=batch.taken_at or clock.now(), by=SYSTEM,
        )  # fmt: skip
        batch.parts = {name: batch.parts[name] for name in ("found", "note", "names") if name in batch.parts}
        _close(batch, Batch.State.COMPLETE)


def _keep(batch: Batch, old: Previous) -> np.ndarray:
    """Which rows of the last snapshot stay (保留行): a full pass keeps what it met, a cursor what it did not replace."""
    names = batch.parts.get("names", [])
    if batch.mode == Source.Mode.DIGEST:
        keep = np.zeros(old.rows, bool)
        keep[staging.kept_of(batch, names)] = True
        return keep
    keep = np.ones(old.rows, bool)
    replaced = old.places(staging.marks_of(batch, names), whole=False)
    keep[replaced[replaced >= 0]] = False
    return keep


def _count_changes(batch: Batch, old: Previous, new: buckets.Table) -> None:
    found = buckets.changes(old.table, new)
    batch.inserted, batch.updated, batch.deleted = len(found.inserted), len(found.updated), len(found.deleted)


def _wait(batch: Batch, error: OutsideFailed) -> None:
    """The source does not answer: what was read stays, the job comes again (等待重试)."""
    batch.why, batch.rule = f"{error.message_zh}稍后自动续传。"[:500], error.rule
    batch.save(update_fields=["why", "rule"])


def end(batch: Batch, state: str, why: str, rule: str) -> None:
    """End a batch that brought nothing (结束未成的批次); nothing of it stays on the disk."""
    staging.drop(batch)
    with transaction.atomic():
        batch.why, batch.rule = why[:500], rule
        batch.parts = {}
        _close(batch, state)


def _close(batch: Batch, state: str) -> None:
    batch.state, batch.ended_at = state, clock.now()
    if state == Batch.State.COMPLETE:
        batch.why = batch.rule = ""
    batch.save()
    facts = {
        "state": str(state), "source": batch.source_count, "landed": batch.landed, "rejected": batch.rejected,
        "duplicate": batch.duplicate, "digest": batch.digest, "rule": batch.rule, "resumed": batch.resumed,
    }  # fmt: skip
    journal.record(
        "gathering.batch.end", actor=SYSTEM.key, object=("batch", batch.code), facts=facts, reason=batch.why
    )

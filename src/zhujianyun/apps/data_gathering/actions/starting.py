"""Beginning and cancelling batches (发起与取消归集)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction

from zhujianyun.apps.data_gathering.actions import gathering
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.models.batch import ACTIVE
from zhujianyun.apps.data_gathering.queries import RUN
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.resource import queries


@transaction.atomic
def start(source: Source, *, by: Actor, mode: str = "") -> Batch:
    """Queue a batch (发起归集); ``mode`` full, digest or cursor, the source's own when not given.

    Raises:
        NotAllowed: without "data_gathering.run" at the system's owner.
        RuleBroken: while the data set is stopped.
        Conflict: while another batch of the same data set waits or runs; the sentence names it.
    """
    dataset = source.dataset
    access.require(by, RUN, dataset.system.owner)
    if dataset.stopped_why:
        raise RuleBroken(
            f"该数据集已停止归集：{dataset.stopped_why}。请先处理结构变更。", rule="gathering.stopped"
        )
    batch = Batch(
        code=f"{clock.local(clock.now()):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}", dataset=dataset,
        mode=_mode(source, mode), schema_version=dataset.schema_version, asked_by=by.key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError as error:
        raise _told_of_the_other(source) from error
    batch.job = jobs.enqueue(_job(), code=batch.code)
    batch.save(update_fields=["job"])
    facts = {"dataset": dataset.code, "mode": batch.mode}
    journal.record("gathering.batch.start", actor=by.key, object=("batch", batch.code), facts=facts)
    return batch


def _job():  # type: ignore[no-untyped-def]  # noqa: ANN202 - a task of the queue
    from importlib import import_module

    return import_module("zhujianyun.apps.data_gathering.jobs").carry_out


def _mode(source: Source, wanted: str) -> str:
    """How this batch reads (归集方式): whole the first time and after a change of columns, weekly by digest."""
    snapshot = queries.latest_snapshot(source.dataset)
    if snapshot is None:
        return str(Source.Mode.FULL)
    mode = wanted or source.mode
    if mode not in Source.Mode.values:
        raise RuleBroken(f"没有归集方式“{mode}”。", rule="gathering.mode")
    if mode == Source.Mode.CURSOR and (
        snapshot.schema_version != source.dataset.schema_version or _is_whole_pass_due(source)
    ):
        return str(Source.Mode.DIGEST)
    return str(mode)


def _is_whole_pass_due(source: Source) -> bool:
    """Whether a pass over all keys is due (是否应全量核对): cursors miss deletions and back-dated edits."""
    whole = Batch.objects.filter(dataset=source.dataset, state=Batch.State.COMPLETE).exclude(mode="cursor")
    last = whole.order_by("-pk").first()
    days = timedelta(days=source.full_every_days)
    return last is None or last.started_at is None or clock.now() - last.started_at >= days


def _told_of_the_other(source: Source) -> Conflict:
    other = Batch.objects.filter(dataset=source.dataset, state__in=ACTIVE).first()
    name = f"批次 {other.code}（{other.get_state_display()}）" if other else "另一批次"
    return Conflict(
        f"{source.dataset.title} 已有{name}，请等它结束或先取消。", rule="gathering.one_at_a_time",
        batch=other.code if other else "",
    )  # fmt: skip


@transaction.atomic
def cancel(batch: Batch, *, by: Actor) -> Batch:
    """Ask for a batch to end (取消归集): at once while it waits, after the rows at hand while it runs.

    Raises:
        NotAllowed: without "data_gathering.run" at the system's owner.
        Conflict: when it has ended already.
    """
    access.require(by, RUN, batch.dataset.system.owner)
    held = Batch.objects.select_for_update().select_related("dataset").get(pk=batch.pk)
    if not held.is_active:
        raise Conflict(f"该批次已{held.get_state_display()}，不能取消。", rule="gathering.batch_ended")
    held.cancel_asked_by = by.key
    held.save(update_fields=["cancel_asked_by"])
    journal.record("gathering.batch.cancel", actor=by.key, object=("batch", held.code))
    if held.state == Batch.State.QUEUED:
        gathering.end(held, Batch.State.CANCELLED, "排队时取消。", "gathering.cancelled")
    return held


def start_due() -> int:
    """Queue every source whose time has come (到期归集); how many."""
    started, now = 0, clock.now()
    due = Source.objects.filter(is_on=True, next_at__lte=now, dataset__stopped_why="")
    for source in due.select_related("dataset__system__owner"):
        try:
            start(source, by=SYSTEM)
            started += 1
        except Conflict:
            pass  # the one before still runs: the next slot will find the source again
        source.next_at = now + timedelta(minutes=source.dataset.cadence_minutes)
        source.save(update_fields=["next_at"])
    return started


def end_abandoned() -> int:
    """End batches whose job was given up, so that the next one may begin (收尾无主批次); how many."""
    ended = 0
    for batch in Batch.objects.filter(state__in=ACTIVE).exclude(job="").select_related("dataset"):
        try:
            is_over = jobs.state_of(batch.job).is_ended
        except NotFound:
            is_over = True
        if is_over:
            gathering.end(
                batch, Batch.State.FAILED, "后台任务多次中断，已放弃，请查看任务记录。", "gathering.given_up"
            )
            ended += 1
    return ended

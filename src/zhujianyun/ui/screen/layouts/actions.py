"""Editing a layout (编辑布局): take the lock, save, publish, go back. Every one leaves its mark in the journal."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction
from django.db.models import Max

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.layouts import queries, text
from zhujianyun.ui.screen.layouts.models import LayoutLock, LayoutRelease, LayoutVersion
from zhujianyun.ui.screen.registry import Screen

EDIT = "screen.edit"


def take_lock(code: str, *, by: Account, over: bool = False) -> LayoutLock:
    """Edit a screen, alone (取得编辑锁). Whoever holds it keeps it; `over`: take over from somebody idle.

    Raises:
        Conflict: somebody else edits; it names who and since when.
    """
    _may(by, code)
    now = clock.now()
    with transaction.atomic():
        lock, made = LayoutLock.objects.select_for_update().get_or_create(
            screen=code, defaults={"holder": by, "since": now, "seen_at": now}
        )
        if lock.holder_id != by.pk:
            _free_or_refuse(lock, over)
            told = {"from": lock.holder.key}
            lock.holder, lock.since = by, now
            journal.record("screen.layout.take_over", actor=by.key, object=("screen", code), facts=told)
        lock.seen_at = now
        lock.save()
        if made:
            journal.record("screen.layout.open", actor=by.key, object=("screen", code))
    return lock


def _free_or_refuse(lock: LayoutLock, over: bool) -> None:
    since, seen = clock.local(lock.since), clock.local(lock.seen_at)
    if lock.seen_at > clock.now() - queries.idle():
        raise Conflict(
            f"{lock.holder.name_zh}正在编辑这块屏幕（自 {since:%Y-%m-%d %H:%M} 起），您可以查看，暂不能修改。",
            rule="screen.lock", holder=lock.holder.key, since=lock.since.isoformat(), idle=False,
        )  # fmt: skip
    if not over:
        raise Conflict(
            f"{lock.holder.name_zh}自 {since:%Y-%m-%d %H:%M} 起编辑，{seen:%H:%M} 以后没有操作。需要修改请点“接手编辑”。",
            rule="screen.lock_idle", holder=lock.holder.key, since=lock.since.isoformat(), idle=True,
        )  # fmt: skip


def release_lock(code: str, *, by: Account) -> None:
    """Stop editing (放弃编辑锁); somebody else's lock stays."""
    LayoutLock.objects.filter(screen=code, holder=by).delete()


def check(code: str, written: str) -> Screen:
    """A layout by the rules of the files (校验布局).

    Raises:
        NotFound: no such screen.
        ScreenFault: as the registry says; or RuleBroken for a missing indicator, or one not released.
    """
    file = registry.get(code)
    if file is None:
        raise NotFound(f"没有屏幕 {code}。", rule="screen.known")
    screen = registry.read(written, file.app, f"{code} 的新布局")
    if screen.code != code or screen.kind != file.kind or screen.public != file.public:
        raise RuleBroken("屏幕代码、类型和是否公开以文件为准，不能在这里改。", rule="screen.identity")
    hung = registry.hung(screen)
    known = {d.code: d for d in indicators.all_()}
    for widget in hung.widgets:
        for wanted in widget.indicators:
            if wanted not in known:
                raise RuleBroken(
                    f"组件 {widget.id} 引用指标 {wanted}，但没有应用登记它。", rule="screen.indicator", need=wanted
                )  # fmt: skip
    return hung


def save(code: str, written: str, *, base: int, by: Account, reason: str) -> LayoutVersion:
    """Save a version (保存版本). Nothing hangs differently until it is published.

    Raises:
        Conflict: somebody else edits, or saved since `base`; nothing is lost, it names the other version.
        RuleBroken: no reason, or a fault in the layout.
    """
    _may(by, code)
    if not reason.strip():
        raise RuleBroken("请写一句这次改了什么、为什么。", rule="screen.reason")
    screen = check(code, written)
    canonical = text.of(screen)
    with transaction.atomic():
        take_lock(code, by=by)
        newest = queries.newest(code)
        if newest != base:
            other = LayoutVersion.objects.select_related("made_by").get(screen=code, number=newest)
            raise Conflict(
                f"{other.made_by.name_zh if other.made_by else '有人'}已于 {clock.local(other.made_at):%Y-%m-%d %H:%M} 保存第 "
                f"{newest} 版，您的改动还在页面上、没有保存。请先对照该版本再保存。",
                rule="screen.version", newest=newest,
            )  # fmt: skip
        version = _kept(code, canonical, LayoutVersion.Origin.EDITOR, by, reason)
        journal.record(
            "screen.layout.save", actor=by.key, object=("screen", code), reason=reason,
            facts={"version": version.number, "digest": version.digest[:16]},
        )  # fmt: skip
    return version


def publish(code: str, number: int, *, by: Account, reason: str) -> LayoutRelease:
    """Let a saved version hang (发布布局).

    Raises:
        NotFound: no such version.
        RuleBroken: a fault in it by the rules of today.
    """
    _may(by, code)
    version = LayoutVersion.objects.filter(screen=code, number=number).first()
    if version is None:
        raise NotFound(f"屏幕 {code} 没有第 {number} 版布局。", rule="screen.version_known")
    check(code, version.text)
    return _release(code, version, by, reason, "screen.layout.publish")


def back_to_file(code: str, *, by: Account, reason: str) -> LayoutRelease:
    """Let the screen hang as its file says (恢复文件布局)."""
    _may(by, code)
    return _release(code, None, by, reason, "screen.layout.back_to_file")


def note_files() -> list[LayoutVersion]:
    """Keep the files whose text was not seen before, so that a replay shows the layout of then (记录文件布局)."""
    made = []
    for screen in registry.all_():
        rows = LayoutVersion.objects.filter(screen=screen.code, origin=LayoutVersion.Origin.FILE)
        last = rows.order_by("-pk").values_list("text", flat=True).first()
        if screen.text and last != screen.text:
            with transaction.atomic():
                made.append(_kept(screen.code, screen.text, LayoutVersion.Origin.FILE, None, "文件有更新"))
    return made


def _may(by: Account, code: str) -> None:
    if registry.get(code) is None:
        raise NotFound(f"没有屏幕 {code}。", rule="screen.known")
    access.require(access.actor(by), EDIT)


def _kept(code: str, written: str, origin: str, by: Account | None, reason: str) -> LayoutVersion:
    last = LayoutVersion.objects.filter(screen=code).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return LayoutVersion.objects.create(
                screen=code, number=last + 1, origin=origin, text=written, made_by=by, made_at=clock.now(),
                digest=hashlib.sha256(written.encode()).hexdigest(), reason=reason[:200],
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("有人同时保存了这块屏幕，请重新打开后再保存。", rule="screen.version") from error


def _release(code: str, version: LayoutVersion | None, by: Account, reason: str, verb: str) -> LayoutRelease:
    if not reason.strip():
        raise RuleBroken("请写一句为什么发布。", rule="screen.reason")
    with transaction.atomic():
        made = LayoutRelease.objects.create(
            screen=code, version=version, released_by=by, released_at=clock.now(), reason=reason[:200]
        )
        journal.record(
            verb, actor=by.key, object=("screen", code), reason=reason,
            facts={"version": version.number if version else 0},
        )  # fmt: skip
    return made

"""Which layout hangs, now or at an instant (在用布局)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.layouts.models import LayoutLock, LayoutRelease, LayoutVersion
from zhujianyun.ui.screen.registry import Screen


@dataclass(frozen=True, slots=True)
class Shown:
    """A layout that hangs, and what must be said about it (在用布局)."""

    screen: Screen
    version: LayoutVersion | None = None  # none: as the file says
    notice: str = ""


_read: dict[str, Screen] = {}  # by digest of the saved text


def shown(code: str, at: datetime | None = None) -> Shown | None:
    """The layout of a screen, now or at an instant (取布局); None: no such screen.

    A saved layout that names an indicator nobody declares any more gives way to the file, and says so.
    """
    file = registry.get(code)
    if file is None:
        return None
    release = _released(code, at)
    if release is None or release.version is None:
        return Shown(file if at is None else _file_of(file, at))
    version = release.version
    try:
        screen = _parsed(version, file)
    except PlatformError as error:
        return Shown(
            file, None, f"已发布的布局（第 {version.number} 版）不能用：{error.message_zh}暂按文件显示。"
        )
    gone = [c for c in screen.codes() if c not in {d.code for d in indicators.all_()}]
    if gone:
        return Shown(
            file,
            None,
            f"已发布的布局（第 {version.number} 版）引用了停用的指标 {'、'.join(gone)}，暂按文件显示。",
        )
    return Shown(screen, version)


def screen(code: str) -> Screen | None:
    """The screen as it hangs now, or None (当前屏幕)."""
    found = shown(code)
    return found.screen if found else None


def screens() -> list[Screen]:
    """Every screen as it hangs now (全部当前屏幕)."""
    return [found.screen for one in registry.all_() if (found := shown(one.code))]


def newest(code: str) -> int:
    """The number of the newest saved version; 0 when nothing was saved (最新版本号)."""
    rows = LayoutVersion.objects.filter(screen=code, origin=LayoutVersion.Origin.EDITOR)
    return rows.aggregate(last=Max("number"))["last"] or 0


def versions(code: str) -> list[LayoutVersion]:
    """Everything that was saved, newest first (版本沿革)."""
    return list(LayoutVersion.objects.filter(screen=code).select_related("made_by").order_by("-number"))


def releases(code: str) -> list[LayoutRelease]:
    """Everything that was published, newest first (发布沿革)."""
    rows = LayoutRelease.objects.filter(screen=code).select_related("version", "released_by")
    return list(rows.order_by("-pk"))


def lock_of(code: str) -> LayoutLock | None:
    """Who edits a screen at this moment; none when he has been idle too long (编辑锁)."""
    lock = LayoutLock.objects.filter(screen=code).select_related("holder").first()
    return lock if lock and lock.seen_at > clock.now() - idle() else None


def idle() -> timedelta:
    """After so long without a sign somebody else may take over (接手等待)."""
    return timedelta(minutes=getattr(settings, "ZJY_SCREEN_LOCK_MINUTES", 10))


def _released(code: str, at: datetime | None) -> LayoutRelease | None:
    rows = LayoutRelease.objects.filter(screen=code).select_related("version")
    if at is not None:
        rows = rows.filter(released_at__lte=at)
    return rows.order_by("-pk").first()


def _parsed(version: LayoutVersion, file: Screen) -> Screen:
    key = f"{version.digest}{file.digest}"
    if key not in _read:
        _read[key] = registry.hung(
            registry.read(version.text, file.app, f"{version.screen} 第 {version.number} 版")
        )
    return _read[key]


def _file_of(file: Screen, at: datetime) -> Screen:
    """The file as it was first seen by then; the file of today when nothing older is kept."""
    rows = LayoutVersion.objects.filter(screen=file.code, origin=LayoutVersion.Origin.FILE)
    kept = rows.filter(made_at__lte=at).order_by("-pk").first() or rows.order_by("pk").first()
    if kept is None or kept.text == file.text:
        return file
    try:
        return registry.hung(
            registry.read(kept.text, file.app, f"{file.code} {kept.made_at:%Y-%m-%d} 的文件")
        )
    except PlatformError:
        return file  # a form or option of then that no longer exists

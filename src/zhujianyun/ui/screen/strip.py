"""What one viewer sees of a screen (按观看者取数): its data, the strip of alarms, only released figures in public.

The data are put together once for all walls (`payload`); here is added what depends on who looks.
"""

from __future__ import annotations

from typing import Any

from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.alarms.models import AlarmState
from zhujianyun.kernel.indicator.alarms.queries import Group
from zhujianyun.ui.screen import forms, payload, public, registry
from zhujianyun.ui.screen.devices.visiting import Viewer
from zhujianyun.ui.screen.registry import Screen
from zhujianyun.ui.screen.svg.draw import picture

LINES = 3  # groups that the strip names; the rest are counted
_kept: tuple[int, dict[str, Any]] | None = None


def shown_to(viewer: Viewer, screen: Screen) -> dict[str, Any]:
    """The data of a screen for this viewer (可见屏幕数据)."""
    built = payload.current(screen)
    if viewer.is_public:
        return released(screen, built)
    return {**built, "alarms": alarm_strip()}


def released(screen: Screen, built: dict[str, Any]) -> dict[str, Any]:
    """What may hang in public (公众可见部分): put together from released figures only, small cells hidden; no alarms."""
    told = public.current(screen)["widgets"]
    minutes = {
        definition.code: definition.freshness_minutes
        for definition in indicators.all_()
        if definition.release
    }
    widgets = {}
    for widget in screen.widgets:
        data = told[widget.id]
        if "empty" not in data and not forms.get(widget.form).painted:
            data = {**data, "svg": picture(widget, data)}
        own = [minutes[code] for code in widget.indicators if code in minutes]
        widgets[widget.id] = {"note": "", **data, "freshness_minutes": min(own, default=0)}
    codes = [code for code in built["codes"] if code in minutes]
    return {
        **built,
        "codes": codes,
        "widgets": widgets,
        "alarms": {"new": 0, "open": 0, "lines": [], "more": 0},
    }


def alarm_strip() -> dict[str, Any]:
    """The open alarms in a few lines, the newest number first asked for (告警条): one query while nothing changes."""
    global _kept
    mark = alarms.mark()
    if _kept is None or _kept[0] != mark:
        _kept = (mark, _strip(alarms.groups()))
    return _kept[1]


def _strip(groups: list[Group]) -> dict[str, Any]:
    loud = [group for group in groups if group.severity != "minor"]
    return {
        "open": sum(group.count for group in groups),
        "new": sum(group.new for group in loud),
        "lines": [_line(group) for group in loud[:LINES]],
        "more": sum(group.count for group in groups) - sum(group.count for group in loud[:LINES]),
        "newest": max((group.newest for group in loud if group.new), default=0),
    }


def _line(group: Group) -> dict[str, Any]:
    return {
        "title": group.title,
        "count": group.count,
        "new": group.new,
        "severity": group.severity,
        "state": AlarmState.NEW if group.new else AlarmState.ACKNOWLEDGED,
        "since": group.since.isoformat(),
        "newest": group.newest,
        "screens": [screen.code for screen in registry.all_() if group.indicator in screen.codes()],
    }

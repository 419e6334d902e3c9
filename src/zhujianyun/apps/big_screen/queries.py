"""What the big screen knows (大屏查询): the screens that the apps declare, the alarms, the fresh figures."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, QuerySet, Value

from zhujianyun.kernel.indicator import all_
from zhujianyun.kernel.indicator.alarms.models import AlarmState
from zhujianyun.kernel.indicator.alarms.watch import STALE
from zhujianyun.kernel.indicator.models import Alarm, Refresh
from zhujianyun.ui.screen import registry

ALWAYS = Value(date(2000, 1, 1), output_field=DateField())  # a figure that is counted counts for every day


def main_screens() -> list[registry.Screen]:
    """The main screens (主屏)."""
    return [screen for screen in registry.all_() if screen.kind == "main"]


def sub_screens() -> list[registry.Screen]:
    """The sub-screens (子屏)."""
    return [screen for screen in registry.all_() if screen.kind == "sub"]


def alarms() -> QuerySet[Alarm]:
    """Every alarm, with the days on which it was open (全部告警)."""
    return Alarm.objects.all()


def counted_figures() -> QuerySet[Refresh]:
    """Figures that are declared and were counted at least once (已统计指标)."""
    return Refresh.objects.filter(indicator__in=[definition.code for definition in all_()])


def fresh_figures() -> QuerySet[Refresh]:
    """Of these, those about which no alarm says that they are late (及时指标)."""
    late = Alarm.objects.filter(code=STALE).exclude(state=AlarmState.CLOSED)
    return counted_figures().exclude(indicator__in=late.values("object_key"))

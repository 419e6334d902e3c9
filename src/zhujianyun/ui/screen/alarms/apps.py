"""Django configuration of the alarm pages (告警页)."""

from django.apps import AppConfig


class AlarmPagesConfig(AppConfig):
    """告警页."""

    name = "zhujianyun.ui.screen.alarms"
    label = "screen_alarms"
    verbose_name = "告警页"

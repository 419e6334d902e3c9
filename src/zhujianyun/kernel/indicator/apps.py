"""Django configuration of indicator (指标)."""

from django.apps import AppConfig


class IndicatorConfig(AppConfig):
    """指标."""

    name = "zhujianyun.kernel.indicator"
    label = "indicator"
    verbose_name = "指标"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the journal; name the permissions."""
        from zhujianyun.kernel import access
        from zhujianyun.kernel.indicator import alarms, follower
        from zhujianyun.kernel.indicator.actions import PERMISSIONS

        follower.follow()
        for code, zh in PERMISSIONS.items():
            access.add_permission(code, zh, "indicator")
        access.add_permission(alarms.HANDLE, "处理告警", "indicator")

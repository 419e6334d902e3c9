"""Django configuration of outbox (外发消息)."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """外发消息."""

    name = "zhujianyun.base.outbox"
    label = "outbox"
    verbose_name = "外发消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the weekly clearing on the schedule (登记清理计划)."""
        from zhujianyun.base.outbox import housekeeping  # noqa: F401

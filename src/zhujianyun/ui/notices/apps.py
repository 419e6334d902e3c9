"""Django configuration of notices (消息)."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """消息."""

    name = "zhujianyun.ui.notices"
    label = "notices"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the journal, put the daily jobs on the schedule (登记跟随与计划)."""
        from zhujianyun.ui.notices import following, mornings  # noqa: F401 - registers its jobs

        following.follow()

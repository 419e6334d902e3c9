"""Django configuration of files (文件库)."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """文件库."""

    name = "zhujianyun.base.files"
    label = "files"
    verbose_name = "文件库"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the daily sweep on the schedule (登记每日清理)."""
        from zhujianyun.base.files import sweeping  # noqa: F401

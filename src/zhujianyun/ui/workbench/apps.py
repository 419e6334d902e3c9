"""Django configuration of workbench (工作台)."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """工作台."""

    name = "zhujianyun.ui.workbench"
    label = "workbench"
    verbose_name = "工作台"

    def ready(self) -> None:
        """Name the daily sweep of exports."""
        from zhujianyun.ui.workbench import exporting  # noqa: F401

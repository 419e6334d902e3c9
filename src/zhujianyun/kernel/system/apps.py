"""Django configuration of system (业务系统)."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    """业务系统."""

    name = "zhujianyun.kernel.system"
    label = "system"
    verbose_name = "业务系统"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the permissions of this noun."""
        from zhujianyun.kernel import access

        access.add_permission("system.register", "登记业务系统", "system")
        access.add_permission("system.view", "查看业务系统", "system")

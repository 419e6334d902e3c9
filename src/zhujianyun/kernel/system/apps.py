"""Django configuration of system (业务系统)."""

from django.apps import AppConfig


class SystemConfig(AppConfig):
    """业务系统."""

    name = "zhujianyun.kernel.system"
    label = "system"
    verbose_name = "业务系统"
    default_auto_field = "django.db.models.BigAutoField"

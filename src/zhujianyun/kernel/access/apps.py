"""Django configuration of access (账号处室角色)."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """账号处室角色."""

    name = "zhujianyun.kernel.access"
    label = "access"
    verbose_name = "账号处室角色"
    default_auto_field = "django.db.models.BigAutoField"

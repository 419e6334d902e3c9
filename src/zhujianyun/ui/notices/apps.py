"""Django configuration of notices (消息)."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """消息."""

    name = "zhujianyun.ui.notices"
    label = "notices"
    verbose_name = "消息"
    default_auto_field = "django.db.models.BigAutoField"

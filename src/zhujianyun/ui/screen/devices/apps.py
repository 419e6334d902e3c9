"""Django configuration of the wall devices (大屏设备)."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """大屏设备."""

    name = "zhujianyun.ui.screen.devices"
    label = "screen_devices"
    verbose_name = "大屏设备"
    default_auto_field = "django.db.models.BigAutoField"

"""Django configuration of screen (展示大屏)."""

from django.apps import AppConfig


class ScreenConfig(AppConfig):
    """展示大屏."""

    name = "zhujianyun.ui.screen"
    label = "ui_screen"
    verbose_name = "展示大屏"

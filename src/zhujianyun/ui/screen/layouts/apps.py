"""Django configuration of the saved layouts (屏幕布局)."""

from django.apps import AppConfig


class LayoutsConfig(AppConfig):
    """屏幕布局."""

    name = "zhujianyun.ui.screen.layouts"
    label = "screen_layouts"
    verbose_name = "屏幕布局"

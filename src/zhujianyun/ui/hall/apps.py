"""Django configuration of the hall (办事大厅)."""

from django.apps import AppConfig


class HallConfig(AppConfig):
    """办事大厅."""

    name = "zhujianyun.ui.hall"
    label = "hall"
    verbose_name = "办事大厅"

"""Django configuration of journal (留痕)."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """留痕."""

    name = "zhujianyun.kernel.journal"
    label = "journal"
    verbose_name = "留痕"
    default_auto_field = "django.db.models.BigAutoField"

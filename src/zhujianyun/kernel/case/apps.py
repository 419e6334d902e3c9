"""Django configuration of case (办件)."""

from django.apps import AppConfig


class CaseConfig(AppConfig):
    """办件."""

    name = "zhujianyun.kernel.case"
    label = "case"
    verbose_name = "办件"
    default_auto_field = "django.db.models.BigAutoField"

"""Django configuration of indicator (指标)."""

from django.apps import AppConfig


class IndicatorConfig(AppConfig):
    """指标."""

    name = "zhujianyun.kernel.indicator"
    label = "indicator"
    verbose_name = "指标"
    default_auto_field = "django.db.models.BigAutoField"

"""Django configuration of resource (资源)."""

from django.apps import AppConfig


class ResourceConfig(AppConfig):
    """资源."""

    name = "zhujianyun.kernel.resource"
    label = "resource"
    verbose_name = "资源"
    default_auto_field = "django.db.models.BigAutoField"

"""Django configuration of subject (主体)."""

from django.apps import AppConfig


class SubjectConfig(AppConfig):
    """主体."""

    name = "zhujianyun.kernel.subject"
    label = "subject"
    verbose_name = "主体"
    default_auto_field = "django.db.models.BigAutoField"

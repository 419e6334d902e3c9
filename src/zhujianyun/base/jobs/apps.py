"""Django configuration of jobs (任务与计划)."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """任务与计划."""

    name = "zhujianyun.base.jobs"
    label = "jobs"
    verbose_name = "任务与计划"
    default_auto_field = "django.db.models.BigAutoField"

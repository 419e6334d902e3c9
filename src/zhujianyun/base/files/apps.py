"""Django configuration of files (文件库)."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """文件库."""

    name = "zhujianyun.base.files"
    label = "files"
    verbose_name = "文件库"
    default_auto_field = "django.db.models.BigAutoField"

"""Django configuration of search (全文检索)."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """全文检索."""

    name = "zhujianyun.ui.search"
    label = "search"
    verbose_name = "全文检索"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the kernel has to be found."""
        from zhujianyun.ui.search import kernel_kinds, registry

        for one in kernel_kinds.KINDS:
            registry.add(one)

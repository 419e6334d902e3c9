"""Django configuration of resource (资源)."""

from django.apps import AppConfig


class ResourceConfig(AppConfig):
    """资源."""

    name = "zhujianyun.kernel.resource"
    label = "resource"
    verbose_name = "资源"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the permissions of this noun."""
        from zhujianyun.kernel import access

        access.add_permission("resource.catalogue", "编制资源目录", "resource")
        access.add_permission("resource.mount", "挂载资源", "resource")
        access.add_permission("resource.gather", "归集数据", "resource")
        access.add_permission("resource.grant", "签发共享授权", "resource")
        access.add_permission("resource.view", "查看资源目录", "resource")

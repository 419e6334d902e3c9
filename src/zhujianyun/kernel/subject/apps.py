"""Django configuration of subject (主体)."""

from django.apps import AppConfig


class SubjectConfig(AppConfig):
    """主体."""

    name = "zhujianyun.kernel.subject"
    label = "subject"
    verbose_name = "主体"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the permissions of this noun."""
        from zhujianyun.kernel import access

        access.add_permission("subject.register", "登记主体", "subject")
        access.add_permission("subject.merge", "合并主体", "subject")
        access.add_permission("subject.seal", "封存主体", "subject")
        access.add_permission("subject.view", "查看主体", "subject")
        access.add_permission("subject.read_personal", "查看个人信息明文", "subject")

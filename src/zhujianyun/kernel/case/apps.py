"""Django configuration of case (办件)."""

from django.apps import AppConfig

PERMISSIONS = {
    "case.view": "查看办件",
    "case.enter_for_applicant": "代申请人登记",
    "case.backdate": "补录办理时间",
    "case.assign_tasks": "分派任务",
    "case.announce_calendar": "发布日历通知",
    "case.correct_paper": "更正文书",
    "case.void_number": "作废编号",
    "case.migrate": "迁移流程版本",
}


class CaseConfig(AppConfig):
    """办件."""

    name = "zhujianyun.kernel.case"
    label = "case"
    verbose_name = "办件"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the permissions of the engine and follow the journal for its effects."""
        from zhujianyun.kernel import access, journal
        from zhujianyun.kernel.case import effects

        for code, zh in PERMISSIONS.items():
            access.add_permission(code, zh, "case")
        journal.follow(effects.FOLLOWER, ["case.*"], effects.deliver)

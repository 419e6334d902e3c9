"""Django configuration of the hall (办事大厅)."""

from django.apps import AppConfig


class HallConfig(AppConfig):
    """办事大厅."""

    name = "zhujianyun.ui.hall"
    label = "hall"
    verbose_name = "办事大厅"

    def ready(self) -> None:
        """Say how applicants are reached, and put the sweeps on the schedule."""
        from zhujianyun.kernel.access import registry as access
        from zhujianyun.ui.hall import sweeping  # noqa: F401
        from zhujianyun.ui.hall.tracking import reporting, telling
        from zhujianyun.ui.notices import applicant_contact

        applicant_contact(telling.contacts)
        reporting.follow()
        access.add_permission("hall.verify_enterprise", "核验企业经办人", "hall")
        access.add_role("hall.verifier", "企业核验员", ("hall.verify_enterprise",))

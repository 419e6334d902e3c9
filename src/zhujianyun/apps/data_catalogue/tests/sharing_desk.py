"""People on both sides of a request for shared data, and short ways to act (共享测试人员)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from zhujianyun.apps.data_catalogue.actions import deciding, requesting
from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.apps.data_catalogue.tests.conftest import MARKET, Department
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.resource.models import Grant, Resource

CITY = "450100"
POSTS = {
    "consumer": ("consumer_head", CITY), "consumer2": ("consumer_head", CITY), "clerk": ("source_clerk", MARKET),
    "head": ("source_head", MARKET), "head2": ("source_head", MARKET), "tech": ("source_tech", "450000"),
    "supervisor": ("supervisor", "450000"), "stranger": ("source_head", "450000-zfbz"),
}  # fmt: skip
WANTED = sharing.Wanted(
    items=("uscc", "name", "phone"), legal_basis="建筑法第十三条", scenario="核验施工企业资质", scope="市局审批人员",
    mode="table", valid_from=date(2020, 7, 6), valid_to=date(2020, 12, 31), calls_per_day=2000,
    system_name="南宁市审批平台", responsible="韦主任", responsible_phone="13800000001", networks=("10.1.0.0/16",),
)  # fmt: skip


@dataclass
class Desk:
    """The department of the tests with a consumer in Nanning (共享测试)."""

    department: Department

    @classmethod
    def of(cls, department: Department) -> Desk:
        by = {name: access.actor(one) for name, one in _officers().items()}
        for name, (role, office) in POSTS.items():
            account = actions.open_account(
                f"sharing.{name}", f"测试{name}", by=by["system"], password=None, must_change_password=False
            )
            department.accounts[name] = account
            actions.grant_role(
                account, f"data_catalogue.{role}", department.offices[office], by=by["security"],
                valid_from=date(2020, 1, 1),
            )  # fmt: skip
        return cls(department)

    def who(self, name: str) -> access.Actor:
        return self.department.who(name)

    def mounted(self, **more: Any) -> Resource:
        entry = self.department.entry(**more)
        self.department.mount(entry)
        return entry

    def asked(self, entry: Resource | None = None, key: str = "k1", **more: Any) -> SharingRequest:
        """A request that the clerk has not opened yet."""
        office = self.department.offices[more.pop("office", CITY)]
        by = self.who(more.pop("by", "consumer"))
        wanted = sharing.Wanted(**{**_fields(), **more})
        return requesting.apply_for(entry or self.mounted(), office, wanted, by=by, key=key)

    def proposed(self, entry: Resource | None = None, **more: Any) -> SharingRequest:
        row = self.asked(entry, **more)
        ruled = deciding.as_asked(row)
        deciding.propose(row, ruled, by=self.who("clerk"), expected=row.case.version, opinion="拟同意")
        return self.fresh(row)

    def consented(self, entry: Resource | None = None, **more: Any) -> SharingRequest:
        row = self.proposed(entry, **more)
        deciding.consent(row, by=self.who("head"), expected=row.case.version)
        return self.fresh(row)

    def granted(self, entry: Resource | None = None, **more: Any) -> tuple[SharingRequest, Grant]:
        row = self.consented(entry, **more)
        deciding.deliver(row, by=self.who("tech"), expected=row.case.version)
        row = self.fresh(row)
        assert row.grant is not None
        return row, row.grant

    def fresh(self, row: SharingRequest) -> SharingRequest:
        related = ("case", "resource__provider", "consumer", "system", "grant")
        return SharingRequest.objects.select_related(*related).get(pk=row.pk)


def _fields() -> dict[str, Any]:
    return {name: getattr(WANTED, name) for name in WANTED.__slots__}


def _officers() -> dict[str, Any]:
    from zhujianyun.kernel.access import queries

    return {duty.duty: duty.account for duty in queries.officers().select_related("account")}

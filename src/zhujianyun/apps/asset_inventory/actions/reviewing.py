"""The yearly review of a system as a case (年度复核): the centre sends, the division confirms, the centre checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from zhujianyun.apps.asset_inventory.actions.finding import look
from zhujianyun.apps.asset_inventory.models import Contract, Finding, HeldData, SystemRecord
from zhujianyun.apps.asset_inventory.queries import REVIEW
from zhujianyun.apps.asset_inventory.queries.facts import live_ties
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access import Actor

if TYPE_CHECKING:
    from zhujianyun.kernel.case.models import Case

PROCESS = "system_review"
DIVISION = "450000"  # the department's own cases


def start_review(record: SystemRecord, *, by: Actor) -> Case:
    """Send the review of this year to the division that owns the system (发起年度复核).

    The same year again gives the same case.

    Raises:
        NotAllowed: without "asset_inventory.review" at the owner's office.
        RuleBroken: the system is retired or merged.
    """
    access.require(by, REVIEW, record.system.owner)
    if not record.system.is_live:
        raise RuleBroken("系统已停用或合并，不再复核。", rule="asset_inventory.live")
    year = clock.today().year
    with transaction.atomic():
        found = case.open_(
            PROCESS,
            by=by,
            office=record.system.owner,
            applicant=None,
            title=f"{record.system.name} {year} 年度复核",
            division_code=DIVISION,
            facts={"subject": sections(record, year)},
            key=f"review:{record.system.code}:{year}",
        )
        if found.state == "draft":
            case.act(found, "send", by=by, expected_version=found.version, key=f"review-send:{found.pk}")
    return found


def start_reviews(records: Iterable[SystemRecord], *, by: Actor) -> list[Case]:
    """Send the reviews of many systems (批量发起复核)."""
    return [start_review(record, by=by) for record in records]


def sections(record: SystemRecord, year: int) -> dict[str, object]:
    """What the division is asked to confirm, section by section (复核内容)."""
    system = record.system
    return {
        "system_code": system.code,
        "system_name": system.name,
        "division_name": system.owner.name,
        "year": year,
        "basic": _joined(
            record.purpose, record.users_who and f"使用对象：{record.users_who}", _level(record)
        ),
        "hosting": _joined(
            system.network and f"网络：{system.network.name}",
            system.cloud and f"所在云：{system.cloud.name}",
            system.cloud_since and f"上云日期：{system.cloud_since}",
        ),
        "contract": _joined(
            *(f"{c.number}，至 {c.ends_on}" for c in Contract.objects.filter(system=system)[:3])
        ),
        "held": _joined(
            *(held.name for held in HeldData.objects.filter(system=system)[:10]), record.get_backup_display()
        ),
        "ties": _joined(
            f"在用互联 {len(live_ties(clock.today()).get(system.pk, ()))} 个",
            record.docked_on and f"已对接政务服务平台（{record.docked_on}）",
        ),
        "findings": _joined(*(row.text for row in Finding.objects.filter(system=system, closed_on=None))),
    }


def _level(record: SystemRecord) -> str:
    level = record.system.protection_level
    if level is None:
        return "等级保护：未定级"
    filed = f"{record.level_filed_on} 备案" if record.level_filed_on else "未备案"
    return f"等级保护：{level} 级，{filed}"


def _joined(*parts: object) -> str:
    return "；".join(str(part) for part in parts if part) or "无"


def note_reviewed(event: journal.Entry) -> None:
    """A review has passed: the record remembers its day (复核完成). The same event twice changes nothing."""
    from zhujianyun.kernel.case.models import Case

    done = Case.objects.get(pk=event.case_id or 0)
    code = str(done.facts.get("subject", {}).get("system_code", ""))
    record = SystemRecord.objects.select_related("system__owner").filter(system__code=code).first()
    if record is None:
        return
    day = clock.local_day(event.at)
    if record.reviewed_on is None or record.reviewed_on < day:
        record.reviewed_on = day
        record.save(update_fields=["reviewed_on"])
        facts = {"event": event.pk, "day": day.isoformat()}
        journal.record("asset_inventory.reviewed", actor="system", object=("system", code), facts=facts)
    look([record])

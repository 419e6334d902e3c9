"""Entering the regulations that were issued (登记管理办法)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import RegulationIssued
from zhujianyun.apps.data_catalogue.queries import PUBLISH
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office


@transaction.atomic
def issue_regulation(
    number: str, title: str, issuer: Office, issued_on: date, *, by: Actor, file: StoredFile | None = None,
    summary: str = "",
) -> RegulationIssued:  # fmt: skip
    """Note a regulation that was issued (登记管理办法).

    Raises:
        NotAllowed: without "data_catalogue.publish" at the issuer.
        RuleBroken: a number in use, no title, or a day to come.
    """
    access.require(by, PUBLISH, issuer)
    if not number.strip() or not title.strip():
        raise RuleBroken("请填写文号和名称。", rule="data_catalogue.regulation_named")
    if issued_on > clock.today():
        raise RuleBroken("印发日期不能晚于今天。", rule="data_catalogue.regulation_day")
    if RegulationIssued.objects.filter(number=number.strip()).exists():
        raise RuleBroken(f"文号 {number} 已登记。", rule="data_catalogue.regulation_once")
    row = RegulationIssued.objects.create(
        number=number.strip(), title=title.strip(), issuer=issuer, issued_on=issued_on, file=file,
        summary=summary[:300],
    )  # fmt: skip
    facts = {"title": row.title, "issued_on": issued_on.isoformat()}
    journal.record("data_catalogue.regulation", actor=by.key, object=("regulation", row.number), facts=facts)
    return row

"""Contracts, contacts, data and documents of a system (合同、联系人、数据、文档)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from zhujianyun.apps.asset_inventory.actions.entering import vendor
from zhujianyun.apps.asset_inventory.actions.finding import look
from zhujianyun.apps.asset_inventory.models import Contact, Contract, Document, HeldData, SystemRecord
from zhujianyun.apps.asset_inventory.queries import EDIT
from zhujianyun.apps.asset_inventory.queries.records import name_key
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor


@transaction.atomic
def add_contract(
    record: SystemRecord,
    number: str,
    firm: str,
    *,
    starts_on: date,
    ends_on: date,
    amount_fen: int,
    by: Actor,
    service_hours: str = "",
    reports_incidents: bool = False,
) -> Contract:
    """Note a contract (登记合同); the amount is in fen.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: a number that is taken, days in the wrong order, a negative amount.
    """
    access.require(by, EDIT, record.system.owner)
    if Contract.objects.filter(number=number).exists():
        raise RuleBroken(f"合同编号 {number} 已登记。", rule="asset_inventory.contract_once")
    if ends_on < starts_on or amount_fen < 0 or not number.strip() or not firm.strip():
        raise RuleBroken("请核对合同编号、单位、起止日期和金额。", rule="asset_inventory.contract_sound")
    made = Contract.objects.create(
        system=record.system, vendor=vendor(firm), number=number.strip(), starts_on=starts_on, ends_on=ends_on,
        amount_fen=amount_fen, service_hours=service_hours, reports_incidents=reports_incidents,
    )  # fmt: skip
    facts = {"number": number, "vendor": firm, "until": ends_on.isoformat(), "amount_fen": amount_fen}
    journal.record("asset_inventory.contract", actor=by.key, object=_object(record), facts=facts)
    look([record])
    return made


@transaction.atomic
def add_contact(record: SystemRecord, part: str, name: str, phone: str, *, by: Actor) -> Contact:
    """Note whom to call (登记联系人); name and phone are kept out of the journal's open part.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: neither part nor name.
    """
    access.require(by, EDIT, record.system.owner)
    if not part.strip() or not name.strip():
        raise RuleBroken("请填写联系人的职责和姓名。", rule="asset_inventory.contact_named")
    made = Contact.objects.create(
        system=record.system, part=part.strip(), name=name.strip(), phone=phone.strip()
    )
    journal.record(
        "asset_inventory.contact", actor=by.key, object=_object(record), facts={"part": made.part},
        private={"name": made.name, "phone": made.phone},
    )  # fmt: skip
    return made


@transaction.atomic
def end_contact(contact: Contact, record: SystemRecord, *, by: Actor) -> Contact:
    """Note that a contact is no longer the one to call (停用联系人).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
    """
    access.require(by, EDIT, record.system.owner)
    contact.ended_on = clock.today()
    contact.save(update_fields=["ended_on"])
    journal.record(
        "asset_inventory.contact_end", actor=by.key, object=_object(record), facts={"part": contact.part}
    )
    return contact


def read_contacts(record: SystemRecord, *, by: Actor, purpose: str) -> list[Contact]:
    """The contacts in full, for a purpose that is written down (查阅联系人).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: no purpose.
    """
    access.require(by, EDIT, record.system.owner)
    journal.record_read(
        by.key, f"system:{record.system.code}", ["contact.name", "contact.phone"], purpose=purpose
    )
    return list(Contact.objects.filter(system=record.system, ended_on=None))


@transaction.atomic
def note_data(record: SystemRecord, name: str, attributes: Sequence[str], *, by: Actor) -> HeldData:
    """Note which data a system holds; the same name again replaces the attributes (登记数据).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: no name or no attributes.
    """
    access.require(by, EDIT, record.system.owner)
    names = list(dict.fromkeys(one.strip() for one in attributes if one.strip()))
    if not name.strip() or not names:
        raise RuleBroken("请填写数据名称和至少一个信息项。", rule="asset_inventory.data_named")
    made, _ = HeldData.objects.update_or_create(
        system=record.system,
        name=name.strip(),
        defaults={"attributes": names, "attribute_key": data_key(names)},
    )
    facts = {"name": made.name, "attributes": len(names)}
    journal.record("asset_inventory.data", actor=by.key, object=_object(record), facts=facts)
    look([record])
    return made


def data_key(attributes: Sequence[str]) -> str:
    """The digest by which two sets of attributes are the same, in whatever order (信息项摘要)."""
    told = "\n".join(sorted({name_key(one) for one in attributes}))
    return hashlib.sha256(told.encode()).hexdigest()


@transaction.atomic
def add_document(record: SystemRecord, title: str, file: StoredFile, *, by: Actor) -> Document:
    """Keep a paper about a system (上传文档); the file has been put into the store before.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: no title.
    """
    access.require(by, EDIT, record.system.owner)
    if not title.strip():
        raise RuleBroken("请填写文档标题。", rule="asset_inventory.document_named")
    made = Document.objects.create(
        system=record.system, title=title.strip()[:120], file=file, added_by=by.name_zh[:80]
    )
    facts = {"title": made.title, "sha256": file.sha256}
    journal.record("asset_inventory.document", actor=by.key, object=_object(record), facts=facts)
    return made


def _object(record: SystemRecord) -> tuple[str, str]:
    return ("system", record.system.code)

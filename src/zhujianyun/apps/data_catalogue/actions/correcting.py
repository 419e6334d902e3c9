"""Corrections of single values (数据校核): reported by a consumer, the person concerned, or by a conflict.

A case goes to the office that answers for the value. "Corrected" writes the right value beside the
gathered row (`resource.Override`), or a new statement of the subject's attribute; the gathered snapshot stays
what it was. ``data_catalogue.correction.corrected`` in the journal names data set, row and item, so that
whoever served the old value can find out who got it and must be told; from then on the right one is served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.queries import REQUEST
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Dataset, Mount, Resource
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.kernel.system.models import BusinessSystem

PROCESS = "data_correction"
REGION = "450000"
LONGEST = {"row_key": 200, "seen": 400, "claimed": 400, "why": 500}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What somebody says is wrong (校核内容): one item of one row, as seen and as it should be."""

    row_key: str
    item: str
    seen: str
    claimed: str
    why: str


@transaction.atomic
def report(
    entry: Resource, wrong: Wrong, *, by: Actor, key: str, office: Office | None = None,
    person: Subject | None = None, evidence: StoredFile | None = None,
) -> DataCorrection:  # fmt: skip
    """Report a value (提出校核), for an office that uses data or as the person concerned.

    The same key again gives the first report.

    Raises:
        NotAllowed: without "data_catalogue.request" at the office.
        RuleBroken: ``fields`` says what is missing; the entry has no such item.
        Conflict: the same value is being checked already.
    """
    if office is not None or person is None:
        access.require(by, REQUEST, office)
    open_key = f"correct:{by.key}:{key}"
    known = DataCorrection.objects.filter(case__open_key=open_key).first()
    if known is not None:
        return known
    item_zh = _checked(entry, wrong)
    dataset = _dataset(entry, wrong.item)
    name = office.name if office else by.name_zh
    facts = {
        "value_key": _value_key(entry.code, wrong.row_key, wrong.item), "entry_code": entry.code,
        "entry_title": entry.title, "dataset": dataset.code if dataset else "", "row_key": wrong.row_key.strip(),
        "item": wrong.item, "item_zh": item_zh, "seen": wrong.seen, "claimed": wrong.claimed, "why": wrong.why,
        "reporter_name": name,
    }  # fmt: skip
    opened = _opened(entry.provider, f"{entry.title}：{item_zh}", facts, by, open_key, office, person)
    if opened.was_open:
        raise Conflict(
            f"这个值正在校核（{opened.number}），结果出来后会更正，不必重复提出。",
            rule="correction.under_way", number=opened.number,
        )  # fmt: skip
    source = DataCorrection.Source.CONSUMER if office else DataCorrection.Source.PERSON
    row = DataCorrection.objects.create(
        case=opened, source=source, resource=entry, dataset=dataset, row_key=wrong.row_key.strip(),
        item=wrong.item, provider=entry.provider, reporter=office,
    )  # fmt: skip
    step(row, "report", by, documents=[case.Attached("证据", evidence.name, evidence)] if evidence else [])
    return row


@transaction.atomic
def open_conflict(
    subject: Subject, attribute: str, provider: Office, systems: tuple[str, ...], *, key: str
) -> DataCorrection | None:
    """Open a check because two systems do not agree (系统比对立案); None while one is open.

    ``systems`` are the codes of the systems. Values stay where they are: with the subject.
    """
    value_key = f"subject|{subject.uid}|{attribute}"
    if Case.objects.filter(process=PROCESS, unique_key=value_key, settled=False, ended=False).exists():
        return None
    said = "、".join(systems)
    facts = {
        "value_key": value_key, "entry_title": "主体库", "row_key": subject.uid, "item": attribute,
        "item_zh": ATTRIBUTES_ZH.get(attribute, attribute), "why": f"{said} 对同一属性给出不同的值",
        "reporter_name": "系统比对",
    }  # fmt: skip
    title = f"主体属性不一致：{facts['item_zh']}"
    opened = _opened(provider, title, facts, SYSTEM, f"conflict:{key}", None, None)
    known = DataCorrection.objects.filter(case=opened).first()
    if known is not None:
        return known
    row = DataCorrection.objects.create(
        case=opened, source=DataCorrection.Source.CONFLICT, row_key=subject.uid, item=attribute,
        provider=provider, subject=subject, attribute=attribute, systems=list(systems),
    )  # fmt: skip
    step(row, "report", SYSTEM)
    return row


ATTRIBUTES_ZH = {
    "name": "名称", "status": "登记状态", "legal_representative": "法定代表人", "capital": "注册资本", "address": "住所",
    "qualification": "资质", "safety_licence": "安全生产许可证", "registration": "注册情况", "marriage": "婚姻状况",
    "employment": "就业情况", "approval": "审批情况", "invest_code": "投资代码", "building_permit": "施工许可",
    "drawing_review": "施工图审查", "completion": "竣工验收",
}  # fmt: skip


@transaction.atomic
def correct(row: DataCorrection, value: str, *, by: Actor, ground: str, expected: int) -> DataCorrection:
    """Put the value right (更正): what was found is said, and the right value written at once.

    Raises:
        RuleBroken: without value or ground; the value is what stood there.
    """
    subject = row.case.facts.get("subject", {})
    if value.strip() and value.strip() == str(subject.get("seen") or "").strip():
        raise RuleBroken("更正后的值与原值相同；原值无误的，请办理“维持原值”。", rule="correction.same")
    if len(value) > LONGEST["claimed"]:
        raise RuleBroken(f"更正后的值不能超过 {LONGEST['claimed']} 字。", rule="correction.length")
    if row.dataset is not None and value.strip():
        resources.check_value(row.dataset, column_of(row), value.strip())
    step(row, "correct", by, expected=expected, facts={"action": {"value": value.strip(), "ground": ground}})
    _apply(row, by)
    return row


def uphold(row: DataCorrection, *, by: Actor, reason: str, expected: int) -> DataCorrection:
    """Keep the value, with the reason (维持原值)."""
    step(row, "uphold", by, expected=expected, reason=reason)
    return row


def carry_out(event: journal.Entry) -> None:
    """The effect of "correct" (更正效果): also when the act came by the general page. Twice changes nothing."""
    row = DataCorrection.objects.select_related("case", "dataset", "subject", "provider").get(
        case=event.case_id
    )
    _apply(row, SYSTEM)


def _apply(row: DataCorrection, by: Actor) -> None:
    """Write the value that was decided last, and tell the journal; once for each decision."""
    taken = Step.objects.filter(case=row.case_id, action="correct").order_by("-seq").first()
    if taken is None or taken.pk == row.applied_event:
        return
    value = str(taken.facts.get("value", ""))
    if row.dataset is not None:
        _override(row, row.dataset, value, by)
    elif row.subject is not None:
        _state(row, row.subject, value)
    row.applied_event = taken.pk
    row.save(update_fields=["applied_event"])
    open_key = _key_is_public(row)
    facts = {
        "entry": row.resource.code if row.resource else "", "dataset": row.dataset.code if row.dataset else "",
        "item": row.item, "subject": row.subject.uid if row.subject else "", "attribute": row.attribute,
        "row_key": row.row_key if open_key else None, "case": row.case.number,
    }  # fmt: skip
    journal.record(
        "data_catalogue.correction.corrected", actor=by.key, object=("correction", row.case.number or ""),
        case_id=row.case_id, facts=facts, private={"row_key": row.row_key, "value": value},
    )  # fmt: skip


def _override(row: DataCorrection, dataset: Dataset, value: str, by: Actor) -> None:
    was = str(row.case.facts.get("subject", {}).get("seen") or "")
    resources.put_right(
        dataset, row.row_key, column_of(row), value, was=was, case_number=row.case.number or "",
        case_id=row.case_id, by=by,
    )  # fmt: skip


def column_of(row: DataCorrection) -> str:
    """The column of the data set that the item stands for (对应的列): by the mount that binds it, the newest first."""
    mounts = Mount.objects.filter(resource=row.resource, dataset=row.dataset).order_by("-pk")
    found = next((one.binding[row.item] for one in mounts if row.item in one.binding), row.item)
    return str(found)


def follow_landing(entries: list[journal.Entry]) -> None:
    """A source that now delivers the right value needs no correction any more (数源改正后更正值失效)."""
    for code in {entry.object_id for entry in entries}:
        dataset = Dataset.objects.filter(code=code).first()
        if dataset is not None:
            resources.settle(dataset, by=SYSTEM)


def _state(row: DataCorrection, subject: Subject, value: str) -> None:
    """The owner's own system says it anew: a later statement, the former stays to be read."""
    source = BusinessSystem.objects.filter(code__in=row.systems[:1]).first()
    if source is not None:
        subjects.state(
            subject, {row.attribute: value}, source=source, by=SYSTEM, valid_from=clock.today(), trust=4
        )


def _key_is_public(row: DataCorrection) -> bool:
    """Whether the key of the row may stand in the journal for good: no personal item is part of it."""
    if row.dataset is None or row.resource is None:
        return row.subject is not None
    personal = {item.code for item in edition_now(row.resource).item_list if item.sensitivity}
    mounts = Mount.objects.filter(resource=row.resource, dataset=row.dataset)
    named = {column: code for mount in mounts for code, column in mount.binding.items()}
    return all(named.get(column) not in (None, *personal) for column in row.dataset.key)


def follow_conflicts(entries: list[journal.Entry]) -> None:
    """Two systems in conflict on one attribute open a check by themselves (来源矛盾自动立案)."""
    for entry in entries:
        facts = entry.facts_dict
        subject = Subject.objects.filter(uid=entry.object_id).first()
        systems = tuple(str(facts[name]) for name in ("owner", "other") if facts.get(name))
        if subject is None or not facts.get("attribute") or not systems:
            continue
        owner = BusinessSystem.objects.select_related("owner").filter(code=systems[0]).first()
        provider = owner.owner if owner else Office.objects.get(code=REGION)
        open_conflict(subject, str(facts["attribute"]), provider, systems, key=str(entry.pk))


def step(
    row: DataCorrection, name: str, by: Actor, *, expected: int | None = None,
    facts: Mapping[str, Any] | None = None, reason: str = "", documents: Sequence[Any] = (),
) -> Case:  # fmt: skip
    """One act on the case of a correction (办理); ``expected`` is the version that the page showed."""
    found = Case.objects.get(pk=row.case_id)
    version = found.version if expected is None else expected
    key = f"{found.pk}:{version}:{name}:{by.key}"
    case.act(found, name, by=by, expected_version=None if by.kind == "system" else version, key=key, facts=facts,
             documents=documents, reason=reason)  # fmt: skip
    row.case = found
    return found


def _opened(
    provider: Office, title: str, facts: Mapping[str, Any], by: Actor, key: str, office: Office | None,
    person: Subject | None,
) -> Case:  # fmt: skip
    parties: dict[str, Any] = {"consumer_head": office} if office else {}
    if person is not None:
        parties["person"] = person
    return case.open_(
        PROCESS, by=by, office=provider, applicant=person, division_code=provider.division_code or REGION,
        title=title[:200], facts={"subject": dict(facts)}, key=key[:120], parties=parties,
    )  # fmt: skip


def _checked(entry: Resource, wrong: Wrong) -> str:
    """The Chinese name of the item, when the report can be taken."""
    if entry.state != Resource.State.PUBLISHED:
        raise RuleBroken("该资源目录已撤销，请向数据提供单位反映。", rule="correction.published")
    items = {item.code: item.zh for item in edition_now(entry).item_list}
    needed = {"row_key": "请填写记录标识，例如证书编号或项目代码", "why": "请写明理由和证据"}
    faults = {name: said for name, said in needed.items() if not getattr(wrong, name).strip()}
    faults |= {
        name: f"不能超过 {most} 字" for name, most in LONGEST.items() if len(getattr(wrong, name)) > most
    }
    if wrong.item not in items:
        faults["item"] = "请从列表中选择信息项"
    if not wrong.seen.strip() and not wrong.claimed.strip():
        faults["claimed"] = "请填写所见值或主张值"
    elif wrong.seen.strip() == wrong.claimed.strip():
        faults["claimed"] = "主张值与所见值相同"
    if faults:
        raise RuleBroken("；".join(faults.values()) + "。", rule="correction.reported", fields=faults)
    return items[wrong.item]


def _value_key(*parts: str) -> str:
    return "|".join(part.strip() for part in parts)


def _dataset(entry: Resource, item: str) -> Dataset | None:
    rows = Mount.objects.filter(resource=entry, kind=Mount.Kind.TABLE, state=Mount.State.MOUNTED)
    return next((one.dataset for one in rows.select_related("dataset") if item in one.binding), None)

"""Editing the catalogue as a case (目录编制): drafts, submission, review, publication.

An entry in force stays in force while the next edition is worked upon; the draft lies in the app's
own table until the case publishes it through the kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.apps.data_catalogue.queries import EDIT, PUBLISH
from zhujianyun.apps.data_catalogue.rules import diff
from zhujianyun.apps.data_catalogue.rules.lints import uscc_problem
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import coding
from zhujianyun.kernel.resource.actions.editions import problems
from zhujianyun.kernel.resource.models import Edition, Resource
from zhujianyun.kernel.system.models import BusinessSystem

PROCESS = "catalogue_edit"
REGION = "450000"
CONTENT = tuple(name for name in diff.FIELDS_ZH if name != "title")
OPEN_STATES = ("draft", "submitted", "returned", "publishing")
EDITABLE = ("draft", "returned")


@transaction.atomic
def start_new(
    class_code: str, title: str, provider: Office, *, by: Actor, system: BusinessSystem | None = None,
    code: str = "", content: Mapping[str, Any] | None = None, items: Sequence[Mapping[str, Any]] = (),
) -> EntryDraft:  # fmt: skip
    """Begin a new entry (新编目录): its code is the next of the class unless one is given.

    Raises:
        NotAllowed: without "data_catalogue.edit" at the provider's office.
        RuleBroken: a malformed code, one that was ever used, or no title.
    """
    access.require(by, EDIT, provider)
    if not title.strip():
        raise RuleBroken("请填写目录名称。", rule="data_catalogue.title")
    code = coding.scheme().check(code) if code else next_code(class_code)
    if code in _used(code.partition("/")[0]):
        raise RuleBroken(f"资源代码 {code} 已被使用，撤销后也不再使用，请换一个。", rule="resource.code_once")
    row = EntryDraft(
        kind=EntryDraft.Kind.NEW, code=code, provider=provider, system=system, title=title.strip(),
        content=dict(content or {}), items=[dict(item) for item in items],
    )  # fmt: skip
    return _opened(row, clock.today(), by)


@transaction.atomic
def start_revision(resource: Resource, *, by: Actor, changed_on: date | None = None) -> EntryDraft:
    """Begin the next edition of an entry (修订目录); a revision under way is given back.

    ``changed_on`` is the day on which the world changed: from it the time for updating runs.

    Raises:
        NotAllowed: without "data_catalogue.edit" at the provider's office.
        RuleBroken: the entry is not published.
    """
    return _started(resource, EntryDraft.Kind.REVISE, by, changed_on or clock.today())


@transaction.atomic
def start_withdrawal(resource: Resource, *, by: Actor, reason: str) -> EntryDraft:
    """Ask for an entry to be withdrawn (申请撤销目录).

    Raises:
        NotAllowed: without "data_catalogue.edit" at the provider's office.
        RuleBroken: not published, edited by somebody, or no reason.
    """
    if not reason.strip():
        raise RuleBroken("请写明撤销原因。", rule="resource.withdraw_reason")
    row = _started(resource, EntryDraft.Kind.WITHDRAW, by, clock.today())
    if row.kind != EntryDraft.Kind.WITHDRAW:
        raise RuleBroken("该目录正在修订，请先完成或放弃修订再撤销。", rule="data_catalogue.one_at_a_time")
    row.reason = reason.strip()[:300]
    row.save(update_fields=["reason"])
    return row


def _started(resource: Resource, kind: str, by: Actor, changed_on: date) -> EntryDraft:
    access.require(by, EDIT, resource.provider)
    present = EntryDraft.objects.filter(resource=resource, case__state__in=OPEN_STATES).first()
    if present is not None:
        return present
    if resource.state != Resource.State.PUBLISHED:
        raise RuleBroken(
            f"该目录现为“{resource.get_state_display()}”，不能修订或撤销。", rule="data_catalogue.published"
        )
    edition = Edition.objects.get(resource=resource, number=resource.edition)
    row = EntryDraft(
        kind=kind, resource=resource, code=resource.code, provider=resource.provider, system=resource.system,
        title=edition.title, content=content_of(edition), items=edition.items, base_edition=edition.number,
    )  # fmt: skip
    return _opened(row, changed_on, by)


def content_of(edition: Edition) -> dict[str, Any]:
    """The metadata of an edition without title and items (版本元数据)."""
    return {name: getattr(edition, name) for name in CONTENT}


def next_code(class_code: str) -> str:
    """The next free code of a class (下一个资源代码): withdrawn entries and drafts keep theirs.

    Raises:
        RuleBroken: for a malformed class code.
    """
    taken = [int(code.partition("/")[2]) for code in _used(class_code)]
    return coding.scheme().generate(class_code, max(taken, default=0) + 1)


def _used(class_code: str) -> set[str]:
    known = Resource.objects.filter(code__startswith=f"{class_code}/").values_list("code", flat=True)
    drafts = EntryDraft.objects.filter(code__startswith=f"{class_code}/").exclude(case__state="dropped")
    return {*known, *drafts.values_list("code", flat=True)}


def _opened(row: EntryDraft, changed_on: date, by: Actor) -> EntryDraft:
    if changed_on > clock.today():
        raise RuleBroken("变化日期不能晚于今天。", rule="data_catalogue.changed_on")
    facts = {
        "code": row.code, "title": row.title, "provider_name": row.provider.name, "kind": str(row.kind),
        "base_edition": row.base_edition, "changed_on": changed_on,
    }  # fmt: skip
    row.case = case.open_(
        PROCESS, by=by, office=row.provider, applicant=None, title=f"{row.get_kind_display()}：{row.title}",
        division_code=REGION, facts={"subject": facts},
    )  # fmt: skip
    row.changed_by = by.key
    row.save()
    facts_told = {"kind": str(row.kind), "case": row.case_id}
    journal.record("data_catalogue.draft", actor=by.key, object=("resource", row.code), facts=facts_told)
    return row


@transaction.atomic
def save(
    row: EntryDraft, *, title: str, content: Mapping[str, Any], items: Sequence[Mapping[str, Any]], by: Actor,
    expected: int, valid_from: date | None = None, reason: str = "",
) -> EntryDraft:  # fmt: skip
    """Keep what was written so far (保存编制稿); it may be incomplete.

    Raises:
        NotAllowed: without "data_catalogue.edit" at the provider's office.
        RuleBroken: submitted already; unknown metadata.
        Conflict: somebody else saved meanwhile.
    """
    access.require(by, EDIT, row.provider)
    held = EntryDraft.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
    if held.case.state not in EDITABLE:
        raise RuleBroken("编制稿已提交审核，不能再改；需要修改请先退回。", rule="data_catalogue.editable")
    if held.version != expected:
        who = "、".join(people.names_of([held.changed_by]).values()) or "他人"
        raise Conflict(
            f"{who}刚保存过这份编制稿，您的修改没有写入。请核对最新内容后重新填写。",
            rule="data_catalogue.draft_version", expected=expected, found=held.version,
        )  # fmt: skip
    if unknown := sorted(set(content) - set(CONTENT)):
        raise RuleBroken(f"没有元数据 {'、'.join(unknown)}。", rule="data_catalogue.content")
    held.title, held.content, held.items = title.strip(), dict(content), [dict(item) for item in items]
    held.valid_from, held.reason = valid_from, reason.strip()[:300]
    held.version, held.changed_at, held.changed_by = held.version + 1, clock.now(), by.key
    held.save()
    journal.record(
        "data_catalogue.save", actor=by.key, object=("resource", held.code), facts={"version": held.version}
    )
    return held


def faults_of(row: EntryDraft) -> list[str]:
    """What must be mended before the draft can be submitted, as sentences (编制稿检查)."""
    if row.kind == EntryDraft.Kind.WITHDRAW:
        return [] if row.reason.strip() else ["请写明撤销原因"]
    found = problems(row.draft)
    if problem := uscc_problem(str(row.content.get("extras", {}).get("provider_uscc", ""))):
        found.append(problem)
    known = set(Resource.objects.filter(code__in=row.draft.related).values_list("code", flat=True))
    found += [f"关联资源代码 {code} 不存在" for code in row.draft.related if code not in known]
    if row.valid_from and row.valid_from < clock.today() and row.base_edition and not row.reason.strip():
        found.append("生效日期早于今天属于追溯更正，请写明变更说明")
    return found


def changes_of(row: EntryDraft) -> list[diff.Change]:
    """What the draft changes against the edition it started from (编制稿变化)."""
    edition = Edition.objects.filter(resource=row.resource_id, number=row.base_edition).first()
    before = {"title": edition.title, "items": edition.items, **content_of(edition)} if edition else {}
    draft = asdict(row.draft)
    return diff.changes(before, {**draft, "items": row.items})


def submit(row: EntryDraft, *, by: Actor) -> EntryDraft:
    """Hand the draft in for review (提交审核).

    Raises:
        RuleBroken: naming everything that must be mended first.
        Conflict: the entry was published anew meanwhile.
    """
    if found := faults_of(row):
        raise RuleBroken("；".join(found) + "。", rule="data_catalogue.draft", problems=found)
    _still_current(row)
    _act(row, "submit", by, facts={"action": {"changes": diff.told(changes_of(row))}})
    return row


def send_back(row: EntryDraft, *, by: Actor, reason: str) -> EntryDraft:
    """Return a draft to its editor (退回修改)."""
    _act(row, "return", by, reason=reason)
    return row


def drop(row: EntryDraft, *, by: Actor) -> EntryDraft:
    """Give a draft up (放弃编制): a new entry's code is free again, since it was never published."""
    _act(row, "drop", by)
    return row


@transaction.atomic
def publish(row: EntryDraft, *, by: Actor) -> EntryDraft:
    """Pass the review and publish at once (审核通过并发布).

    Raises:
        NotAllowed: without "data_catalogue.publish" at the provider's office.
        Conflict: another edition was published meanwhile; return the draft then.
        RuleBroken: the kernel's rules do not allow the draft.
    """
    access.require(by, PUBLISH, row.provider)
    _still_current(row)
    _act(row, "publish", by)
    _release(row)
    _act(row, "done", SYSTEM)
    return row


def carry_out(event: journal.Entry) -> None:
    """The effect of "publish" (发布效果): publishes what the case holds; twice changes nothing.

    What cannot be published goes back to its editor with the reason.
    """
    row = EntryDraft.objects.select_related("case", "resource", "provider").get(case=event.case_id)
    if row.case.state != "publishing":
        return
    try:
        with transaction.atomic():
            _release(row)
    except RuleBroken as error:
        row.refused = error.message_zh[:500]
        row.save(update_fields=["refused"])
        _act(row, "refuse", SYSTEM, reason=error.message_zh[:200])
        return
    _act(row, "done", SYSTEM)


def _release(row: EntryDraft) -> None:
    if row.kind == EntryDraft.Kind.WITHDRAW:
        resources.withdraw(_entry(row), by=SYSTEM, reason=row.reason)
        return
    entry = row.resource or resources.enter(row.code, row.title, row.provider, by=SYSTEM, system=row.system)
    resources.publish(
        entry, row.draft, by=SYSTEM, valid_from=row.valid_from, reason=row.reason, expected=row.base_edition
    )
    row.resource, row.refused = entry, ""
    row.save(update_fields=["resource", "refused"])


def _entry(row: EntryDraft) -> Resource:
    return Resource.objects.select_related("provider").get(pk=row.resource_id or 0)


def _still_current(row: EntryDraft) -> None:
    if row.resource_id is None:
        return
    found = _entry(row).edition
    if found != row.base_edition:
        raise Conflict(
            f"该目录已由他人发布到第 {found} 版，请放弃这份编制稿，在新版本上重新修改。",
            rule="resource.edition", expected=row.base_edition, found=found,
        )  # fmt: skip


def _act(
    row: EntryDraft, name: str, by: Actor, *, facts: Mapping[str, Any] | None = None, reason: str = ""
) -> Case:
    found = Case.objects.get(pk=row.case_id)
    key = f"{found.pk}:{found.version}:{name}"
    case.act(found, name, by=by, expected_version=found.version, key=key, facts=facts, reason=reason)
    row.case = found
    return found

"""Drafts (草稿): started, saved every few seconds, resumed elsewhere, given up. Nothing typed is refused.

A saving says upon which version it builds. Another version in between is a conflict that names when and
by whom; the applicant chooses which text to keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.applying import fields, services
from zhujianyun.ui.hall.models import Application
from zhujianyun.ui.hall.people import account
from zhujianyun.ui.hall.visiting import Visitor

MOST_OPEN = 50
LONGEST_REASON = 2000
NOT_YOURS_ZH = "没有这份申请，或您无权查看。请从“我的办件”进入。"


@dataclass(slots=True)
class Body:
    """What a draft holds (草稿内容): text by fact, the place of the work, the reason of an act."""

    values: dict[str, str] = field(default_factory=dict)
    place: str = ""
    reason: str = ""
    saved_by: str = ""

    def as_bytes(self) -> str:
        """As it is sealed."""
        return orjson.dumps(
            {"values": self.values, "place": self.place, "reason": self.reason, "saved_by": self.saved_by}
        ).decode()


def visible(visitor: Visitor) -> QuerySet[Application]:
    """The drafts that somebody may see (可见草稿): of himself, and of the enterprises he acts for."""
    return Application.objects.filter(subject_id__in=visitor.subject_ids).select_related(
        "subject", "applicant__subject", "case"
    )


def find(visitor: Visitor, uid: str) -> Application:
    """A draft that he may see (查草稿).

    Raises:
        NotFound: none such, or not his: the two are not told apart.
    """
    row = visible(visitor).filter(uid=uid).first()
    if row is None or (row.subject_id == visitor.applicant.subject_id and row.applicant_id != visitor.applicant.pk):  # fmt: skip
        raise NotFound(NOT_YOURS_ZH, rule="hall.application")
    return row


def start(visitor: Visitor, process: str, values: Mapping[str, str] | None = None) -> Application:
    """Begin an application in the name in which the visitor acts now (开始申请).

    Raises:
        NotFound: no such service; RuleBroken: too many drafts lie open.
    """
    service = services.service(process, clock.today())
    open_ones = Application.objects.filter(applicant=visitor.applicant, handed_in_at=None, dropped_at=None)
    if open_ones.count() >= MOST_OPEN:
        raise RuleBroken(
            f"您已有 {MOST_OPEN} 份未提交的草稿，请先提交或放弃一些。", rule="hall.too_many_drafts"
        )
    body = Body({**_contact(visitor, service), **(values or {})}, saved_by=visitor.applicant.subject.name)
    row = Application(
        applicant=visitor.applicant, subject=visitor.subject, process=process, action=service.entry.name
    )
    _seal(row, body)
    with transaction.atomic():
        row.save(force_insert=True)
        _note("hall.application.start", visitor, row)
    return row


def for_act(visitor: Visitor, case: Case, action: str) -> Application:
    """What is being prepared for an act on a case (办件后续办理), begun when there is none yet."""
    known = Application.objects.filter(
        applicant=visitor.applicant, case=case, action=action, handed_in_at=None, dropped_at=None
    ).first()
    if known is not None:
        return known
    row = Application(
        applicant=visitor.applicant, subject_id=case.applicant_id, process=case.process, action=action,
        case=case, title=case.title,
    )  # fmt: skip
    _seal(row, Body(saved_by=visitor.applicant.subject.name))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the other tab was faster
        return Application.objects.get(
            applicant=visitor.applicant, case=case, action=action, handed_in_at=None, dropped_at=None
        )
    return row


def body_of(row: Application) -> Body:
    """The text of a draft (草稿内容)."""
    text = keeping.unseal(row.uid, "body", row.body)
    return Body(**orjson.loads(text)) if text else Body()


def posted(data: Mapping[str, Any]) -> Body:
    """The text of a post (提交的内容)."""
    return Body(
        fields.typed(data),
        place=str(data.get("place", ""))[:6],
        reason=keeping.unseen_removed(str(data.get("reason", "")))[:LONGEST_REASON],
    )


@transaction.atomic
def save(row: Application, body: Body, visitor: Visitor, version: int | None) -> Application:
    """Save a draft upon a version; None saves over whatever is there (保存草稿).

    Raises:
        Conflict: saved elsewhere meanwhile; RuleBroken: handed in or given up already.
    """
    now_there = Application.objects.select_for_update().get(pk=row.pk)
    require_open(now_there)
    if version is not None and version != now_there.version:
        other = body_of(now_there)
        at = clock.local(now_there.saved_at)
        raise Conflict(
            f"这份申请已于 {at:%Y-%m-%d %H:%M} 在另一个窗口由{other.saved_by}保存，与您现在填写的不同。"
            "请选择保留哪一份。",
            rule="hall.draft_version",
            version=now_there.version,
        )
    body.saved_by = visitor.applicant.subject.name
    _seal(now_there, body)
    now_there.version += 1
    now_there.saved_at = clock.now()
    now_there.save(update_fields=["body", "title", "version", "saved_at"])
    row.version, row.body, row.title, row.saved_at = (
        now_there.version, now_there.body, now_there.title, now_there.saved_at,
    )  # fmt: skip
    return row


@transaction.atomic
def drop(row: Application, visitor: Visitor) -> None:
    """Give a draft up (放弃草稿): its text and files go.

    Raises:
        RuleBroken: handed in or given up already.
    """
    now_there = Application.objects.select_for_update().get(pk=row.pk)
    require_open(now_there)
    now_there.files.all().delete()
    now_there.uploads.all().delete()
    now_there.body, now_there.dropped_at = b"", clock.now()
    now_there.save(update_fields=["body", "dropped_at"])
    _note("hall.application.drop", visitor, now_there)


def require_open(row: Application) -> None:
    """Go on only while it is neither handed in nor given up (须为未提交).

    Raises:
        RuleBroken: with what to do instead.
    """
    if row.handed_in_at:
        raise RuleBroken("这份申请已经提交，不能再修改。请到“我的办件”查看进度。", rule="hall.handed_in")
    if row.dropped_at:
        raise RuleBroken("这份草稿已放弃，请重新开始申请。", rule="hall.dropped")


def _contact(visitor: Visitor, service: services.Service) -> dict[str, str]:
    """Who and how to call him, filled in beforehand."""
    found = {}
    for name, fact in service.definition.facts.items():
        if fact.personal and name.endswith("contact_name"):
            found[name] = visitor.applicant.subject.name
        elif fact.personal and name.endswith("contact_phone"):
            found[name] = account.phone_of(visitor.applicant)
    return found


def _seal(row: Application, body: Body) -> None:
    row.body = keeping.seal(row.uid, "body", body.as_bytes())
    if row.case_id is None:
        named = next((v for k, v in body.values.items() if k.endswith("project_name")), "")
        row.title = named[:200]


def _note(verb: str, visitor: Visitor, row: Application) -> None:
    facts = {"process": row.process, "subject": row.subject.uid}
    journal.record(verb, actor=visitor.applicant.key, object=("application", row.uid), facts=facts)

"""The form of one action (办理表单): what it asks, what it leads to, what was typed and what was wrong.

The engine judges; this only carries. Files that were taken in stay taken in when the act is
refused: a signed token stands for them, so that nobody has to choose them again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from zhujianyun.base import clock, files
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import Attached, Offer
from zhujianyun.kernel.case.definition.model import APPLICANT, Action, Definition, Fact, signers
from zhujianyun.kernel.case.dossier import Dossier
from zhujianyun.kernel.case.engine import checks
from zhujianyun.ui.workbench import consequences, supplement

REASON = "理由"
EXTEND = "extend:"
SALT = "workbench.kept_file"


@dataclass(slots=True)
class FactField:
    """A declared fact of the action (填报项)."""

    fact: Fact
    value: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"fact:{self.fact.name}"

    @property
    def key(self) -> str:
        """Its name as the engine's faults give it."""
        return self.fact.name.removeprefix("action.")

    @property
    def is_long(self) -> bool:
        """Whether it takes more than a line: what an officer writes in an act, and lists."""
        return self.fact.type == "list" or self.fact.type == "text" and self.fact.name.startswith("action.")

    @property
    def said(self) -> str:
        """What was typed, as a person reads it: a choice by its Chinese name."""
        return {"true": "是", "false": "否", **dict(self.fact.choices)}.get(self.value, self.value)


@dataclass(slots=True)
class PaperField:
    """A document the action needs (所需材料): a file, or the statement that the original was seen."""

    kind: str
    has_already: bool = False
    seen: bool = False
    kept: str = ""  # signed token of a file taken in before
    kept_name: str = ""
    error: str = ""


@dataclass(slots=True)
class PeopleField:
    """Who signs or approves (签署人、批准人)."""

    name: str
    zh: str
    count: int
    choices: list[Account]
    chosen: tuple[str, ...] = ()
    is_self: bool = False


@dataclass(slots=True)
class ActForm:
    """The form of one action for one officer (办理表单)."""

    offer: Offer
    version: int
    key: str
    facts: list[FactField] = field(default_factory=list)
    papers: list[PaperField] = field(default_factory=list)
    people: list[PeopleField] = field(default_factory=list)
    needs_reason: bool = False
    reason: str = ""
    error: str = ""
    is_open: bool = False
    gaps: supplement.Composer | None = None
    doc: str = ""  # the paper that the act issues
    effects: list[tuple[str, list[str]]] = field(default_factory=list)
    may_backdate: bool = False
    for_zh: str = ""  # for whom the officer would act
    done_at: str = ""  # as the browser writes it: 2020-03-05T14:30
    done_at_error: str = ""

    @property
    def id(self) -> str:
        """An id for the page."""
        return self.offer.action.replace(":", "-")


def fresh_key() -> str:
    """An idempotency key for one showing of a form (幂等键)."""
    return f"workbench:{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the forms of one page have in common (办理台): read once, asked by every form."""

    dossier: Dossier
    definition: Definition
    by: Actor
    holders: dict[str, list[Account]]
    stood_in_for: dict[str, str]  # account key → name

    @classmethod
    def set_up(cls, dossier: Dossier, definition: Definition, by: Actor, offers: Iterable[Offer]) -> Desk:
        """With everybody who may be named in one of the forms, in one query at most."""
        codes = {f"{definition.app}.{role}" for one in offers for role in _named(dossier, definition, one)}
        found = people.holders_of(codes, dossier.case.office_id) if codes else {}
        return cls(dossier, definition, by, found, people.names_of(set(by.substitutes.values())))

    def action(self, offer: Offer) -> Action | None:
        """The action of the definition behind an offer; an extension has none."""
        return self.definition.action(self.dossier.case.state, offer.action)

    def is_mine(self, role: str) -> bool:
        """Whether the officer holds a role here."""
        return access.holds(self.by, f"{self.definition.app}.{role}", self.dossier.case.office_id)


def blank(desk: Desk, offer: Offer) -> ActForm:
    """The empty form of an action (空白表单)."""
    case, action = desk.dossier.case, desk.action(offer)
    asked = {fact.zh for fact in offer.facts} | {fact.name.removeprefix("action.") for fact in offer.facts}
    ready = desk.dossier.ready()
    papers = [one for one in offer.need if one != REASON and one not in asked]
    gaps = supplement.composer(desk.dossier, desk.definition, action) if action else None
    return ActForm(
        offer=offer,
        version=case.version,
        key=fresh_key(),
        facts=[FactField(fact) for fact in offer.facts if not gaps or fact.name != gaps.fact],
        papers=[PaperField(kind, kind in ready) for kind in papers],
        people=[*_signers(desk, offer), *_approvers(desk, offer)],
        needs_reason=offer.asks_reason or offer.action.startswith(EXTEND),
        gaps=gaps,
        doc=_doc(desk, offer),
        for_zh=_for_zh(desk, action) if action else "",
        effects=consequences.of(desk.definition, case, action) if action else [],
        may_backdate=bool(action)
        and access.allows(desk.by, checks.BACKDATE, case.office_id)
        and case.state != desk.definition.initial,
    )


def filled(form: ActForm, data: Mapping[str, Any], uploads: MultiValueDict) -> ActForm:
    """The form with what was typed (已填表单); files are taken into the store, faults noted beside them."""
    form.reason = data.get("reason", "").strip()
    form.key = data.get("key") or form.key
    if data.get("version", "").isdigit():
        form.version = int(data["version"])
    form.is_open = True
    for one in form.facts:
        one.value = data.get(one.name, "").strip()
    for person in form.people:
        person.chosen = tuple(data.getlist(person.name)) if hasattr(data, "getlist") else ()
    form.done_at = data.get("done_at", "").strip()
    if form.gaps:
        form.gaps.fill(data)
    for paper in form.papers:
        fill_paper(paper, data, uploads)
    return form


def fill_paper(paper: PaperField, data: Mapping[str, Any], uploads: MultiValueDict) -> None:
    """Take in the file of a document field, or the statement that the original was seen (收材料)."""
    paper.seen = data.get(f"seen:{paper.kind}") == "on"
    _take_in(paper, uploads.get(f"file:{paper.kind}"), data.get(f"kept:{paper.kind}", ""))


def _take_in(paper: PaperField, upload: UploadedFile | None, token: str) -> None:
    if upload is None:
        paper.kept, paper.kept_name = _known(token)
        return
    try:
        stored = files.put(upload.chunks(), name=upload.name or "", size=upload.size)
    except PlatformError as error:
        paper.error = error.message_zh
        return
    paper.kept, paper.kept_name = signing.dumps(stored.pk, salt=SALT), stored.name


def _known(token: str) -> tuple[str, str]:
    try:
        stored = files.StoredFile.objects.get(pk=signing.loads(token, salt=SALT, max_age=86_400))
    except (signing.BadSignature, files.StoredFile.DoesNotExist):
        return "", ""
    return token, stored.name


def facts_of(form: ActForm) -> dict[str, Any]:
    """What was filled in, as the engine takes it (填报内容)."""
    given = {one.key: plain_of(one) for one in form.facts if one.value}
    if form.gaps and form.gaps.fact and form.gaps.text:
        given[form.gaps.fact.removeprefix("action.")] = form.gaps.text
    return {"action": given} if given else {}


def reason_of(form: ActForm) -> str:
    """The reason, or the composed notice where the action asks for nothing else (理由)."""
    if form.gaps and not form.gaps.fact and form.gaps.text:
        return "\n".join(filter(None, (form.reason, form.gaps.text)))
    return form.reason


def done_at_of(form: ActForm) -> datetime | None:
    """When it was done, for an act entered afterwards (补录的办理时间).

    Raises:
        RuleBroken: not a time.
    """
    if not form.done_at:
        return None
    try:
        given = datetime.fromisoformat(form.done_at)
    except ValueError as error:
        raise RuleBroken("补录的办理时间不是有效的日期和时间，请改正。", rule="case.backdate") from error
    return clock.at_local(given.date(), given.hour, given.minute)


def plain_of(one: FactField) -> Any:
    """A value as the engine takes it (填报值); what was emptied is nothing."""
    if not one.value:
        return None
    if one.fact.type == "bool":
        return one.value == "true"
    if one.fact.type == "list":
        return [line.strip() for line in one.value.splitlines() if line.strip()]
    return one.value


def documents_of(form: ActForm) -> list[Attached]:
    """What was handed in (提交材料)."""
    return attached_of(form.papers)


def attached_of(papers: Iterable[PaperField]) -> list[Attached]:
    """The documents behind the fields of a form (表单材料)."""
    found = []
    for paper in papers:
        if paper.kept:
            stored = files.StoredFile.objects.get(pk=signing.loads(paper.kept, salt=SALT))
            found.append(Attached(paper.kind, stored.name, stored, stored.sha256))
        elif paper.seen:
            found.append(Attached(paper.kind, "已核对纸质原件"))
    return found


def faults(form: ActForm, error: PlatformError) -> None:
    """Put a refusal beside the field it concerns, the sentence above the form (标出错误)."""
    form.error = error.message_zh
    fields = error.details.get("fields") or {}
    for one in form.facts:
        one.error = fields.get(one.key, fields.get(one.fact.name, ""))
    if form.gaps and form.gaps.fact:
        form.gaps.error = fields.get(form.gaps.fact.removeprefix("action."), "")
    if error.rule == "case.backdate":
        form.done_at_error = error.message_zh
    for paper in form.papers:
        if paper.kind in (error.details.get("missing") or ()):
            paper.error = paper.error or f"请上传“{paper.kind}”，或勾选已核对纸质原件"


def signers_of(form: ActForm) -> list[Actor]:
    """Who signs beside the officer (会签人员)."""
    return _actors(one for person in form.people if person.name.startswith("sign:") for one in person.chosen)


def approver_of(form: ActForm) -> Actor | None:
    """Who approves a pause (批准人)."""
    found = _actors(one for person in form.people if person.name == "approver" for one in person.chosen)
    return found[0] if found else None


def _actors(ids: Any) -> list[Actor]:
    wanted = [int(one) for one in ids if one.isdigit()]
    return [access.actor(one) for one in Account.objects.filter(pk__in=wanted, is_active=True).order_by("pk")]


def _named(dossier: Dossier, definition: Definition, offer: Offer) -> set[str]:
    """The roles whose holders a form lets one choose from."""
    action = definition.action(dossier.case.state, offer.action)
    if action is None or not offer.allowed:
        return set()
    return {role for role, _ in map(signers, action.sign)} | _approving(dossier, definition, action)


def _approving(dossier: Dossier, definition: Definition, action: Action) -> set[str]:
    """Who approves the pause that an action brings."""
    if action.to == dossier.case.state:
        return set()
    names = {run.deadline for run in dossier.running()} & definition.deadlines.keys()
    return {
        pause.approver
        for name in names
        for pause in definition.deadlines[name].pauses
        if pause.state == action.to
    }


def _signers(desk: Desk, offer: Offer) -> list[PeopleField]:
    action, found = desk.action(offer), []
    for role, count in map(signers, action.sign if action else ()):
        if desk.is_mine(role) and count == 1:
            continue
        drawn = [str(one.assignee_id) for one in desk.dossier.tasks if one.role == role and one.assignee_id]
        choices = desk.holders.get(f"{desk.definition.app}.{role}", [])
        zh = f"{desk.definition.roles[role].zh}签名"
        found.append(PeopleField(f"sign:{role}", zh, count, choices, tuple(dict.fromkeys(drawn))))
    return found


def _approvers(desk: Desk, offer: Offer) -> list[PeopleField]:
    action, found = desk.action(offer), []
    for role in sorted(_approving(desk.dossier, desk.definition, action)) if action else ():
        code, office = f"{desk.definition.app}.{role}", desk.dossier.case.office_id
        if desk.is_mine(role) and not access.only_stands_in(desk.by, code, office):
            continue
        choices = [one for one in desk.holders.get(code, []) if one.pk != desk.by.account_id]
        zh = f"中止批准人（{desk.definition.roles[role].zh}）"
        found.append(PeopleField("approver", zh, 1, choices))
    return found[:1]


def _for_zh(desk: Desk, action: Action) -> str:
    """For whom an act would be done by a lent post, as `checks.acts_for` will record it."""
    case = desk.dossier.case
    for role in action.by:
        if role == APPLICANT or not desk.is_mine(role):
            continue
        code = f"{desk.definition.app}.{role}"
        whom = access.stands_in_for(desk.by, code, case.office_id)
        if access.only_stands_in(desk.by, code, case.office_id) or whom == f"account:{case.holder_id}":
            return desk.stood_in_for.get(whom, "")
        return ""
    return ""


def _doc(desk: Desk, offer: Offer) -> str:
    action = desk.action(offer)
    if action is not None:
        return action.doc or ""
    deadline = desk.definition.deadlines.get(offer.action.removeprefix(EXTEND))
    return deadline.extend.doc or "" if deadline and deadline.extend else ""


def pick_single(form: ActForm) -> None:
    """Where only one person can be meant, name him (唯一人选)."""
    for person in form.people:
        if not person.chosen and len(person.choices) == person.count:
            person.chosen = tuple(str(one.pk) for one in person.choices)


__all__ = (
    "ActForm", "Desk", "approver_of", "blank", "documents_of", "done_at_of", "facts_of", "faults", "filled",
    "fresh_key", "pick_single", "reason_of", "signers_of",
)  # fmt: skip

"""The form of one action (办理表单): what it asks, what was typed, what was wrong with it.

The engine judges; this only carries. Files that were taken in stay taken in when the act is
refused: a signed token stands for them, so that nobody has to choose them again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from zhujianyun.base import files
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import Attached, Offer
from zhujianyun.kernel.case.definition.model import Definition, Fact, signers
from zhujianyun.kernel.case.models import Case, ClockRun

REASON = "理由"
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

    @property
    def id(self) -> str:
        """An id for the page."""
        return self.offer.action.replace(":", "-")


def fresh_key() -> str:
    """An idempotency key for one showing of a form (幂等键)."""
    return f"workbench:{uuid.uuid4().hex}"


def blank(case: Case, definition: Definition, offer: Offer, by: Actor) -> ActForm:
    """The empty form of an action (空白表单)."""
    asked = {fact.zh for fact in offer.facts} | {fact.name.removeprefix("action.") for fact in offer.facts}
    ready = set(case.documents.filter(step=None).values_list("kind", flat=True)) if offer.need else set()
    papers = [one for one in offer.need if one != REASON and one not in asked]
    return ActForm(
        offer=offer,
        version=case.version,
        key=fresh_key(),
        facts=[FactField(fact) for fact in offer.facts],
        papers=[PaperField(kind, kind in ready) for kind in papers],
        people=[*_signers(case, definition, offer, by), *_approvers(case, definition, offer, by)],
        needs_reason=offer.asks_reason or offer.action.startswith("extend:"),
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
    for paper in form.papers:
        paper.seen = data.get(f"seen:{paper.kind}") == "on"
        _take_in(paper, uploads.get(f"file:{paper.kind}"), data.get(f"kept:{paper.kind}", ""))
    return form


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
    given = {one.key: _plain(one) for one in form.facts if one.value}
    return {"action": given} if given else {}


def _plain(one: FactField) -> Any:
    if one.fact.type == "bool":
        return one.value == "true"
    if one.fact.type == "list":
        return [line.strip() for line in one.value.splitlines() if line.strip()]
    return one.value


def documents_of(form: ActForm) -> list[Attached]:
    """What was handed in (提交材料)."""
    found = []
    for paper in form.papers:
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


def _signers(case: Case, definition: Definition, offer: Offer, by: Actor) -> list[PeopleField]:
    action = definition.action(case.state, offer.action)
    found = []
    for role, count in map(signers, action.sign if action else ()):
        code = f"{definition.app}.{role}"
        is_self = access.holds(by, code, case.office_id)
        if is_self and count == 1:
            continue
        drawn = case.tasks.filter(role=role, assignee__isnull=False).values_list("assignee_id", flat=True)
        choices = list(people.holders(code, case.office_id))
        found.append(
            PeopleField(
                f"sign:{role}",
                f"{definition.roles[role].zh}签名",
                count,
                choices,
                tuple(map(str, drawn)),
            )
        )
    return found


def _approvers(case: Case, definition: Definition, offer: Offer, by: Actor) -> list[PeopleField]:
    action = definition.action(case.state, offer.action)
    if action is None or action.to == case.state:
        return []
    running = set(ClockRun.objects.filter(case=case, stopped_on=None).values_list("deadline", flat=True))
    roles = {
        pause.approver
        for name in running
        if name in definition.deadlines
        for pause in definition.deadlines[name].pauses
        if pause.state == action.to
    }
    found = []
    for role in sorted(roles):
        code = f"{definition.app}.{role}"
        if not access.holds(by, code, case.office_id):
            choices = list(people.holders(code, case.office_id))
            found.append(PeopleField("approver", f"中止批准人（{definition.roles[role].zh}）", 1, choices))
    return found[:1]


def pick_single(form: ActForm) -> None:
    """Where only one person can be meant, name him (唯一人选)."""
    for person in form.people:
        if not person.chosen and len(person.choices) == person.count:
            person.chosen = tuple(str(one.pk) for one in person.choices)


__all__ = (
    "ActForm", "approver_of", "blank", "documents_of", "facts_of", "faults", "filled", "fresh_key", "pick_single",
    "signers_of",
)  # fmt: skip

"""Entering, publishing and withdrawing entries (编制、发布、撤销资源目录)."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import orjson
from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import coding
from zhujianyun.kernel.resource.items import WIDTH, Item, faults
from zhujianyun.kernel.resource.models import Edition, Resource
from zhujianyun.kernel.system.models import BusinessSystem

CATALOGUE = "resource.catalogue"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an edition is to say (目录内容): the metadata of the guide."""

    title: str
    abstract: str
    class_path: str
    items: tuple[Item, ...]
    share: str = "conditional"
    share_condition: str = ""
    share_basis: str = ""
    share_mode: str = ""
    open: bool = False
    open_condition: str = ""
    cycle: str = "other"
    format_class: str = "数据库"
    format_type: str = ""
    related: tuple[str, ...] = ()
    extras: dict[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 of everything it says (内容摘要值)."""
        return hashlib.sha256(orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)).hexdigest()


@transaction.atomic
def enter(
    code: str, title: str, provider: Office, *, by: Actor, system: BusinessSystem | None = None,
    scheme: str = "1272",
) -> Resource:  # fmt: skip
    """Give an entry its code; it is published later (登记资源目录).

    Raises:
        NotAllowed: without "resource.catalogue" at the provider's office.
        RuleBroken: for a malformed code, one that was ever used, or a title the provider uses already.
    """
    access.require(by, CATALOGUE, provider)
    coding.scheme(scheme).check(code)
    if Resource.objects.filter(code=code).exists():
        raise RuleBroken(
            f"资源代码 {code} 已被使用，撤销后也不再使用，请换一个。", rule="resource.code_once", code=code
        )
    _title_free(title, provider, None)
    resource = Resource.objects.create(code=code, title=title, provider=provider, system=system)
    journal.record(
        "resource.enter",
        actor=by.key,
        object=("resource", code),
        facts={"title": title, "provider": provider.code},
    )
    return resource


@transaction.atomic
def publish(
    resource: Resource, draft: Draft, *, by: Actor, valid_from: date | None = None, reason: str = "",
    expected: int | None = None,
) -> Edition:  # fmt: skip
    """Publish an edition (发布目录版本): it is never altered afterwards.

    ``valid_from`` is the first day on which it holds in the world, today when not given; a day in the
    past is a back-dated correction and needs a reason. ``expected`` is the edition that the editor saw.

    Raises:
        NotAllowed: without "resource.catalogue" at the provider's office.
        RuleBroken: naming everything in the draft that the rules do not allow.
        Conflict: when another edition was published meanwhile.
    """
    access.require(by, CATALOGUE, resource.provider)
    held = Resource.objects.select_for_update().get(pk=resource.pk)
    day = valid_from or clock.today()
    _publishable(held, draft, day, reason, expected)
    edition = Edition.objects.create(
        resource=held, number=held.edition + 1, valid_from=day, reason=reason, digest=draft.digest(),
        **_columns(draft),
    )  # fmt: skip
    _mirror(held, draft, edition)
    _copy(held, resource)
    facts = {"edition": edition.number, "digest": edition.digest, "valid_from": str(day), "share": draft.share,
             "items": [item.code for item in draft.items]}  # fmt: skip
    journal.record(
        "resource.publish", actor=by.key, object=("resource", held.code), facts=facts, reason=reason
    )
    return edition


@transaction.atomic
def withdraw(resource: Resource, *, by: Actor, reason: str) -> Resource:
    """Take an entry out of the catalogue (撤销资源目录): its code stays used, its grants serve nothing.

    Raises:
        NotAllowed: without "resource.catalogue" at the provider's office.
        RuleBroken: when it was never published, is withdrawn already, or no reason is given.
    """
    access.require(by, CATALOGUE, resource.provider)
    held = Resource.objects.select_for_update().get(pk=resource.pk)
    if held.state != Resource.State.PUBLISHED:
        raise RuleBroken(
            f"该资源目录现为“{held.get_state_display()}”，不能撤销。", rule="resource.withdrawn_once"
        )
    if not reason.strip():
        raise RuleBroken("请写明撤销原因。", rule="resource.withdraw_reason")
    held.state, held.withdrawn_on = Resource.State.WITHDRAWN, clock.today()
    held.save(update_fields=["state", "withdrawn_on"])
    _copy(held, resource)
    journal.record("resource.withdraw", actor=by.key, object=("resource", held.code), reason=reason)
    return resource


def _publishable(held: Resource, draft: Draft, day: date, reason: str, expected: int | None) -> None:
    if held.state == Resource.State.WITHDRAWN:
        raise RuleBroken("该资源目录已撤销，不能再发布。", rule="resource.withdrawn")
    if expected is not None and expected != held.edition:
        raise Conflict(
            f"该目录已由他人发布到第 {held.edition} 版，请在新版本上重新修改。",
            rule="resource.edition", expected=expected, found=held.edition,
        )  # fmt: skip
    if day < clock.today() and held.edition and not reason.strip():
        raise RuleBroken("生效日期早于今天属于追溯更正，请写明原因。", rule="resource.backdated_reason")
    if found := [*problems(draft), *_related_unknown(held, draft)]:
        raise RuleBroken("；".join(found) + "。", rule="resource.draft", problems=found)
    _title_free(draft.title, held.provider, held)


def problems(draft: Draft) -> list[str]:
    """What the rules of the guide do not allow in a draft, as sentences (目录检查)."""
    needed = {
        "名称": draft.title,
        "摘要": draft.abstract,
        "分类": draft.class_path,
        "格式分类": draft.format_class,
    }
    found = [f"请填写{zh}" for zh, value in needed.items() if not value.strip()]
    if draft.share not in WIDTH:
        found.append(f"共享类型“{draft.share}”不存在")
    if draft.share == "conditional" and not draft.share_condition.strip():
        found.append("有条件共享须写明共享条件")
    if draft.share == "none" and not draft.share_basis.strip():
        found.append("不予共享须写明法律、行政法规或党中央、国务院政策依据")
    if draft.cycle not in Resource.Cycle.values:
        found.append(f"更新周期“{draft.cycle}”不存在")
    if draft.open and any(item.sensitivity == "personal" and item.share != "none" for item in draft.items):
        found.append("含个人信息的目录不得整体向社会开放")
    return found + [fault.text_zh for fault in faults(draft.items, draft.share)]


def _related_unknown(held: Resource, draft: Draft) -> list[str]:
    known = set(Resource.objects.filter(code__in=draft.related).values_list("code", flat=True))
    return [f"关联资源代码 {code} 不存在" for code in draft.related if code not in known or code == held.code]


def _title_free(title: str, provider: Office, own: Resource | None) -> None:
    taken = Resource.objects.filter(title=title, provider=provider).exclude(state=Resource.State.WITHDRAWN)
    if own is not None:
        taken = taken.exclude(pk=own.pk)
    if taken.exists():
        raise RuleBroken(f"{provider.name}已有名为“{title}”的资源目录。", rule="resource.title_once")


def _columns(draft: Draft) -> dict[str, Any]:
    row = asdict(draft)
    row["items"] = [item.row() for item in draft.items]
    row["related"] = list(draft.related)
    return row


def _mirror(held: Resource, draft: Draft, edition: Edition) -> None:
    held.title, held.share, held.cycle, held.open = draft.title, draft.share, draft.cycle, draft.open
    held.state, held.edition = Resource.State.PUBLISHED, edition.number
    held.published_on = held.published_on or clock.today()
    held.save()


def _copy(held: Resource, resource: Resource) -> None:
    for column in held._meta.concrete_fields:
        setattr(resource, column.attname, getattr(held, column.attname))

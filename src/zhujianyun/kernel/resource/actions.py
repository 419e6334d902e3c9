"""What can be done with resources (资源编目)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Resource
from zhujianyun.kernel.system.models import BusinessSystem

TYPES = ("text", "number", "date", "datetime", "boolean", "file")


@dataclass(frozen=True, slots=True)
class Field:
    """One item of a resource (信息项): ``personal`` items are masked unless a grant says otherwise."""

    name: str
    zh: str
    type: str = "text"
    personal: bool = False


@transaction.atomic
def catalogue(
    code: str,
    title: str,
    provider: Office,
    fields: Sequence[Field],
    *,
    by: Actor,
    share: str = Resource.Share.CONDITIONAL,
    share_basis: str = "",
    system: BusinessSystem | None = None,
) -> Resource:
    """Enter a resource into the catalogue (编制资源目录).

    Raises:
        NotAllowed: without "resource.catalogue" at the provider's office.
        RuleBroken: for a code that is taken, fields that are doubled or of no known type, or a
            restriction without basis.
    """
    access.require(by, "resource.catalogue", provider)
    _fit(code, fields, share, share_basis)
    resource = Resource.objects.create(
        code=code,
        title=title,
        provider=provider,
        system=system,
        fields=[asdict(field) for field in fields],
        share=share,
        share_basis=share_basis,
    )
    facts = {"title": title, "share": str(share), "fields": [field.name for field in fields]}
    journal.record("resource.catalogue", actor=by.key, object=("resource", code), facts=facts)
    return resource


@transaction.atomic
def withdraw(resource: Resource, *, by: Actor, reason: str) -> Resource:
    """Take a resource out of the catalogue (撤销资源).

    Raises:
        NotAllowed: without "resource.catalogue" at the provider's office.
        RuleBroken: when it is withdrawn already.
    """
    access.require(by, "resource.catalogue", resource.provider)
    if resource.withdrawn_on is not None:
        raise RuleBroken(f"该资源已于 {resource.withdrawn_on} 撤销。", rule="resource.withdrawn_once")
    resource.withdrawn_on = clock.today()
    resource.save(update_fields=["withdrawn_on"])
    journal.record("resource.withdraw", actor=by.key, object=("resource", resource.code), reason=reason)
    return resource


def _fit(code: str, fields: Sequence[Field], share: str, basis: str) -> None:
    names = [field.name for field in fields]
    if not fields or len(set(names)) != len(names):
        raise RuleBroken("资源至少有一个信息项，且名称不得重复。", rule="resource.fields")
    if odd := [field.name for field in fields if field.type not in TYPES]:
        raise RuleBroken(
            f"信息项 {'、'.join(odd)} 的类型不在 {'、'.join(TYPES)} 之列。", rule="resource.field_type"
        )
    if share not in Resource.Share.values:
        raise RuleBroken("共享类型为无条件共享、有条件共享或不予共享。", rule="resource.share_known")
    if share != Resource.Share.OPEN and not basis.strip():
        raise RuleBroken("有条件共享和不予共享须写明条件或依据。", rule="resource.share_has_basis")
    if share == Resource.Share.OPEN and any(field.personal for field in fields):
        raise RuleBroken("含个人信息的资源不得无条件共享。", rule="resource.personal_not_open")
    if Resource.objects.filter(code=code).exists():
        raise RuleBroken(f"目录代码 {code} 已被使用，请换一个。", rule="resource.code_once", code=code)

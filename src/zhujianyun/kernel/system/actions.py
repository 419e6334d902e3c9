"""What can be done with business systems (业务系统登记)."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem


@transaction.atomic
def register_system(
    code: str, name: str, owner: Office, authority: str, *, by: Actor, protection_level: int | None = None
) -> BusinessSystem:
    """Enter a business system into the inventory (登记业务系统).

    Raises:
        NotAllowed: without "system.register" at the owner's office.
        RuleBroken: for a code that is taken, an unknown authority or a level outside 1 to 5.
    """
    access.require(by, "system.register", owner)
    if BusinessSystem.objects.filter(code=code).exists():
        raise RuleBroken(f"业务系统代码 {code} 已登记，请换一个。", rule="system.code_once", code=code)
    if authority not in BusinessSystem.Authority.values:
        raise RuleBroken(f"没有“{authority}”这一数据权属。", rule="system.authority_known")
    if protection_level is not None and protection_level not in range(1, 6):
        raise RuleBroken("等保级别为 1 至 5。", rule="system.protection_level")
    system = BusinessSystem.objects.create(
        code=code, name=name, owner=owner, authority=authority, protection_level=protection_level
    )
    facts = {"name": name, "owner": owner.code, "authority": str(authority)}
    journal.record("system.register", actor=by.key, object=("system", code), facts=facts)
    return system


@transaction.atomic
def retire_system(system: BusinessSystem, *, by: Actor, reason: str) -> BusinessSystem:
    """Take a system out of use; what it told us stays (业务系统下线).

    Raises:
        NotAllowed: without "system.register" at the owner's office.
        RuleBroken: when it is retired already.
    """
    access.require(by, "system.register", system.owner)
    if system.state == BusinessSystem.State.RETIRED:
        raise RuleBroken(f"{system.name} 已于 {system.retired_on} 下线。", rule="system.retired_once")
    system.state, system.retired_on = BusinessSystem.State.RETIRED, clock.today()
    system.save(update_fields=["state", "retired_on"])
    journal.record("system.retire", actor=by.key, object=("system", system.code), reason=reason)
    return system

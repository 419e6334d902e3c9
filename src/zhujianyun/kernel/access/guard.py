"""May he? (权限判定): default deny at object and field level, without a query.

Every answer is read from the Actor. A permission that nobody registered is never held.
"""

from __future__ import annotations

from typing import Any

from zhujianyun.base.errors import NotAllowed
from zhujianyun.kernel.access.actors import ALL, Actor
from zhujianyun.kernel.access.registry import register

NOWHERE: frozenset[int] = frozenset()


def offices_for(actor: Actor, permission: str) -> frozenset[int]:
    """The offices where a permission holds, for scoping a query; ``ALL`` for everywhere (权限范围).

    Reading reaches down from the office of the membership, acting holds at that very office.
    The platform itself may do what is not reserved to the three officers.
    """
    known = register.permissions.get(permission)
    if known is None:
        return NOWHERE
    if actor.kind == "system":
        return NOWHERE if known.duties else ALL
    return actor.granted.get(permission, NOWHERE)


def allows(actor: Actor, permission: str, office: Any = None, obj: Any = None) -> bool:
    """Whether the actor may do this, here or with this (是否允许).

    ``office`` is an Office or its id; ``obj`` is anything with ``office_id``. Without both the
    question is whether the permission is held anywhere. An object that tells no office is denied
    to whoever does not hold the permission everywhere.
    """
    offices = offices_for(actor, permission)
    if office is not None:
        return getattr(office, "pk", office) in offices
    if obj is not None:
        return offices is ALL or getattr(obj, "office_id", None) in offices
    return bool(offices)


def require(actor: Actor, permission: str, office: Any = None, obj: Any = None) -> None:
    """Go on only with the permission (权限守卫).

    Raises:
        NotAllowed: naming the permission and who could grant it.
    """
    if allows(actor, permission, office, obj):
        return
    known = register.permissions.get(permission)
    name = known.zh if known else permission
    raise NotAllowed(
        f"您没有“{name}”的权限，如工作需要请向安全管理员申请。",
        rule="access.default_deny",
        permission=permission,
        actor=actor.key,
        office=getattr(office, "pk", office) if office is not None else getattr(obj, "office_id", None),
    )


def holds(actor: Actor, role_code: str, office_id: int | None = None) -> bool:
    """Whether the actor holds a role at an office, or anywhere when none is named (是否任职).

    One look-up in a set: the case engine asks it for every offer.
    """
    if office_id is None:
        return any(code == role_code for code, _ in actor.roles)
    return (role_code, office_id) in actor.roles


def stands_in_for(actor: Actor, role_code: str, office_id: int) -> str:
    """The key of the account for whom the actor holds the role as a substitute, or "" (代理何人)."""
    return actor.substitutes.get((role_code, office_id), "")


def only_stands_in(actor: Actor, role_code: str, office_id: int) -> bool:
    """Whether the actor holds the role there for somebody else alone, not by a post of his own (仅为代理)."""
    place = (role_code, office_id)
    return place in actor.substitutes and place not in actor.own_roles


def fields_for(actor: Actor, model_label: str) -> frozenset[str]:
    """The fields of a model that the actor may see; unregistered models show none (可见字段)."""
    rules = register.fields.get(model_label.lower(), {})
    seen = (names for code, names in rules.items() if allows(actor, code))
    return frozenset().union(*seen)

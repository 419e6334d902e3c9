"""Access (账号处室角色): who may do what, where. Default deny.

``from zhujianyun.kernel import access``; verbs stand in ``access.actions``, questions to the
database in ``access.queries`` (both need Django's apps to be ready).
"""

from zhujianyun.kernel.access import registry
from zhujianyun.kernel.access.actors import ALL, SYSTEM, Actor, actor, subject_actor
from zhujianyun.kernel.access.guard import (
    allows,
    fields_for,
    holds,
    offices_for,
    only_stands_in,
    require,
    stands_in_for,
)
from zhujianyun.kernel.access.registry import add_fields, add_permission, add_role, sync_roles

__all__ = [
    "ALL",
    "SYSTEM",
    "Actor",
    "actor",
    "add_fields",
    "add_permission",
    "add_role",
    "allows",
    "fields_for",
    "holds",
    "offices_for",
    "only_stands_in",
    "registry",
    "require",
    "stands_in_for",
    "subject_actor",
    "sync_roles",
]

"""What may be granted at all (权限与角色登记): permissions, roles and fields, told by the manifests.

The registry lives in memory and is filled at start; ``sync_roles`` writes the roles to the database.
What is not registered cannot be granted, held or checked with success: default deny.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zhujianyun.base.errors import RuleBroken

SYSTEM, SECURITY, AUDIT = "system", "security", "audit"
READING_VERBS = ("view", "read", "list", "search", "export")


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done (权限).

    ``reads``: it only reads, so a membership covers the offices below as well.
    ``duties``: reserved to these of the three officers; no business role can contain it.
    """

    code: str
    zh: str
    app: str
    reads: bool
    duties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleOffer:
    """A role as its app offers it (角色): ``acts_below`` lets it act for the offices below its own."""

    code: str
    zh: str
    permissions: tuple[str, ...]
    acts_below: bool = False


@dataclass(slots=True)
class Registry:
    """The permissions, roles and fields of one platform (登记簿)."""

    permissions: dict[str, Permission] = field(default_factory=dict)
    roles: dict[str, RoleOffer] = field(default_factory=dict)
    fields: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def add_permission(
        self, code: str, zh: str, app: str, *, reads: bool | None = None, duties: tuple[str, ...] = ()
    ) -> Permission:
        """Register a permission "app.verb_object" (登记权限).

        ``reads`` is told by the verb when not given: view, read, list, search, export.

        Raises:
            RuleBroken: when the code has another form or means something else already.
        """
        app_part, _, verb = code.partition(".")
        if not app_part or not verb:
            raise RuleBroken(f"权限代码 {code} 应写成“应用.动作”。", rule="access.permission_code", code=code)
        if reads is None:
            reads = verb.split(".")[-1].split("_")[0] in READING_VERBS
        permission = Permission(code, zh, app, reads, frozenset(duties))
        known = self.permissions.setdefault(code, permission)
        if known != permission:
            raise RuleBroken(
                f"权限 {code} 已由 {known.app} 登记为“{known.zh}”，{app} 不能另作他用，请改名。",
                rule="access.permission_once",
                code=code,
            )
        return permission

    def add_role(
        self, code: str, zh: str, permissions: tuple[str, ...] | list[str], *, acts_below: bool = False
    ) -> RoleOffer:
        """Register a role (登记角色).

        Raises:
            RuleBroken: for a permission nobody registered, or one reserved to the three officers.
        """
        for name in permissions:
            self._grantable(name, code)
        offer = RoleOffer(code, zh, tuple(permissions), acts_below)
        known = self.roles.setdefault(code, offer)
        if known != offer:
            raise RuleBroken(f"角色 {code} 已登记为另一内容，请改名。", rule="access.role_once", role=code)
        return offer

    def add_fields(self, model_label: str, permission: str, names: tuple[str, ...] | list[str]) -> None:
        """Let the holders of a permission see fields of a model (登记字段权限).

        Raises:
            RuleBroken: for a permission nobody registered.
        """
        if permission not in self.permissions:
            raise RuleBroken(f"字段规则引用了未登记的权限 {permission}。", rule="access.permission_known")
        rules = self.fields.setdefault(model_label.lower(), {})
        rules[permission] = rules.get(permission, frozenset()) | frozenset(names)

    def reserved_to(self, duty: str) -> frozenset[str]:
        """The permissions of one of the three officers (三员专属权限)."""
        return frozenset(code for code, p in self.permissions.items() if duty in p.duties)

    def _grantable(self, name: str, role: str) -> None:
        permission = self.permissions.get(name)
        if permission is None:
            raise RuleBroken(
                f"角色 {role} 引用了未登记的权限 {name}，请先在清单的 permissions 中登记。",
                rule="access.permission_known",
                role=role,
                permission=name,
            )
        if permission.duties:
            raise RuleBroken(
                f"权限“{permission.zh}”只属于三员，不能放进业务角色 {role}。",
                rule="access.permission_reserved",
                role=role,
                permission=name,
            )


BUILT_IN = (
    ("access.open_office", "设立单位", (SYSTEM,)),
    ("access.close_office", "停用单位", (SYSTEM,)),
    ("access.open_account", "开立账号", (SYSTEM,)),
    ("access.close_account", "停用账号", (SYSTEM,)),
    ("access.unlock_account", "解除登录锁定", (SYSTEM,)),
    ("access.ask_reset", "申请重置凭证", (SYSTEM,)),
    ("access.approve_reset", "批准重置凭证", (SECURITY,)),
    ("access.grant_role", "授予角色", (SECURITY,)),
    ("access.withdraw_role", "收回角色", (SECURITY,)),
    ("access.appoint_officer", "任命三员", (SECURITY,)),
    ("access.dismiss_officer", "免去三员", (SECURITY,)),
    ("access.arrange_substitutes", "安排代理", ()),
    ("access.view_accounts", "查看账号", (SYSTEM, SECURITY, AUDIT)),
    ("access.view_grants", "查看授权", (SECURITY, AUDIT)),
    ("platform.configure", "维护平台配置", (SYSTEM,)),
    ("journal.read", "查阅留痕", (AUDIT,)),
    ("journal.verify", "校验留痕", (AUDIT,)),
    ("journal.export", "导出留痕", (AUDIT,)),
)


def founded() -> Registry:
    """A registry with the permissions of the three officers and nothing else (初始登记簿)."""
    registry = Registry()
    for code, zh, duties in BUILT_IN:
        registry.add_permission(code, zh, "access", duties=duties)
    return registry


register = founded()
add_permission, add_role, add_fields = register.add_permission, register.add_role, register.add_fields


def sync_roles() -> int:
    """Write the offered roles to the database and mark those no longer offered (同步角色).

    Returns the number of rows that changed. Running it twice changes nothing.
    """
    from zhujianyun.kernel.access.models import Role

    changed = Role.objects.filter(is_offered=True).exclude(code__in=register.roles).update(is_offered=False)
    present = {role.code: role for role in Role.objects.all()}
    for offer in register.roles.values():
        wanted = {
            "zh": offer.zh,
            "permissions": list(offer.permissions),
            "acts_below": offer.acts_below,
            "is_offered": True,
        }
        role = present.get(offer.code)
        if role is None:
            Role.objects.create(code=offer.code, **wanted)
            changed += 1
        elif any(getattr(role, name) != value for name, value in wanted.items()):
            Role.objects.filter(pk=role.pk).update(**wanted)
            changed += 1
    return changed

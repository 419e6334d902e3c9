"""The hall as a business system (来源系统): what applicants say of themselves is known by this source."""

from __future__ import annotations

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import BusinessSystem

CODE = "hall"
DEPARTMENT = "450000"  # by its code: other departments are province offices too


def source() -> BusinessSystem:
    """The hall's own entry among the business systems, made on first use (办事大厅系统).

    Raises:
        RuleBroken: the platform has no department yet.
    """
    found = BusinessSystem.objects.filter(code=CODE).first()
    if found is not None:
        return found
    owner = Office.objects.filter(code=DEPARTMENT).first()
    if owner is None:
        raise RuleBroken("平台尚未设立主管部门，暂不能注册，请联系系统管理员。", rule="hall.founded")
    return systems.register_system(CODE, "办事大厅", owner, "housing", by=access.SYSTEM)

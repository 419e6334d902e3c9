"""Who may do what at the gateway (共享接口权限): its operator for everybody, a consumer for his own keys."""

from __future__ import annotations

from zhujianyun.apps.data_gateway.queries import CONSUME, OPERATE
from zhujianyun.apps.data_gateway.queries.figures import OWN
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office


def operator(by: Actor, office: Office) -> None:
    """Whoever operates the gateway of the department does so for other departments, too (网关管理员).

    Raises:
        NotAllowed: without "data_gateway.operate" at the office or at the department itself.
    """
    department = Office.objects.filter(code=OWN).first()
    if department is None or not access.allows(by, OPERATE, department):
        access.require(by, OPERATE, office)


def key_holder(by: Actor, consumer: Office) -> None:
    """The consumer's own people see to their keys; the operator may as well (密钥办理人).

    Raises:
        NotAllowed: for anybody else.
    """
    if not access.allows(by, CONSUME, consumer):
        operator(by, consumer)

"""What can be done with the gateway (共享接口办理): keys, services, policy, serving files, the log."""

from zhujianyun.apps.data_gateway.actions.absorbing import absorb
from zhujianyun.apps.data_gateway.actions.keys import Issued, issue_key, revoke_key, rotate_key
from zhujianyun.apps.data_gateway.actions.publishing import publish
from zhujianyun.apps.data_gateway.actions.services import close_service, open_service, reopen_service
from zhujianyun.apps.data_gateway.actions.serving import build_missing

__all__ = [
    "Issued",
    "absorb",
    "build_missing",
    "close_service",
    "issue_key",
    "open_service",
    "publish",
    "reopen_service",
    "revoke_key",
    "rotate_key",
]

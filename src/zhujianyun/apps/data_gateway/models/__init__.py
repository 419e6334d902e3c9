"""Tables of 数据共享 (数据表)."""

from zhujianyun.apps.data_gateway.models.calls import Call, LogPiece, UsageDay
from zhujianyun.apps.data_gateway.models.keys import AccessKey
from zhujianyun.apps.data_gateway.models.services import Probe, Service

__all__ = ["AccessKey", "Call", "LogPiece", "Probe", "Service", "UsageDay"]

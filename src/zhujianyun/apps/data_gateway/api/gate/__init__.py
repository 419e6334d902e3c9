"""The gate (闸门): policy, quota and log of a process, the same for both planes. No Django."""

from zhujianyun.apps.data_gateway.api.gate.calls import Call
from zhujianyun.apps.data_gateway.api.gate.gate import Gate

__all__ = ["Call", "Gate"]

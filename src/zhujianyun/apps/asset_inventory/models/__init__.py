"""What 资产台账 remembers beside the kernel's systems, networks, clouds and links (资产台账的表)."""

from zhujianyun.apps.asset_inventory.models.finding import Finding
from zhujianyun.apps.asset_inventory.models.importing import ImportRow, ImportRun
from zhujianyun.apps.asset_inventory.models.planning import Milestone, Plan, PlanItem
from zhujianyun.apps.asset_inventory.models.probing import AllowedRange, Probe, ProbeDay, ProbeResult
from zhujianyun.apps.asset_inventory.models.record import (
    Contact,
    Contract,
    Document,
    HeldData,
    LinkedSpan,
    SystemRecord,
    Vendor,
)

__all__ = [
    "AllowedRange",
    "Contact",
    "Contract",
    "Document",
    "Finding",
    "HeldData",
    "ImportRow",
    "ImportRun",
    "LinkedSpan",
    "Milestone",
    "Plan",
    "PlanItem",
    "Probe",
    "ProbeDay",
    "ProbeResult",
    "SystemRecord",
    "Vendor",
]

"""What 资产台账 knows (资产台账查询): records and who may see them, facts for the rules, figures, the graph."""

from zhujianyun.apps.asset_inventory.queries.facts import facts_of
from zhujianyun.apps.asset_inventory.queries.figures import (
    agreed_items,
    gathered,
    linked,
    open_findings,
    probe_days,
    service_systems,
)
from zhujianyun.apps.asset_inventory.queries.records import (
    EDIT,
    PROBE,
    REVIEW,
    VIEW,
    named_like,
    record_of,
    visible,
)
from zhujianyun.apps.asset_inventory.queries.standing import Standing, standings

__all__ = [
    "EDIT",
    "PROBE",
    "REVIEW",
    "VIEW",
    "Standing",
    "agreed_items",
    "facts_of",
    "gathered",
    "linked",
    "named_like",
    "open_findings",
    "probe_days",
    "record_of",
    "service_systems",
    "standings",
    "visible",
]

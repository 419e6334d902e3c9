"""Indicator (指标): one number, one definition, its records.

An app's `indicators` room needs only what is named here; models, queries and the materialiser are
modules of the package; the few functions offered here are imported at first use, since models cannot
be imported before Django is ready.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zhujianyun.kernel.indicator.lake import LANDED, Gathered
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED, Records
from zhujianyun.kernel.indicator.registry import Definition, all_, get, indicator, needs
from zhujianyun.kernel.indicator.sources import Listing, Ratio, Reported
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, roll_up
from zhujianyun.kernel.indicator.units import PER_MILLE, PERCENT, RANK, UNITS, YES_NO, Kind, Qualifier, Unit

if TYPE_CHECKING:
    from zhujianyun.kernel.indicator.follower import beat, quiet
    from zhujianyun.kernel.indicator.lake_pins import remembering
    from zhujianyun.kernel.indicator.materialising import materialise, nightly
    from zhujianyun.kernel.indicator.versions import sync as sync_versions

FLOW, STOCK, RATIO, DURATION, EXTERNAL = Kind.FLOW, Kind.STOCK, Kind.RATIO, Kind.DURATION, Kind.EXTERNAL

__all__ = [
    "DURATION",
    "EXTERNAL",
    "FLOW",
    "LANDED",
    "PERCENT",
    "PER_MILLE",
    "RANK",
    "RATIO",
    "REGION",
    "STOCK",
    "UNITS",
    "UNPLACED",
    "YES_NO",
    "Aggregate",
    "Definition",
    "Gathered",
    "Grain",
    "Kind",
    "Listing",
    "Period",
    "Qualifier",
    "Ratio",
    "Records",
    "Reported",
    "Tally",
    "Unit",
    "all_",
    "beat",
    "get",
    "indicator",
    "materialise",
    "needs",
    "nightly",
    "quiet",
    "remembering",
    "roll_up",
    "sync_versions",
]

_LATER = {
    "beat": ("follower", "beat"),
    "materialise": ("materialising", "materialise"),
    "nightly": ("materialising", "nightly"),
    "quiet": ("follower", "quiet"),
    "remembering": ("lake_pins", "remembering"),
    "sync_versions": ("versions", "sync"),
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room, function = _LATER[name]
    return getattr(import_module(f"{__name__}.{room}"), function)

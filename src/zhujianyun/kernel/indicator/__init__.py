"""Indicator (指标): one number, one definition, its records.

An app's `indicators` room needs only what is named here; models, queries and the materialiser are
modules of the package, since they can be imported only after Django is ready.
"""

from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED, Records
from zhujianyun.kernel.indicator.registry import Definition, all_, get, indicator, needs
from zhujianyun.kernel.indicator.sources import Listing, Ratio, Reported
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, roll_up
from zhujianyun.kernel.indicator.units import PER_MILLE, PERCENT, RANK, UNITS, YES_NO, Kind, Qualifier, Unit

FLOW, STOCK, RATIO, DURATION, EXTERNAL = Kind.FLOW, Kind.STOCK, Kind.RATIO, Kind.DURATION, Kind.EXTERNAL

__all__ = [
    "DURATION",
    "EXTERNAL",
    "FLOW",
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
    "get",
    "indicator",
    "needs",
    "roll_up",
]

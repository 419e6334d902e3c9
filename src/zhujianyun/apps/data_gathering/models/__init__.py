"""Tables of 数据归集 (数据表)."""

from zhujianyun.apps.data_gathering.models.batch import Batch
from zhujianyun.apps.data_gathering.models.drift import Drift
from zhujianyun.apps.data_gathering.models.quality import (
    QualityRule,
    QualityRuleVersion,
    QualityRun,
    QualityVerdict,
)
from zhujianyun.apps.data_gathering.models.quarantine import QuarantinedRow
from zhujianyun.apps.data_gathering.models.source import Source

__all__ = [
    "Batch",
    "Drift",
    "QualityRule",
    "QualityRuleVersion",
    "QualityRun",
    "QualityVerdict",
    "QuarantinedRow",
    "Source",
]

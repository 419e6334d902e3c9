"""What the gathered data of the outside systems say (归集数据指标): one file per group of domains.

Every number is an Ibis expression over data sets; DuckDB or Spark count it. A data set that is not
gathered gives "—". The docstrings are public. Decision: docs/decisions/0027.
"""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from zhujianyun.apps.data_gathering.indicators import building, homes, money, towns
from zhujianyun.kernel.indicator import lake_rows

__all__ = ["building", "homes", "money", "towns"]


def row_address(dataset: str, version: int, key: Mapping[str, Any]) -> str:
    """Where a source row is shown in its version (明细地址); its key is left out where it is personal."""
    asked = [("version", version), *((f"key_{name}", value) for name, value in key.items())]
    return f"{reverse('data_gathering:version', args=[dataset])}?{urlencode(asked)}"


lake_rows.linked_by(row_address)

"""What the gathered data of the outside systems say (归集数据指标): one file per group of domains.

Every number is an Ibis expression over data sets; DuckDB or Spark count it. A data set that is not
gathered gives "—". The docstrings are public. Decision: docs/decisions/0027.
"""

from zhujianyun.apps.data_gathering.indicators import building, homes, money, towns

__all__ = ["building", "homes", "money", "towns"]

"""The SQL of an expression over gathered data (归集指标的 SQL): for lineage and for whoever wants to read it.

Nothing is read: tables stand there by their declared columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhujianyun.kernel.indicator.lake import Gathered

_TYPES = {
    "text": "string", "integer": "int64", "decimal": "decimal(38, 8)", "date": "date",
    "datetime": "timestamp('UTC', 6)", "boolean": "boolean",
}  # fmt: skip
Columns = Sequence[Mapping[str, Any]]


def sql_of(gathered: Gathered, columns: Mapping[str, Columns], dialect: str = "duckdb") -> str:
    """What an engine is asked for the number by day and city (指标 SQL); ``columns`` by data set.

    Raises:
        KeyError: for a data set whose columns are not given.
    """
    import ibis

    tables = [ibis.table(_schema(columns[code]), name=code) for code in gathered.codes]
    records = gathered.shape.records(tables)
    known = ("zjy_day", "zjy_since", "zjy_until", "zjy_city", "zjy_county")
    keys = [name for name in known if name in records.columns]
    asked = gathered.shape.asked(records, gathered.average)
    found = records.group_by(keys).aggregate(**asked) if keys else records.aggregate(**asked)
    return str(ibis.to_sql(found, dialect=dialect))


def _schema(columns: Columns) -> dict[str, str]:
    return {column["name"]: _TYPES[column["type"]] for column in columns}

"""The columns of a data set and the Arrow types they land as (列与落地类型).

Decimals land at scale 8: then 1.0 and 1.00 are one value by construction. Instants are UTC with
microseconds; text of a source without a zone is read as Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

SCALE = 8  # decimal places that are kept
LANDED: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(38, SCALE),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column (列): ``origin`` is its name at the source, ``length`` in characters, 0 for none.

    ``code`` names a check (uscc, citizen_id, project_code, division), ``values`` a list of codes;
    ``fixed`` says that the source pads with blanks.
    """

    name: str
    type: str = "text"
    nullable: bool = True
    length: int = 0
    origin: str = ""
    code: str = ""
    values: tuple[str, ...] = ()
    fixed: bool = False
    personal: bool = False
    extra: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def source_name(self) -> str:
        """What the source calls it (来源列名)."""
        return self.origin or self.name

    @classmethod
    def of(cls, row: dict[str, Any]) -> Column:
        """From its stored form (读取)."""
        known = {n: row[n] for n in cls.__slots__ if n in row and n != "extra"}
        known["values"] = tuple(known.get("values", ()))
        return cls(**known, extra={n: v for n, v in row.items() if n not in cls.__slots__})

    def row(self) -> dict[str, Any]:
        """As it is stored (存储)."""
        stored: dict[str, Any] = {"name": self.name, "type": self.type, "nullable": self.nullable}
        for name in ("length", "origin", "code", "values", "fixed", "personal"):
            if value := getattr(self, name):
                stored[name] = list(value) if name == "values" else value
        return self.extra | stored


def columns_of(rows: Iterable[dict[str, Any]]) -> tuple[Column, ...]:
    """Columns from their stored form (列清单)."""
    return tuple(Column.of(row) for row in rows)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """The Arrow schema in which rows land (落地结构)."""
    return pa.schema([pa.field(c.name, LANDED[c.type]) for c in columns])

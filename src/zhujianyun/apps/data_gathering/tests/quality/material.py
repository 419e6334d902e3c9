"""Random tables and rules about them (随机材料)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.rules.quality.kinds import rule_of
from zhujianyun.apps.data_gathering.rules.shape import Column, schema_of

COLUMNS = (
    Column("id", "integer", nullable=False), Column("word", "text"), Column("code", "text"),
    Column("whole", "integer"), Column("other", "integer"), Column("amount", "decimal"),
    Column("begun", "date"), Column("ended", "date"), Column("at", "datetime"), Column("ok", "boolean"),
)  # fmt: skip
ROWS = [column.row() for column in COLUMNS]
TYPES = {column.name: column.type for column in COLUMNS}
SCHEMA = schema_of(COLUMNS)
WORDS = (
    "", " ", "　\t", "NaN", "null", "None", "nan", "\n", "甲", "甲乙", "甲·乙", "特级", "一级", "13800138000", "138001",
    "a.b@example.cn", "530001", "-1.50", "2020-02-30", "2020-01-01", " 首空", "AB-12", "ab-12", "AB-1２", "𠮷", "https://a.cn/b",
    "é", "'", "%_", "\\", "0771-5678901",
)  # fmt: skip
CODES = (
    "91450100MA5KXXXX0X", "91450000198227509U", "11450000007565765X", "450103", "450100", "999999", "", "45010319800101001X",
    "110101199003078515", "2011-450100-04-01-123456", "2020-450103-89-01-000001", "abc", "４５０１０３",
)  # fmt: skip
DAYS = (
    date(1900, 1, 1),
    date(2019, 12, 31),
    date(2020, 2, 29),
    date(2020, 12, 31),
    date(2021, 1, 1),
    date(9999, 12, 31),
)
MOMENTS = (
    datetime(2020, 12, 30, 15, 59, 59, 999999, UTC), datetime(2020, 12, 30, 16, 0, tzinfo=UTC),
    datetime(2020, 12, 31, 15, 59, 59, 999999, UTC), datetime(2020, 12, 31, 16, 0, tzinfo=UTC),
)  # fmt: skip
AMOUNTS = tuple(map(Decimal, ("0", "-0.01", "1", "1.00000001", "99999999.5", "-1")))
TAKEN = date(2020, 12, 31)
KNOWN = {("firms", "code"): frozenset({"450103", "450100", "甲"}), ("firms", "whole"): frozenset({0, 2})}


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """A table of up to fourteen rows with the odd values that tables have."""
    small = st.integers(-2, 3) | st.sampled_from((2**63 - 1, -(2**63)))
    cells = {
        "word": _maybe(st.sampled_from(WORDS)), "code": _maybe(st.sampled_from(CODES)), "whole": _maybe(small),
        "other": _maybe(small), "amount": _maybe(st.sampled_from(AMOUNTS)), "begun": _maybe(st.sampled_from(DAYS)),
        "ended": _maybe(st.sampled_from(DAYS)), "at": _maybe(st.sampled_from(MOMENTS)), "ok": _maybe(st.booleans()),
    }  # fmt: skip
    rows = draw(st.lists(st.fixed_dictionaries(cells), max_size=14))
    return pa.Table.from_pylist([{"id": n, **row} for n, row in enumerate(rows)], schema=SCHEMA)


CONDITIONS = (
    {"item": "whole", "op": "ge", "value": 1}, {"item": "word", "op": "isnull", "value": False},
    {"item": "word", "op": "prefix", "value": "甲"}, {"item": "word", "op": "contains", "value": "%"},
    {"item": "amount", "op": "between", "value": ["-0.01", "1"]}, {"item": "ok", "op": "eq", "value": True},
    {"item": "at", "op": "lt", "value": "2020-12-31T00:00:00"}, {"item": "word", "op": "in", "value": ["", "NaN", "特级"]},
    {"item": "begun", "op": "ne", "value": "2020-12-31"}, {"item": "begun", "op": "isnull", "value": True},
    {"item": "word", "op": "gt", "value": "甲"},
)  # fmt: skip
MADE: tuple[dict[str, Any], ...] = (
    *({"kind": "filled", "columns": [name]} for name in TYPES),
    *({"kind": "unique", "columns": names} for names in (["word"], ["whole", "other"], ["begun", "amount", "ok"], ["at"])),
    *({"kind": "format", "columns": ["word"], "options": {"format": name}} for name in (
        "mobile", "phone", "email", "postcode", "digits", "number", "day", "chinese", "tidy", "url")),
    *({"kind": "format", "columns": ["word"], "options": {"template": t}} for t in ("AA-99", "汉汉", "a.a", "甲级", "99*")),
    *({"kind": "code", "columns": ["code"], "options": {"code": c}} for c in ("uscc", "citizen_id", "project_code", "division")),
    {"kind": "listed", "columns": ["word"], "options": {"values": "特级、一级,NaN"}},
    {"kind": "listed", "columns": ["whole"], "options": {"values": ["1", "-2"]}},
    {"kind": "range", "columns": ["whole"], "options": {"least": -1}},
    {"kind": "range", "columns": ["amount"], "options": {"least": "-0.01", "most": "1"}},
    {"kind": "range", "columns": ["begun"], "options": {"least": "1990-01-01", "most": "taken"}},
    {"kind": "range", "columns": ["at"], "options": {"most": "taken"}},
    {"kind": "range", "columns": ["at"], "options": {"least": "2020-12-31T00:00"}},
    {"kind": "length", "columns": ["word"], "options": {"least": 1, "most": 2}},
    {"kind": "length", "columns": ["word"], "options": {"most": 0}},
    *({"kind": "compare", "columns": c, "options": {"op": op}} for c in (["begun", "ended"], ["whole", "amount"])
      for op in ("lt", "le", "eq", "ne", "ge", "gt")),
    {"kind": "compare", "columns": ["word", "code"], "options": {"op": "ne"}},
    {"kind": "reference", "columns": ["code"], "options": {"dataset": "firms", "column": "code"}},
    {"kind": "reference", "columns": ["whole"], "options": {"dataset": "firms", "column": "whole"}},
)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> list[Any]:
    """Some rules about such a table, with and without conditions."""
    picked = draw(st.lists(st.sampled_from(MADE), min_size=1, max_size=5))
    return [
        rule_of(
            {"title": "随机", **one, "condition": draw(st.lists(st.sampled_from(CONDITIONS), max_size=2))},
            ROWS,
        )
        for one in picked
    ]

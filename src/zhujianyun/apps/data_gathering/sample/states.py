"""A system's tables over the year (系统数据的状态): as first gathered, in December, on the last day.

State 1 is the whole table; 2 brings a thousandth of new, of changed and a few deleted rows; 3 adds a
few more new rows, some with days that lie before what was gathered last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from zhujianyun.apps.data_gathering.sample import faults, rows
from zhujianyun.apps.data_gathering.sample.draws import Numbers
from zhujianyun.apps.data_gathering.sample.tables import Table

FIRST, DECEMBER, LAST = 1, 2, 3
LAST_DAYS = {DECEMBER: "2020-12-27", LAST: "2020-12-30"}
STRICT = ("postgresql", "mysql")


@dataclass(frozen=True)
class Change:
    """What a later state brings (变更): row numbers."""

    new: Numbers
    changed: Numbers
    gone: Numbers


def change(table: Table, state: int) -> Change:
    """What a state brings over the one before (变更内容)."""
    few = max(1, table.rows // 1000)
    new = table.rows + (state - DECEMBER) * few + np.arange(few)
    nothing = np.empty(0, np.int64)
    if state != DECEMBER or table.rows < 20:
        return Change(new, nothing, nothing)
    changed = np.unique(np.arange(few) * 7919 % (table.rows - 10) + 10)
    return Change(new, changed, np.arange(1, 1 + few // 10))


def whole(table: Table, seed: int) -> pa.Table:
    """The table as it was first gathered (初始数据)."""
    numbers = np.arange(table.rows)
    made = rows.made(table, numbers, seed)
    return faults.spoilt(made, numbers, table.key, strict=table.store in STRICT, seed=seed)


def fresh(table: Table, state: int, seed: int) -> pa.Table:
    """The new and changed rows of a state (新增与变更的行)."""
    told, day = change(table, state), LAST_DAYS[state]
    new = rows.made(table, told.new, seed, version=-1, last_day=day)
    if not len(told.changed):
        return new
    return pa.concat_tables([rows.made(table, told.changed, seed, version=state, last_day=day), new])


def gone(table: Table, state: int, seed: int) -> pa.Table:
    """The keys of rows that a state takes away or writes anew (替换与删除的主键)."""
    told = change(table, state)
    numbers = np.concatenate([told.new, told.changed, told.gone])
    return rows.made(table, numbers, seed).select(list(table.key))


def at(table: Table, state: int, seed: int) -> pa.Table:
    """The whole table in a state (某一状态的全表); for stores that are written anew each time."""
    if state == FIRST:
        return whole(table, seed)
    told = change(table, DECEMBER)
    stays = np.setdiff1d(np.arange(table.rows), np.concatenate([told.changed, told.gone]))
    base = faults.spoilt(rows.made(table, stays, seed), stays, table.key, strict=False, seed=seed)
    later = [_alike(fresh(table, one, seed), base) for one in range(DECEMBER, state + 1)]
    return pa.concat_tables([base, *later])


def _alike(made: pa.Table, base: pa.Table) -> pa.Table:
    """Days as text where faults made them text (列类型对齐)."""
    return made.cast(base.schema)

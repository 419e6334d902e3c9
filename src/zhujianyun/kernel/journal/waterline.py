"""Below which id nothing can appear any more (低水位): keeps the search for unsealed entries short.

SQLite has one writer, so ids become visible in their order: the last sealed id is the mark.

On PostgreSQL a slow transaction may commit a lower id later, and ids of rolled-back transactions
never appear. An inserting transaction holds a lock on the table from before it takes its id until it
has ended. So the highest id of a batch becomes the mark as soon as all who held that lock just after
the batch was read have ended, *and* one more search has found what they left behind.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from zhujianyun.kernel.journal.models import LogState


def cleared(state: LogState) -> bool:
    """Whether all writers that the waiting mark waits for have ended (水位可前移). Ask before searching."""
    if not state.waiting:
        return False
    return not set(json.loads(state.waiting)["writers"]) & _writers()


def move(state: LogState, found: list[tuple[Any, ...]], *, full: bool, cleared: bool) -> None:
    """Move the mark after a search (前移水位); ``found`` was sealed, ``full`` says there may be more."""
    last = found[-1][0] if found else state.low_water
    if connection.vendor == "sqlite":
        state.low_water = last
        return
    waiting = json.loads(state.waiting) if state.waiting else None
    if waiting and cleared and (not full or last >= waiting["mark"]):
        state.low_water, state.waiting, waiting = waiting["mark"], "", None
    if waiting is None and found:
        state.waiting = json.dumps({"mark": max(last, state.low_water), "writers": sorted(_writers())})


def _writers() -> set[str]:
    """The other transactions that may insert entries now (正在写入的事务)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE relation = 'journal_entry'::regclass "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND mode <> 'AccessShareLock' AND pid IS DISTINCT FROM pg_backend_pid()"
        )
        return {name for (name,) in cursor.fetchall()}

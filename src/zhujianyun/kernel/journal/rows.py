"""Reading rows as they lie in the database (读取原始行), for the sealer, the verifier and the export.

Raw columns and no ORM: the verifier must see what is there, and a hundred thousand rows a second do
not pass through model instances. Times leave the database as canonical text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from zhujianyun.kernel.journal.canonical import COLUMNS

CHUNK = 5_000
FIRST = -(2**63)
# Positions in a row of `sealed`: the columns of the entry, then those of its seal.
SEQ, PREV, LEAF, ENTRY = (len(COLUMNS) + n for n in range(4))


def entry_columns() -> str:
    """The select list of the entry's columns, in the order of ``COLUMNS`` (记录列)."""
    return ", ".join(time_text("e.at") if name == "at" else f"e.{name}" for name in COLUMNS)


def time_text(column: str) -> str:
    """SQL that gives a stored time as RFC 3339 text in UTC (时间文本)."""
    if connection.vendor == "postgresql":
        text = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
        return f"replace({text}, '.000000', '') || '+00:00'"
    # The eleventh character is a blank unless somebody wrote there by hand; then it stays as it is.
    return (
        f"CASE WHEN substr({column}, 11, 1) = ' ' "
        f"THEN substr({column}, 1, 10) || 'T' || substr({column}, 12) || '+00:00' ELSE {column} || '' END"
    )


def unsealed(low_water: int, limit: int) -> list[tuple[Any, ...]]:
    """Entries above the low-water mark that have no seal yet, by id (未封存的记录)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {entry_columns()} FROM journal_entry e WHERE e.id > %s AND NOT EXISTS "
            "(SELECT 1 FROM journal_seal s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT %s",
            [low_water, limit],
        )
        return cursor.fetchall()


def sealed(end: int) -> Iterator[list[tuple[Any, ...]]]:
    """Seals below ``end`` with their entries, in chunks, in the order of seq (已封存的记录).

    The entry's columns are None where the entry is missing.
    """
    after = FIRST
    while True:
        chunk = sealed_chunk(after, end, CHUNK)
        if not chunk:
            return
        yield chunk
        after = chunk[-1][SEQ] + 1


def sealed_chunk(first: int, end: int, limit: int) -> list[tuple[Any, ...]]:
    """At most ``limit`` seals with ``first`` ≤ seq < ``end`` and their entries (一段已封存的记录)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {entry_columns()}, s.seq, s.prev, s.leaf, s.entry_id FROM journal_seal s "
            "LEFT JOIN journal_entry e ON e.id = s.entry_id WHERE s.seq >= %s AND s.seq < %s "
            "ORDER BY s.seq LIMIT %s",
            [first, end, limit],
        )
        return cursor.fetchall()


def leaves(size: int) -> list[bytes]:
    """The first ``size`` leaf hashes (全部叶)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM journal_seal WHERE seq >= 0 AND seq < %s ORDER BY seq", [size])
        return [bytes.fromhex(leaf) for (leaf,) in cursor.fetchall()]

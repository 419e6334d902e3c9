"""Sealing (封存): every entry gets its place in the chain and in the tree, by one sealer at a time.

The order is the order of ids among the entries that are visible. On PostgreSQL an entry may become
visible after a higher id was sealed: it is sealed later and never lost (see `waterline`).
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.db import connection, transaction

from zhujianyun.kernel.journal import rows, tree, waterline
from zhujianyun.kernel.journal.canonical import row_bytes
from zhujianyun.kernel.journal.models import Entry, LogState
from zhujianyun.kernel.journal.private import hash_name

NO_LEAF = "00" * 32


def seal(limit: int = 50_000) -> int:
    """Seal at most ``limit`` entries; the number sealed (封存).

    All or nothing: a sealer that dies leaves no trace. Call again while it returns ``limit``.
    """
    if not _has_work():  # the worker asks often; asking takes no lock
        return 0
    with transaction.atomic():
        state = locked_state()
        cleared = waterline.cleared(state)
        found = rows.unsealed(state.low_water, limit)
        _append(state, found)
        waterline.move(state, found, full=len(found) == limit, cleared=cleared)
        state.save()
    return len(found)


def _has_work() -> bool:
    low_water, waiting = LogState.objects.values_list("low_water", "waiting").first() or (0, "")
    return bool(waiting) or Entry.objects.filter(id__gt=low_water, seal__isnull=True).exists()


def unsealed() -> int:
    """How many entries wait to be sealed (待封存条数)."""
    low_water = LogState.objects.values_list("low_water", flat=True).first() or 0
    return Entry.objects.filter(id__gt=low_water, seal__isnull=True).count()


def locked_state() -> LogState:
    """The sealer's row under lock, made at the first sealing (锁定封存进度).

    On SQLite the transaction itself is the lock (``BEGIN IMMEDIATE``).
    """
    alg = hash_name()
    tree.hash_of(alg)
    first = {"log_id": secrets.token_hex(16), "alg": alg, "last_leaf": NO_LEAF}
    state, _ = LogState.objects.select_for_update().get_or_create(pk=1, defaults=first)
    return state


def _append(state: LogState, found: list[tuple[Any, ...]]) -> None:
    h = tree.hash_of(state.alg)
    frontier = frontier_of(state)
    seals, prev = [], state.last_leaf
    for seq, row in enumerate(found, start=state.size):
        leaf = h(b"\x00" + row_bytes(seq, prev, row))
        frontier.add(leaf)
        seals.append((seq, row[0], prev, leaf.hex()))
        prev = leaf.hex()
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO journal_seal (seq, entry_id, prev, leaf) VALUES (%s, %s, %s, %s)", seals
        )
    state.size, state.last_leaf = frontier.size, prev
    state.peaks = json.dumps([peak.hex() for peak in frontier.peaks])


def frontier_of(state: LogState) -> tree.Frontier:
    """The tree's right edge where the sealer stands (当前树峰)."""
    return tree.Frontier(
        tree.hash_of(state.alg), state.size, [bytes.fromhex(peak) for peak in json.loads(state.peaks)]
    )

"""Checkpoints (检查点): size and root of the tree, signed, in the table and in a file that leaves the host.

The file ``ZJY_CHECKPOINTS/checkpoints.jsonl`` is what a copy outside is made of. It is written after the
commit; a crash in between is made good by the next checkpoint, which first adds the lines that lack.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from zhujianyun.base import ciphers, clock
from zhujianyun.kernel.journal import rows
from zhujianyun.kernel.journal.canonical import rfc3339
from zhujianyun.kernel.journal.models import Checkpoint
from zhujianyun.kernel.journal.sealing import frontier_of, locked_state

KEY_LABEL = "journal"
TAIL_BYTES = 65_536  # enough for the last lines of the file
SIGNED = ("alg", "key_label", "log_id", "number", "public_key", "root", "signature_alg", "size", "ts")


def file_path() -> Path:
    """Where the checkpoints leave the database (检查点文件)."""
    return Path(settings.ZJY_CHECKPOINTS) / "checkpoints.jsonl"


def checkpoint() -> Checkpoint:
    """Sign the present size and root; the last one again when nothing was sealed since (签发检查点).

    Not inside another transaction: what goes to the file must be committed.
    """
    with transaction.atomic(durable=True):
        state = locked_state()
        made = Checkpoint.objects.order_by("-number").first()
        if made is None or made.size != state.size:
            number = 0 if made is None else made.number + 1
            made = _signed(number, state.log_id, state.alg, frontier_of(state))
            made.save(force_insert=True)
    _bring_file_up_to_date()
    return made


def _signed(number: int, log_id: str, alg: str, frontier: Any) -> Checkpoint:
    signer = ciphers.signer(KEY_LABEL)
    made = Checkpoint(
        number=number,
        log_id=log_id,
        size=frontier.size,
        root=frontier.root().hex(),
        at=clock.now(),
        alg=alg,
        key_label=KEY_LABEL,
        signature_alg=signer.alg,
        public_key=signer.public_bytes().decode(),
    )
    made.signature = signer.sign(signed_bytes(_as_line(made))).hex()
    return made


def _as_line(made: Checkpoint) -> dict[str, Any]:
    return {
        name: rfc3339(made.at) if name == "ts" else getattr(made, name) for name in (*SIGNED, "signature")
    }


def signed_bytes(line: dict[str, Any]) -> bytes:
    """What the signature of a checkpoint covers: canonical JSON without the signature (待签内容)."""
    return orjson.dumps({name: line.get(name) for name in SIGNED}, option=orjson.OPT_SORT_KEYS)


def stored(after: int = rows.FIRST) -> list[dict[str, Any]]:
    """The checkpoints as they lie in the table, numbers above ``after``, in order (库内检查点)."""
    columns = ", ".join(rows.time_text("c.at") if name == "ts" else f"c.{name}" for name in SIGNED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, c.signature FROM journal_checkpoint c WHERE c.number > %s ORDER BY c.number",
            [after],
        )
        return [dict(zip((*SIGNED, "signature"), row, strict=True)) for row in cursor.fetchall()]


def _bring_file_up_to_date() -> None:
    """Add the lines that the file lacks; appended and synced before this returns."""
    path = file_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        _lock(file)
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        kept = file.read()
        if kept and not kept.endswith(b"\n"):  # a line cut by a crash
            file.write(b"\n")
        for line in stored(after=_last_number(kept)):
            file.write(orjson.dumps(line, option=orjson.OPT_SORT_KEYS) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lock(file: Any) -> None:
    """One process at a time writes the file; the lock ends with the file."""
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX)


def _last_number(kept: bytes) -> int:
    for line in reversed(kept.splitlines()):
        try:
            return int(orjson.loads(line)["number"])
        except (ValueError, KeyError, TypeError):
            continue
    return -1

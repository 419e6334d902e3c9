"""A worker killed in the middle of a batch: nothing is lost, nothing is seen twice (后台进程被杀)."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from django.db import connection

from zhujianyun.apps.data_gathering.actions import starting
from zhujianyun.kernel.access import SYSTEM

from . import sources

pytestmark = [pytest.mark.slow, pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]
ROWS, PATIENCE = 12_000, 90.0
WORKER = """
import django
django.setup()
from zhujianyun.apps.data_gathering.actions import reading
from zhujianyun.base import jobs
reading.PART_ROWS = 1000
jobs.Loop(poll_seconds=0.1).{way}()
"""


@contextmanager
def worker(var: Path, way: str) -> Iterator[subprocess.Popen]:
    given = {**os.environ, "ZJY_VAR": str(var), "DJANGO_SETTINGS_MODULE": "zhujianyun.config.settings.test"}
    given.pop("ZJY_DATABASE", None)
    process = subprocess.Popen([sys.executable, "-c", WORKER.format(way=way)], env=given)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit, "nothing happened"
        time.sleep(0.1)


def asked(var: Path, statement: str) -> tuple[Any, ...]:
    with sqlite3.connect(f"file:{var / 'zhujianyun.sqlite3'}?mode=ro", uri=True, timeout=30) as db:
        row = db.execute(statement).fetchone()
    db.close()
    return tuple(row)


def test_what_a_killed_worker_read_is_read_once_and_published_once(work, settings):
    var = work.folder
    settings.ZJY_LAKE, settings.ZJY_KEYS = var / "lake", var / "keys"
    source = work.register(rows=sources.rows(ROWS), rows_per_second=3000)
    source.place = {**source.place, "batch_rows": 500}
    source.save()
    batch = starting.start(source, by=SYSTEM)
    connection.ensure_connection()
    with sqlite3.connect(var / "zhujianyun.sqlite3") as copy:
        connection.connection.backup(copy)
    copy.close()
    landed = "SELECT landed, state FROM data_gathering_batch"
    with worker(var, "run") as first:
        until(lambda: asked(var, landed)[0] >= 3000)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    read, state = asked(var, landed)
    assert (state, asked(var, "SELECT count(*) FROM resource_snapshot")) == ("running", (0,))
    assert read < ROWS
    with worker(var, "drain") as second:
        until(lambda: second.poll() is not None or asked(var, landed)[1] not in ("queued", "running"))
    counts = asked(
        var, "SELECT state, source_count, landed, rejected, duplicate, resumed FROM data_gathering_batch"
    )
    assert counts == ("complete", ROWS, ROWS, 0, 0, 1)
    assert asked(var, "SELECT count(*), max(version), max(rows) FROM resource_snapshot") == (1, 0, ROWS)
    place = var / "lake" / "t.things"
    table = DeltaTable(str(place))
    ids = [n for file in table.file_uris() for n in pq.read_table(file, columns=["id"])["id"].to_pylist()]
    assert sorted(ids) == [n * 3 for n in range(ROWS)]
    assert {path.name for path in place.iterdir()} == {"_delta_log", batch.code}

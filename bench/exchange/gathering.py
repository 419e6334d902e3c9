"""What the benchmarks of gathering share: a platform of their own and a table of firms (归集基准)."""

from __future__ import annotations

import csv
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

FOLDER = Path(tempfile.mkdtemp(prefix="zjy-bench-gather-"))
os.environ["ZJY_VAR"] = str(FOLDER)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.test")

Row = tuple[Any, ...]
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "type": "integer", "nullable": False},
    {"name": "uscc", "type": "text", "nullable": False, "length": 18, "code": "uscc"},
    {"name": "title", "type": "text", "nullable": False, "length": 60},
    {"name": "person", "type": "text", "code": "citizen_id", "personal": True},
    {"name": "area", "type": "text", "code": "division"},
    {"name": "capital", "type": "decimal"},
    {"name": "founded", "type": "date"},
    {"name": "changed", "type": "datetime"},
    {"name": "staff", "type": "integer"},
    {"name": "is_live", "type": "boolean"},
    {"name": "grade", "type": "text", "values": ["特级", "一级", "二级", "三级"]},
    {"name": "address", "type": "text", "length": 120},
]
DDL = ("id {int} PRIMARY KEY, uscc varchar(18) NOT NULL, title varchar(60) NOT NULL, person varchar(18),"
       " area varchar(6), capital numeric(18,2), founded date, changed {at}, staff int, is_live boolean,"
       " grade varchar(10), address varchar(120)")  # fmt: skip


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """Firms that nothing is wrong with; codes from a pool of 5 000 so that making them takes no hour."""
    from zhujianyun.base.codes import citizen_id, uscc

    rng = Random(seed)
    codes = [(uscc.make(rng), citizen_id.make(rng)) for _ in range(5000)]
    areas = ("450103", "450105", "450107", "450203", "450305", "450502")
    for n in range(count):
        firm, person = codes[n * 7919 % 5000]
        yield (
            n + 1, firm, f"广西第{n}建筑工程有限公司", person, areas[n % 6], f"{n % 90000 + n % 100 / 100:.2f}",
            (date(1990, 1, 1) + timedelta(days=n % 10000)).isoformat(), f"2020-{n % 12 + 1:02}-15 08:{n % 60:02}:00",
            n % 900, n % 9 > 0, ("特级", "一级", "二级", "三级")[n % 4], f"南宁市青秀区民族大道{n % 200}号{n}室",
        )  # fmt: skip


def start_platform() -> Any:
    """A database of our own; the office and system that the sources belong to."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DATABASES["default"]["NAME"] = str(FOLDER / "bench.sqlite3")
    call_command("migrate", verbosity=0)
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.system.models import BusinessSystem

    office = Office.objects.create(code="450000", name="厅", kind="province")
    return BusinessSystem.objects.create(code="bench", name="基准系统", owner=office, authority="housing")


def register(system: Any, code: str, kind: str, place: dict[str, Any], mode: str = "full") -> Any:
    """A source."""
    from zhujianyun.apps.data_gathering.actions import registering
    from zhujianyun.kernel.access import SYSTEM

    return registering.register_source(code, code, system, COLUMNS, ["id"], kind, place, by=SYSTEM, mode=mode)


def gather(source: Any, mode: str = "") -> Any:
    """One batch, through the real actions."""
    from zhujianyun.apps.data_gathering.actions import gathering, starting
    from zhujianyun.kernel.access import SYSTEM

    batch = starting.start(source, by=SYSTEM, mode=mode)
    gathering.gather(batch.code)
    batch.refresh_from_db()
    assert batch.state == "complete", batch.why
    return batch


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def to_csv(count: int) -> dict[str, Any]:
    """The firms as a CSV file."""
    with (FOLDER / "firms.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column["name"] for column in COLUMNS])
        writer.writerows(rows(count))
    return {"path": str(FOLDER / "firms.csv")}


def to_sqlite(count: int) -> dict[str, Any]:
    """The firms in an SQLite file."""
    path = FOLDER / "firms.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute(f"CREATE TABLE firms ({DDL.format(int='INTEGER', at='datetime')})")
        db.executemany(f"INSERT INTO firms VALUES ({','.join('?' * 12)})", rows(count))
    db.close()
    return {"path": str(path), "table": "firms"}


def to_postgres(count: int) -> dict[str, Any] | None:
    """The firms in PostgreSQL, when ``scripts/with-services`` started one."""
    from urllib.parse import urlsplit

    if not (address := os.environ.get("ZJY_TEST_POSTGRES")):
        return None
    import psycopg

    with psycopg.connect(address) as db, db.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS firms")
        cursor.execute(f"CREATE TABLE firms ({DDL.format(int='int', at='timestamp')})")
        with cursor.copy("COPY firms FROM STDIN") as copy:
            for row in rows(count):
                copy.write_row(row)
    at = urlsplit(address)
    return {
        "host": at.hostname,
        "port": at.port,
        "database": "postgres",
        "user": at.username,
        "table": "firms",
    }


def bare_executemany(count: int) -> float:
    """The peer: the same rows into an SQLite table by executemany, nothing checked; rows a second."""
    given = list(rows(count))
    with sqlite3.connect(FOLDER / "bare.sqlite3") as db:
        db.execute("DROP TABLE IF EXISTS firms")
        db.execute(f"CREATE TABLE firms ({DDL.format(int='INTEGER', at='datetime')})")

        def insert() -> None:
            db.executemany(f"INSERT INTO firms VALUES ({','.join('?' * 12)})", given)
            db.commit()

        taken = seconds(insert)
    db.close()
    return count / taken


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):>10,.0f}  ({min(values):,.0f}–{max(values):,.0f})"


def load() -> str:
    """The load average, without which no rate means anything."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())

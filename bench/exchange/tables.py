"""What the benchmarks of the table plane share: a big table, our plane and Datasette over the same rows (库表基准)."""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from zhujianyun.apps.data_gateway.rules import storing
from zhujianyun.apps.data_gateway.tests import policies
from zhujianyun.kernel.resource.granting import Offered
from zhujianyun.kernel.resource.items import Item

RESULTS = Path(__file__).parent / "results"
FOLDER = Path(os.environ.get("ZJY_BENCH_TABLES", Path(tempfile.gettempdir()) / "zjy-bench-tables"))
DATASETTE = os.environ.get("ZJY_BENCH_DATASETTE", "datasette")  # a peer of the bench only
COLUMNS = {"uscc": "text", "title": "text", "city": "text", "grade": "text", "staff": "integer", "capital": "decimal",
           "founded": "date", "changed": "datetime", "is_live": "boolean", "phone": "text", "person": "text",
           "address": "text"}  # fmt: skip
INDEXED = ("title", "city", "grade", "staff", "founded")
CITIES = [f"45{n:02d}00" for n in range(1, 15)]
GRADES = ("特级", "一级", "二级", "三级")
HEADERS = {"Authorization": f"Bearer {policies.SECRET}", "X-Road-Client": policies.CLIENT,
           "X-Zjy-Purpose": quote("资格核验")}  # fmt: skip


def key_of(number: int) -> str:
    """The key of a row (主键)."""
    return f"91450100MA{number:08d}"


def _rows(count: int) -> Iterator[dict[str, Any]]:
    draw = random.Random(7)
    for n in range(count):
        yield {
            "uscc": key_of(n), "title": f"广西某某建筑工程第{n}有限公司", "city": CITIES[draw.randrange(14)],
            "grade": GRADES[draw.randrange(4)], "staff": draw.randrange(2000),
            "capital": Decimal(draw.randrange(10**9)) / 100, "founded": date(1990, 1, 1) + timedelta(n % 11000),
            "changed": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=n), "is_live": n % 10 != 0,
            "phone": f"138{n % 10**8:08d}", "person": "张三", "address": f"南宁市青秀区民族大道{n % 900}号",
        }  # fmt: skip


def build(count: int) -> tuple[Path, Path]:
    """Our serving file and Datasette's database over the same rows; made once (制作)."""
    ours, theirs = FOLDER / f"{count}.sqlite", FOLDER / f"peer{count}.db"
    if ours.exists() and theirs.exists():
        return ours, theirs
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in (ours, theirs):
        old.unlink(missing_ok=True)
    names = [*COLUMNS, "capital" + storing.ORDER]
    columns = [
        f'"{name}" {"INTEGER" if COLUMNS.get(name) in ("integer", "boolean") else "TEXT"}' for name in names
    ]
    for path, table, kept in ((ours, "rows", len(names)), (theirs, "firms", len(COLUMNS))):
        base = sqlite3.connect(path, isolation_level=None)
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        rowid = " WITHOUT ROWID" if table == "rows" else ""
        base.execute(f"CREATE TABLE {table} ({', '.join(columns[:kept])}, PRIMARY KEY (uscc)){rowid}")
        base.execute("BEGIN")
        base.executemany(
            f"INSERT INTO {table} VALUES ({', '.join('?' * kept)})",
            ((*_stored(row), storing.decimal_order(row["capital"]))[:kept] for row in _rows(count)),
        )
        base.execute("COMMIT")
        for name in INDEXED:
            base.execute(f'CREATE INDEX "by_{name}" ON {table} ("{name}")')
        base.execute("ANALYZE")
        if table == "rows":
            _tell(base, count)
        base.close()
    return ours, theirs


def _stored(row: dict[str, Any]) -> list[Any]:
    return [
        storing.decimal_text(row[name]) if kind == "decimal"
        else row[name] if kind in ("text", "integer") else storing.compared(row[name], kind)
        for name, kind in COLUMNS.items()
    ]  # fmt: skip


def _tell(base: sqlite3.Connection, count: int) -> None:
    told = [{"name": name, "type": kind, "nulls": 0} for name, kind in COLUMNS.items()]
    about = {"dataset": "bench", "version": 3, "schema": 1, "rows": count, "key": json.dumps(["uscc"]),
             "columns": json.dumps(told)}  # fmt: skip
    base.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
    base.executemany("INSERT INTO about VALUES (?, ?)", about.items())


def policy(file: Path, **terms: Any) -> Any:
    """A policy with one grant that has quotas and a mask (策略)."""
    items = {
        code: Item(code, code, type=kind, mask="name" if code == "person" else "")
        for code, kind in COLUMNS.items()
    }
    offer = Offered("306/1", "published", "conditional", True, items, {code: code for code in COLUMNS})
    given = {"items": tuple(COLUMNS), "quota": {"per_second": 1_000_000, "per_day": 500_000_000}, **terms}
    return policies.made(
        (policies.terms(**given),), (policies.service(file=str(file), snapshot=3),), offers={"m1": offer},
        keys_folder=str(FOLDER / "keys"),
    )  # fmt: skip


def free_port() -> int:
    """A port that nobody uses (空闲端口)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


@contextmanager
def plane(made: Any, *, workers: int = 1) -> Iterator[tuple[str, Path, subprocess.Popen[bytes]]]:
    """Our table plane as it runs in service, its policy touched as the worker does (库表接口)."""
    serving, port = Path(tempfile.mkdtemp(prefix="zjy-bench-serving-")), free_port()
    (FOLDER / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    policies.put(serving, made)
    done = threading.Event()

    def touch() -> None:
        while not done.wait(1.0):
            os.utime(serving / "policy.json")

    threading.Thread(target=touch, daemon=True).start()
    process = start(serving, port, workers)
    try:
        _answers(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", serving, process
    finally:
        done.set()
        process.terminate()
        process.wait(20)
        shutil.rmtree(serving, ignore_errors=True)


def start(serving: Path, port: int, workers: int = 1) -> subprocess.Popen[bytes]:
    """The process of the plane (启动)."""
    return subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
         "--log-level", "warning", "--loop", "uvloop", "--runtime-mode", "st", "--workers", str(workers), "--factory",
         "zhujianyun.apps.data_gateway.api.table.app:application"],
        env={**os.environ, "ZJY_SERVING": str(serving)}, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


@contextmanager
def datasette(file: Path) -> Iterator[str]:
    """The peer, as its own documentation serves read-only data: immutable (同类软件)."""
    port = free_port()
    process = subprocess.Popen(
        [DATASETTE, "serve", "-i", str(file), "--port", str(port), "--setting", "allow_facet", "off",
         "--setting", "suggest_facets", "off", "--setting", "sql_time_limit_ms", "20000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _answers(f"http://127.0.0.1:{port}/-/versions.json")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def drive(
    base: str, paths: list[str], headers: dict[str, str], *, seconds: int, clients: int = 16
) -> tuple[float, float]:
    """Requests a second and p99 in ms, by wrk over the paths in turn (压测).

    Raises:
        RuntimeError: when an answer was not 2xx.
    """
    listed = ", ".join(json.dumps(path) for path in paths)
    told = "\n".join(
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()
    )
    script = FOLDER / "drive.lua"
    script.write_text(
        f"local paths = {{{listed}}}\nlocal n = 0\n{told}\n"
        "request = function() n = n + 1; return wrk.format(nil, paths[n % #paths + 1]) end\n"
    )
    out = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", str(script), base],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    if "Non-2xx" in out:
        raise RuntimeError(out)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    late = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    assert rate and late, out
    return float(rate[1]), float(late[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[late[2]]


def compare(name: str, sides: dict[str, Any], passes: int) -> dict[str, float]:
    """Run the sides in turn and print medians (交替测量); raw rows go to ``results/NAME.csv``."""
    found: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for _ in range(passes):
        for side, run in sides.items():
            found[side].append(run())
    medians = {side: statistics.median(rate for rate, _ in rows) for side, rows in found.items()}
    load = os.getloadavg()[0]
    for side, rows in found.items():
        rates = [rate for rate, _ in rows]
        spread = (max(rates) - min(rates)) / medians[side]
        late = statistics.median(p99 for _, p99 in rows)
        print(
            f"  {side:<24}{medians[side]:>9,.0f} req/s  ±{spread / 2:.0%}  p99 {late:7.1f} ms  load {load:.1f}"
        )
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{name}.csv").open("a", newline="") as file:
        csv.writer(file).writerows(
            [side, n, round(rate), round(p99, 2), round(load, 1)]
            for side, rows in found.items() for n, (rate, p99) in enumerate(rows)
        )  # fmt: skip
    return medians

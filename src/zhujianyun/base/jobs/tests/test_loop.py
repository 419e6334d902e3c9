"""Tests of real workers (后台进程测试): processes of their own on a database in a file.

Nothing here runs inside pytest's own database: the parent looks at the same file by itself. With
``ZJY_ALONE_POSTGRES=name,user,host,port`` the same tests run on that server (its schema is emptied).
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_DJANGO = "import django; django.setup(); from zhujianyun.base import jobs; from zhujianyun.base.jobs.tests import played; "
POSTGRES = os.environ.get("ZJY_ALONE_POSTGRES", "")  # the same tests on a server: name,user,host,port
PATIENCE = 30.0  # seconds until a test gives up waiting


def postgres() -> Any:
    import psycopg

    name, user, host, port = POSTGRES.split(",")
    return psycopg.connect(dbname=name, user=user, host=host, port=port, autocommit=True)


class House:
    """A folder with a database in it, and the workers that live on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = os.environ | {
            "ZJY_VAR": str(folder),
            "DJANGO_SETTINGS_MODULE": "zhujianyun.base.jobs.tests.alone",
            "PYTHONUNBUFFERED": "1",
        }
        self.workers: list[subprocess.Popen[str]] = []
        if POSTGRES:
            with postgres() as connection:
                connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        migrate = [sys.executable, "-m", "django", "migrate", "-v0"]
        subprocess.run(migrate, env=self.env, check=True)
        self.do("played.make_table()")

    def do(self, code: str) -> str:
        """Run a line of Python in the house; what it printed."""
        ask = [sys.executable, "-c", _DJANGO + code]
        answer = subprocess.run(ask, env=self.env, check=True, capture_output=True, text=True)
        return answer.stdout.strip()

    def enqueue(self, call: str) -> str:
        return self.do(f"print(jobs.enqueue({call}))")

    def worker(self, *ticks: str) -> subprocess.Popen[str]:
        log = (self.folder / f"worker-{len(self.workers)}.log").open("w")
        ask = [sys.executable, "-m", "zhujianyun.base.jobs.tests.work", *ticks]
        process = subprocess.Popen(ask, env=self.env, stdout=log, stderr=log, text=True)
        self.workers.append(process)
        return process

    def log(self, number: int = 0) -> str:
        return (self.folder / f"worker-{number}.log").read_text()

    def ask(self, sql: str, *values: object) -> list[tuple]:
        if not POSTGRES:
            with contextlib.closing(sqlite3.connect(self.folder / "alone.sqlite3", timeout=30)) as database:
                return database.execute(sql.replace("%s", "?"), values).fetchall()
        with postgres() as connection:
            return connection.execute(sql, values).fetchall()

    def ask_of(self, job_id: str, sql: str) -> object:
        return self.ask(sql, job_id, job_id.replace("-", ""))[0][0]

    def effects(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT what FROM effect ORDER BY what")]

    def status(self, job_id: str) -> str:
        sql = "SELECT status FROM django_tasks_database_dbtaskresult WHERE CAST(id AS text) IN (%s, %s)"
        return str(self.ask_of(job_id, sql))

    def attempts(self, job_id: str) -> int:
        sql = "SELECT attempts FROM jobs_jobrun WHERE CAST(task_id AS text) IN (%s, %s)"
        return int(str(self.ask_of(job_id, sql)))

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            logs = "\n".join(self.log(n) for n in range(len(self.workers)))
            assert time.monotonic() < deadline, f"waited in vain for: {what}\n{logs}"
            time.sleep(0.05)

    def end(self) -> None:
        for process in self.workers:
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.end()


pytestmark = pytest.mark.slow
PORTIONS = [f"portion {n:03}" for n in range(12)]


def test_after_kill_9_a_new_worker_finishes_the_job_exactly_once_in_effect(house):
    job_id = house.enqueue("played.portions, count=12, pause=0.1")
    first = house.worker()
    house.until(lambda: len(house.effects()) >= 4, "some portions")
    first.kill()
    first.wait()
    assert house.status(job_id) == "RUNNING", "the queue alone would leave it so for ever"
    assert 4 <= len(house.effects()) < 12
    house.worker()
    house.until(lambda: house.status(job_id) == "SUCCESSFUL", "the end of the job")
    assert house.effects() == PORTIONS
    assert house.attempts(job_id) == 2
    assert "已中断，任务已收回" in house.log(1)
    pids = house.ask("SELECT DISTINCT pid FROM effect")
    assert {row[0] for row in pids} == {first.pid, house.workers[1].pid}


def test_kill_9_inside_an_atomic_job_leaves_no_half_effect(house):
    job_id = house.enqueue("played.one_piece, what='whole', pause=1.0")
    first = house.worker()
    house.until(lambda: house.status(job_id) == "RUNNING", "the beginning")
    time.sleep(0.3)
    first.kill()
    first.wait()
    assert house.effects() == []
    house.worker()
    house.until(lambda: house.status(job_id) == "SUCCESSFUL", "the end of the job")
    assert house.effects() == ["whole"]


def test_two_workers_share_the_jobs_and_no_job_runs_twice(house):
    house.do("[jobs.enqueue(played.one_piece, what=f'{n:02}', pause=0.02) for n in range(20)]")
    house.worker()
    house.worker()
    house.until(lambda: len(house.effects()) >= 20, "twenty jobs")
    for process in house.workers:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    assert house.effects() == [f"{n:02}" for n in range(20)]
    attempts = house.ask("SELECT DISTINCT attempts FROM jobs_jobrun")
    assert attempts == [(1,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_stops_at_once_and_signs_off(house, number):
    process = house.worker("works")
    house.until(lambda: "tick" in house.effects(), "the first tick")
    process.send_signal(number)
    assert process.wait(timeout=PATIENCE) == 0
    assert house.log().endswith("ended\n")
    assert house.ask("SELECT count(*) FROM jobs_worker WHERE stopped_at IS NULL") == [(0,)]


def test_a_long_job_is_interrupted_put_back_and_not_counted(house):
    job_id = house.enqueue("played.sleeps, seconds=600")
    process = house.worker()
    house.until(lambda: "begun" in house.effects(), "the beginning")
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 0
    assert (house.status(job_id), house.attempts(job_id)) == ("READY", 0)
    assert house.effects() == ["begun"]


def test_a_short_job_may_end_before_the_worker_stops(house):
    job_id = house.enqueue("played.sleeps, seconds=1.5")
    process = house.worker()
    house.until(lambda: "begun" in house.effects(), "the beginning")
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 0
    assert house.status(job_id) == "SUCCESSFUL"


def test_a_job_that_does_not_listen_cannot_hold_the_worker(house):
    job_id = house.enqueue("played.does_not_listen, seconds=600")
    process = house.worker()
    house.until(lambda: "deaf" in house.effects(), "the beginning")
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 75
    assert "强制退出" in house.log()
    house.worker()
    house.until(lambda: house.effects().count("deaf") == 2, "the next worker takes over")
    assert house.attempts(job_id) == 2


def test_ticks_fail_and_hang_without_stopping_the_others(house):
    job_id = house.enqueue("played.remember, what=1")
    process = house.worker("fails", "hangs", "works")
    house.until(lambda: house.effects().count("tick") >= 3, "a good tick beside a bad one")
    house.until(lambda: house.status(job_id) == "SUCCESSFUL", "a job beside them")
    house.until(lambda: house.log().count("节拍 fails") >= 2, "a second try of the bad tick")
    lines = [line for line in house.log().splitlines() if "节拍 fails" in line]
    assert lines[0] == "节拍 fails 第 1 次失败，1 秒后再试：RuntimeError: 节拍 坏了"
    assert "2 秒后再试" in lines[1]
    assert "Traceback" not in house.log()
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 0
    assert "节拍 hangs 没有按时停下" in house.log()


def test_the_register_shows_how_the_ticks_fare(house):
    house.worker("fails", "works")

    def told() -> dict:
        rows = house.ask("SELECT ticks FROM jobs_worker")
        found = rows[0][0] if rows else {}
        return json.loads(found) if isinstance(found, str) else found

    house.until(lambda: told().get("fails", {}).get("failures"), "the report of the ticks")
    assert told()["fails"]["error"] == "RuntimeError: 节拍 坏了"
    assert told()["works"] | {"turned_at": ""} == {"failures": 0, "error": "", "turned_at": ""}


def test_n_workers_at_the_same_clock_serve_a_slot_once(house):
    look = (
        "import sys, time; from zhujianyun.base import clock; from zhujianyun.base.jobs import schedule; "
        "from datetime import date, timedelta; from contextlib import suppress; "
        "schedule._plans = {k: v for k, v in schedule._plans.items() if 'quarter' in k}; "
        "slot = clock.at_local(date(2020, 3, 5), 9); "
    )
    house.do(look + "clock.use(clock.VirtualClock(slot)); jobs.run_due()")
    start = time.time() + 2.0
    code = (
        _DJANGO
        + look
        + (
            f"time.sleep(max(0, {start} - time.time())); "
            "print(sum(clock.use(clock.VirtualClock(slot + timedelta(minutes=15 * n))) or jobs.run_due() "
            "+ 0 * jobs.run_ready() for n in range(1, 9)))"
        )
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", code], env=house.env, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    served = [int(racer.communicate(timeout=60)[0]) for racer in racers]
    enqueued = house.ask("SELECT count(*) FROM django_tasks_database_dbtaskresult")[0][0]
    assert sum(served) == enqueued <= 8
    assert enqueued >= 1

"""The supervisor killed (整体中断): no process is left, the ports are free, the next start goes on."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
from datetime import datetime

import pytest

from tests.faults.running import Browser, Platform
from tests.house import alive, family, until
from zhujianyun.config.supervisor import Child, check_ports

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
LAST = "SELECT max(at) FROM journal_entry"


@pytest.fixture
def platform(house):
    made = Platform(house)
    yield made
    made.close()


def test_when_the_supervisor_is_killed_everything_ends_and_the_next_start_goes_on(platform):
    platform.up()
    Browser(platform, "nanning.clerk")  # signing in is an entry in the journal
    before = instant(platform.house.one(LAST))
    everybody = family(platform.process.pid)
    assert len(everybody) >= 6, "three keepers and their servers"
    os.kill(platform.process.pid, signal.SIGKILL)
    platform.process.communicate()
    until(lambda: not [pid for pid in everybody if alive(pid)], "the end of every process")
    check_ports([Child("web", [], port=platform.port), Child("gateway", [], port=platform.port + 1)])
    platform.up()
    Browser(platform, "nanning.clerk")
    after = instant(platform.house.one(LAST))
    assert after > before, "the demo's clock does not run back"
    assert after.date().isoformat() == "2020-12-31"
    verified = platform.house.run("journal", "verify")
    assert verified.code == 0, verified.all


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_while_nothing_runs_the_demos_clock_stands(house):
    file = house.folder / "clock.json"
    state = json.loads(file.read_text())
    file.write_text(json.dumps(state | {"when_really": "2026-01-01T00:00:00+00:00"}))
    os.utime(file, (0, 0))
    now = house.script("from zhujianyun.base import clock\nprint(clock.now().isoformat())")
    assert now[:13] == state["stands_at"][:13]


def test_killed_between_two_notes_of_the_clock_it_goes_on_after_the_last_entry(house):
    told = house.script(_AHEAD).split()
    assert told[1] >= told[0], "no entry lies in the future"


_AHEAD = """
from datetime import timedelta
from django.db import transaction
from zhujianyun.base import clock
from zhujianyun.config import demo_clock
from zhujianyun.kernel import journal
with transaction.atomic():
    last = clock.now() + timedelta(seconds=55)
    journal.record("case.note", actor="system", object=("case", "x"), at=last)
demo_clock.take_up()
print(last.isoformat(), clock.now().isoformat())
"""


def test_a_port_in_use_is_named_before_anything_starts(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words in (("up", "--port", str(port)), ("demo", "--scale", "0.02", "--port", str(port))):
            refused = house.run(*words)
            assert refused.code == 1 and f"端口 {port} 已被其他程序占用" in refused.all, refused.all
            assert "Traceback" not in refused.all


def test_a_database_held_by_somebody_else_for_a_while_is_waited_for(house):
    holder = sqlite3.connect(house.file, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    writer = house.begin("from zhujianyun.kernel import journal\nprint('go', flush=True)\n" + _WRITE)
    assert writer.stdout and writer.stdout.readline() == "go\n"
    holder.execute("ROLLBACK")
    holder.close()
    assert writer.communicate(timeout=60)[0] == "written\n"


_WRITE = """
from django.db import transaction
with transaction.atomic():
    journal.record("case.note", actor="system", object=("case", "x"))
print("written")
"""

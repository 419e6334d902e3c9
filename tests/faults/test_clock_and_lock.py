"""The demo's clock over stops and kills (演示时钟), and a database that somebody else holds (占用中的数据库)."""

from __future__ import annotations

import json
import os
import sqlite3

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


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

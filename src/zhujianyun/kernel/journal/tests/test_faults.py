"""kill -9 and several workers at once: nothing lost, nothing twice. Real processes, one file database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RECORDS = 3000
PRELUDE = """
import sys, time, django
django.setup()
from django.core.management import call_command
from django.db import transaction
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import checkpoints, sealing
from zhujianyun.kernel.journal.models import Seal, Follower
def write(count):
    with transaction.atomic():
        journal.record_many(journal.draft("case.x", actor="system", object=("case", str(n))) for n in range(count))
def here(name):
    print(name, flush=True)
    time.sleep(600)
"""
MOMENTS = {
    "before the seals": "real = sealing._append; sealing._append = lambda *a: here('now')",
    "after the seals": "real = sealing._append; sealing._append = lambda *a: (real(*a), here('now'))",
    "before the commit": "sealing.LogState.save = lambda *a, **k: (super(sealing.LogState, a[0]).save(), here('now'))",
}


def environment(folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name != "ZJY_DATABASE"}
    return own | {
        "ZJY_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "zhujianyun.kernel.journal.tests.settings",
    }


def start(folder: Path, script: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PRELUDE + script]
    return subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True)


def answer(folder: Path, script: str) -> str:
    process = start(folder, script)
    out = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    return out.strip()


CHECK = """
while journal.seal(): pass
journal.checkpoint()
report = journal.verify(checkpoints.file_path())
assert report.ok, report
print(report.entries, Seal.objects.values("entry_id").distinct().count(), journal.Entry.objects.count())
"""


@pytest.fixture
def folder(tmp_path):
    answer(tmp_path, f"call_command('migrate', verbosity=0); write({RECORDS})")
    return tmp_path


@pytest.mark.parametrize("moment", sorted(MOMENTS))
def test_a_sealer_killed_at_a_bad_moment_loses_and_doubles_nothing(folder, moment):
    process = start(folder, f"journal.seal(1000)\n{MOMENTS[moment]}\njournal.seal()")
    assert process.stdout and process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert answer(folder, "print(Seal.objects.count())") == "1000"
    assert answer(folder, CHECK) == f"{RECORDS} {RECORDS} {RECORDS}"


def test_a_sealer_killed_at_any_moment_loses_and_doubles_nothing(folder):
    chance = random.Random(2020)
    for _ in range(4):
        process = start(
            folder, "print('go', flush=True)\nwhile True: write(20); journal.seal(7); journal.checkpoint()"
        )
        assert process.stdout and process.stdout.readline() == "go\n"
        time.sleep(chance.uniform(0.01, 0.25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    entries, sealed, written = answer(folder, CHECK).split()
    assert entries == sealed == written and int(written) >= RECORDS


def test_several_sealers_and_writers_at_once_keep_one_chain(folder):
    workers = [start(folder, "for _ in range(15): write(10); journal.seal(50)") for _ in range(3)]
    for worker in workers:
        worker.communicate(timeout=120)
        assert worker.returncode == 0
    total = RECORDS + 3 * 15 * 10
    assert answer(folder, CHECK) == f"{total} {total} {total}"


FOLLOWING = """
from pathlib import Path
import os, django.db
def work(entries):
    journal.record_many(journal.draft("case.effect", actor="system", object=("case", str(e.seq))) for e in entries)
    {inside}
journal.follow("test.effect", "case.x", work, batch=100)
journal.seal()
journal.run_followers()
"""


def test_a_follower_killed_in_its_work_and_two_at_once_do_everything_once(folder):
    process = start(folder, FOLLOWING.format(inside="if entries[0].seq >= 500: here('now')"))
    assert process.stdout and process.stdout.readline() == "now\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    workers = [start(folder, FOLLOWING.format(inside="")) for _ in range(2)]
    for worker in workers:
        worker.communicate(timeout=120)
        assert worker.returncode == 0
    counted = (
        "made = journal.Entry.objects.filter(verb='case.effect')\n"
        "print(made.count(), made.values('object_id').distinct().count(), Follower.objects.get().attempts)"
    )
    assert answer(folder, counted) == f"{RECORDS} {RECORDS} 0"

"""Benchmark of jobs (任务性能): enqueue, run, lost worker. One command: ``.venv/bin/python bench/jobs.py``.

SQLite in a file of its own, as on one machine. Printed: medians of three rounds.
"""

from __future__ import annotations

import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = tempfile.mkdtemp(prefix="zjy-bench-jobs-")
os.environ["ZJY_VAR"] = FOLDER
os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.base.jobs.tests.alone"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from zhujianyun.base import jobs  # noqa: E402
from zhujianyun.base.jobs.models import Worker, machine_now  # noqa: E402
from zhujianyun.base.jobs.running import claim  # noqa: E402
from zhujianyun.base.jobs.tests import played  # noqa: E402
from zhujianyun.base.jobs.workers import register  # noqa: E402

COUNT, ROUNDS = 100, 3


def seconds(work: Callable[[], object]) -> float:
    """How long one round takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(name: str, rounds: list[float], count: int) -> None:
    """One line of the result."""
    each = statistics.median(rounds) / count
    print(f"{name:<44}{each * 1000:8.2f} ms each{1 / each:10.0f} /s")


def enqueue_alone() -> None:
    for _ in range(COUNT):
        jobs.enqueue(played.remember, what=1)


def enqueue_together() -> None:
    with transaction.atomic():
        enqueue_alone()


def lose_all() -> None:
    worker = register()
    while claim(worker.id):
        continue
    Worker.objects.filter(pk=worker.id).update(stopped_at=machine_now())


def main() -> None:
    """All rounds."""
    logging.getLogger("zhujianyun.jobs").setLevel(logging.ERROR)
    call_command("migrate", verbosity=0)
    show("enqueue, a transaction each", [seconds(enqueue_alone) for _ in range(ROUNDS)], COUNT)
    DBTaskResult.objects.all().delete()
    show("enqueue in the caller's transaction", [seconds(enqueue_together) for _ in range(ROUNDS)], COUNT)
    DBTaskResult.objects.all().delete()
    ran, swept, idle = [], [], []
    for _ in range(ROUNDS):
        enqueue_together()
        ran.append(seconds(jobs.run_ready))
        enqueue_together()
        lose_all()
        swept.append(seconds(jobs.sweep))
        jobs.run_ready()
        idle.append(seconds(lambda: [claim("nobody") for _ in range(COUNT)]))
    show("claim, run and note an empty job", ran, COUNT)
    show("take back the job of a lost worker", swept, COUNT)
    show("look for work when there is none", idle, COUNT)


if __name__ == "__main__":
    main()

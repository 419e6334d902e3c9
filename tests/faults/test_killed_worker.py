"""The worker killed in the middle of sealing, following and jobs (后台进程中断): the next one ends the work."""

from __future__ import annotations

import random
import re
import time

import pytest

from tests.faults.running import PLANT
from tests.house import House, kill, until

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
ACTS = 40
# Real acts with a real effect: each change of a design that was passed starts a linked case. And jobs.
BACKLOG = (
    PLANT
    + f"""
from zhujianyun.base import jobs
from zhujianyun.base.jobs import housekeeping
passed = Case.objects.filter(process="fire_design", state="passed").select_related("applicant").order_by("pk")[:{ACTS}]
for one in passed:
    by = access.subject_actor(one.applicant_id, one.applicant.name)
    case.act(one, "change", by=by, expected_version=one.version, key="change", documents=["变更说明", "变更后的消防设计文件"])
for one in plant("backlog", 10):
    case.act(one, "accept", by=officer("clerk"), expected_version=one.version, key="accept")
for _ in range(20):
    jobs.enqueue(housekeeping.clear_old_jobs)
"""
)


@pytest.fixture
def busy(house: House) -> House:
    """A platform on which much was done while no worker ran."""
    house.script(BACKLOG)
    assert (
        house.one("SELECT count(*) FROM journal_entry WHERE id NOT IN (SELECT entry_id FROM journal_seal)")
        > ACTS
    )
    return house


def progress(house: House) -> int:
    """How much of the backlog is done, as a count that only grows."""
    return sum(
        house.one(f"SELECT count(*) FROM {table}")
        for table in ("journal_seal", "case_effectdone", "indicator_snapshot", "jobs_jobrun")
    )


def test_a_worker_killed_again_and_again_leaves_nothing_undone_and_does_nothing_twice(busy):
    before, chance = busy.one("SELECT count(*) FROM case_case"), random.Random()
    played = busy.one(
        "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE task_path NOT LIKE '%clear_old_jobs'"
    )
    for _ in range(2):
        worker, seen = busy.start("worker"), progress(busy)
        until(lambda seen=seen: progress(busy) > seen or backlog(busy) == 0, "that the worker has begun")
        time.sleep(chance.uniform(0, 0.2))
        kill(worker)
    done = busy.run("worker", "--once")
    assert done.code == 0, done.all
    assert backlog(busy) == 0
    started = busy.rows(
        "SELECT event, count(*), min(result) FROM case_effectdone WHERE effect = 'case.start:fire_design' GROUP BY event"
    )
    assert len(started) == ACTS and {(count, result) for _, count, result in started} == {(1, "done")}
    assert busy.one("SELECT count(*) FROM case_case") == before + ACTS
    doubled = busy.rows(
        "SELECT open_key FROM case_case WHERE open_key <> '' GROUP BY open_key HAVING count(*) > 1"
    )
    assert doubled == []
    jobs = busy.rows("SELECT status, count(*) FROM django_tasks_database_dbtaskresult GROUP BY status")
    assert jobs == [("SUCCESSFUL", played + 20)], "each job that was waiting ran to its end"
    told = busy.all_of(("journal", "verify"), ("figures", "--format", "csv"))
    assert told[0].code == 0, told[0].all
    accepted = next(
        line for line in told[1].out.splitlines() if line.startswith("fire_review.design_accepted,")
    )
    latest = busy.one(
        "SELECT value FROM indicator_snapshot WHERE indicator = 'fire_review.design_accepted' AND grain = 'year'"
        " AND city = '' AND period_start = '2020-01-01' ORDER BY id DESC LIMIT 1"
    )
    assert int(re.split(",", accepted)[2]) == int(latest), "the wall shows what the records say"


def backlog(house: House) -> int:
    """What waits: entries to seal, entries to follow, jobs to run."""
    unsealed = house.one(
        "SELECT count(*) FROM journal_entry WHERE id NOT IN (SELECT entry_id FROM journal_seal)"
    )
    behind = house.one(
        "SELECT coalesce(max((SELECT size FROM journal_logstate) - cursor), 0) FROM journal_follower"
    )
    waiting = house.one(
        "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
    )
    return unsealed + behind + waiting

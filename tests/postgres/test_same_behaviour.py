"""The same platform on PostgreSQL (PostgreSQL 一致性): the same year, and nothing twice under real concurrency."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.faults.running import PLANT
from tests.house import House, kill, until

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
SORTED = {
    "cases": "SELECT open_key, number, state, lamp, due_on, round, version FROM case_case WHERE open_key LIKE 'sample:%'",
    "steps": "SELECT number, seq, action, actor_zh FROM case_step JOIN case_case c ON c.id = case_id WHERE number IS NOT NULL",
    "papers": "SELECT doc, number FROM case_paper",
    "clocks": "SELECT number, deadline, r.due_on, net_days, gross_days FROM case_clockrun r JOIN case_case c ON c.id = case_id WHERE number IS NOT NULL",
    "draws": "SELECT public_value, seed, state FROM case_draw",
    "numbers": "SELECT scope, last FROM case_numbersequence",
    "acts": "SELECT verb, count(*) FROM journal_entry GROUP BY verb",
    "subjects": "SELECT kind, name FROM subject_subject",
}


def test_the_year_played_on_postgresql_is_the_year_played_on_sqlite(played, played_there):
    asked = ("figures", "--format", "csv"), ("journal", "verify")
    here, there = played.all_of(*asked), played_there.all_of(*asked)
    assert here[0].out == there[0].out
    assert there[1].code == 0, there[1].all
    for name, query in SORTED.items():
        assert sorted(map(str, played.rows(query))) == sorted(map(str, rows(played_there, query))), name


def rows(house: House, query: str) -> list[tuple[object, ...]]:
    return [tuple(str(v) if hasattr(v, "isoformat") else v for v in row) for row in house.rows(query)]


# --- several processes at once ---

SUBMIT = "print(*[one.number for one in plant({name!r}, 12)], flush=True)"
# Both read the case, wait for each other, then act on what they have read.
RACE = """
from zhujianyun.base.errors import Conflict
from zhujianyun.kernel.case import queries
one = queries.by_number({number!r})
version = one.version
print("ready", flush=True)
sys.stdin.readline()
try:
    step = case.act(one, {action!r}, by=officer("clerk"), expected_version=version, key={key!r}, reason="不属于本机关职权")
    print("won", step.pk)
except Conflict as lost:
    print("lost", lost.message_zh)
"""


def finished(process: subprocess.Popen[str]) -> str:
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said.strip()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request, prepared, tmp_path):
    """The same test on a SQLite file and on PostgreSQL."""
    if request.param == "postgresql":
        yield request.getfixturevalue("house")
        return
    made = prepared.played.copy_to(tmp_path / "file")
    yield made
    made.close()


def test_numbers_given_by_four_processes_at_once_leave_no_gap_and_none_is_given_twice(both):
    writers = [both.begin(PLANT + SUBMIT.format(name=name)) for name in "甲乙丙丁"]
    numbers = sorted(number for writer in writers for number in finished(writer).split())
    prefix = re.sub(r"\d{5}$", "", numbers[0])
    last = int(numbers[-1][-5:])
    assert numbers == [f"{prefix}{n:05}" for n in range(last - 47, last + 1)]
    assert both.one("SELECT count(*) - count(DISTINCT number) FROM case_case WHERE number IS NOT NULL") == 0


def raced(house: House, number: str, *acts: tuple[str, str]) -> list[str]:
    """Several processes that have read the same case and act at the same moment."""
    racers = [house.begin(PLANT + RACE.format(number=number, action=action, key=key)) for action, key in acts]
    for racer in racers:
        assert racer.stdout and racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return sorted(finished(racer) for racer in racers)


def test_of_two_who_act_on_the_same_state_one_wins_and_the_other_learns_who_it_was(both):
    number = both.script(PLANT + "print(*[one.number for one in plant('race', 1)])")
    lost, won = raced(both, number, ("accept", "one"), ("refuse", "two"))
    assert won.startswith("won") and lost.startswith("lost")
    assert re.search(r"已于 2020-12-31 \d\d:\d\d 办理“(受理|不予受理)”，请刷新后按最新情况办理", lost)


def test_the_same_key_twice_at_once_is_one_step(both):
    number = both.script(PLANT + "print(*[one.number for one in plant('twice', 1)])")
    first, second = raced(both, number, ("accept", "same"), ("accept", "same"))
    assert first == second and first.startswith("won")
    query = "SELECT count(*) FROM journal_entry WHERE object_id = ? AND verb = 'case.fire_design.accept'"
    assert both.one(query, number) == 1


def test_workers_killed_and_two_at_once_do_nothing_twice(house):
    house.script(
        PLANT
        + "for one in plant('work', 30): case.act(one, 'accept', by=officer('clerk'), expected_version=one.version, key='a')"
    )
    first = house.start("worker")
    sealed = house.one("SELECT count(*) FROM journal_seal")
    until(lambda: house.one("SELECT count(*) FROM journal_seal") > sealed, "the first seal")
    kill(first)
    two = [house.start("worker") for _ in range(2)]
    waiting = (
        "SELECT (SELECT count(*) FROM journal_entry WHERE id NOT IN (SELECT entry_id FROM journal_seal))"
        " + coalesce((SELECT max((SELECT size FROM journal_logstate) - cursor) FROM journal_follower), 0)"
    )
    until(lambda: house.one(waiting) == 0, "the end of the backlog")
    for worker in two:
        worker.terminate()
        worker.communicate(timeout=60)
    assert house.one("SELECT count(*) - count(DISTINCT seq) FROM journal_seal") == 0
    assert house.run("journal", "verify").code == 0

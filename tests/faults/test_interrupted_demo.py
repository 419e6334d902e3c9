"""The demo killed while it is being prepared goes on and ends as if nothing had been (演示中断后续演)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.house import DEMO, House, closing, kill, until

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
DAYS = "SELECT count(*) FROM journal_entry WHERE verb = 'fire_review.sample_day'"
GATHERED = "SELECT count(*) FROM data_gathering_batch WHERE state = 'complete'"
MOMENTS: dict[str, Callable[[House], object]] = {
    "while accounts are opened": lambda house: house.one("SELECT count(*) FROM access_account") >= 5,
    "on a day in spring": lambda house: house.one(DAYS) >= 40,
    "on a day in autumn": lambda house: house.one(DAYS) >= 170,
    "while sources are gathered": lambda house: house.one(GATHERED) >= 40,
    "while figures are counted": lambda house: "seal" in house.steps_done(),
}


@pytest.fixture
def half(prepared, tmp_path):
    with closing(prepared.migrated.copy_to(tmp_path / "half")) as made:
        yield made


def test_a_demo_killed_five_times_ends_like_one_that_was_never_disturbed(half, played):
    for name, moment in MOMENTS.items():
        process = half.start(*DEMO)
        until(lambda moment=moment, process=process: process.poll() is not None or moment(half), name)
        assert process.poll() is None, f"not killed {name}, it had ended: {process.communicate()[0]}"
        kill(process)
    ended = half.run(*DEMO)
    assert ended.code == 0, ended.all
    assert not differences(half, played)
    told, expected = (
        one.all_of(("figures", "--format", "csv"), ("journal", "verify")) for one in (half, played)
    )
    assert told[0].out == expected[0].out
    assert told[1].code == 0, told[1].all


def test_a_finished_demo_started_again_does_nothing_twice(house):
    before, noted = outcome(house), (house.folder / "demo.json").read_text()
    snapshots = house.one("SELECT count(*) FROM indicator_snapshot")
    again = house.run(*DEMO)
    assert again.code == 0 and "演示数据已就绪" in again.out
    assert outcome(house) == before
    assert house.one("SELECT count(*) FROM indicator_snapshot") == snapshots
    assert json.loads((house.folder / "demo.json").read_text()) == json.loads(noted)


def outcome(house: House) -> dict[str, Counter[str]]:
    """Every case with its number and lamp, its steps, marks, papers and clocks, every draw, every number used."""
    # Cases that effects have started carry the number of a journal entry in their key; it may differ.
    ours = "CASE WHEN c.open_key LIKE 'sample:%' THEN c.open_key ELSE '' END, c.number"
    of_case = "case_id = c.id"
    queries = {
        "cases": f"SELECT {ours}, state, lamp, due_on, round, version, result FROM case_case c",
        "steps": f"SELECT {ours}, seq, action, actor_zh, at FROM case_case c JOIN case_step ON {of_case}",
        "marks": f"SELECT {ours}, name, day, m.round FROM case_case c JOIN case_mark m ON {of_case}",
        "papers": f"SELECT {ours}, doc, p.number FROM case_case c JOIN case_paper p ON {of_case}",
        "clocks": f"SELECT {ours}, deadline, r.due_on, net_days FROM case_case c JOIN case_clockrun r ON {of_case}",
        "draws": "SELECT frozen_at, public_value, state FROM case_draw",
        "numbers": "SELECT scope, last FROM case_numbersequence",
        "batches": "SELECT d.code, b.asked_at, mode, state, landed, rejected, duplicate, digest"
        " FROM data_gathering_batch b JOIN resource_dataset d ON d.id = b.dataset_id",
        "accounts": "SELECT username, name_zh FROM access_account",
        "acts": "SELECT verb FROM journal_entry",
    }
    return {name: Counter(map(str, house.rows(query))) for name, query in queries.items()}


def differences(one: House, other: House) -> dict[str, tuple[Counter[str], Counter[str]]]:
    """What one has and the other has not, both ways."""
    here, there = outcome(one), outcome(other)
    return {
        name: (here[name] - there[name], there[name] - here[name])
        for name in here
        if here[name] != there[name]
    }


def test_another_seed_or_scale_is_refused_with_the_way_out(house):
    for words in (("--seed", "7"), ("--scale", "0.05")):
        refused = house.run("demo", "--no-serve", "--scale", "0.02", *words)
        assert refused.code == 1 and "已有的演示数据是种子 2020、规模 0.02" in refused.err, refused.all
        assert "make demo-reset" in refused.err and "Traceback" not in refused.all

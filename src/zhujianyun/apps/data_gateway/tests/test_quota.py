"""Quotas: reckoning, the ledger across processes, and after a kill."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gateway.api.gate.ledger import Ledger, used_in
from zhujianyun.apps.data_gateway.api.gate.writing import LogWriter
from zhujianyun.apps.data_gateway.rules import quota, records
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.quota import Limits
from zhujianyun.apps.data_gateway.tests import policies

AT = int(policies.NOW.timestamp() * 1_000_000)
DAY = quota.day_of(AT)


@given(rate=st.integers(1, 50), gaps=st.lists(st.floats(0, 0.5), max_size=120))
def test_a_bucket_never_lets_more_pass_than_its_rate_and_one_second_of_it(rate, gaps):
    arrival, now, passed = 0.0, 100.0, []
    for gap in gaps:
        now += gap
        arrival, wait = quota.admit(arrival, now, rate)
        if not wait:
            passed.append(now)
    for number, begin in enumerate(passed):
        within = [one for one in passed[number:] if one <= begin + 1.0]
        assert len(within) <= 2 * rate
    if passed:
        assert len(passed) <= rate + rate * (passed[-1] - passed[0]) + 1


def test_a_full_bucket_holds_one_second_and_tells_when_to_come_again():
    arrival = 0.0
    for _ in range(5):
        arrival, wait = quota.admit(arrival, 10.0, 5)
        assert not wait
    arrival, wait = quota.admit(arrival, 10.0, 5)
    assert wait == pytest.approx(0.2)
    assert quota.admit(arrival, 10.0 + wait, 5)[1] == 0


def test_an_arrival_time_of_before_a_reboot_does_not_lock_anybody_out():
    assert quota.admit(9_999_999.0, 12.0, 1)[1] == 0


def test_the_day_begins_at_midnight_in_shanghai():
    before, after = (
        1_609_430_399_999_999,
        1_609_430_400_000_000,
    )  # 2020-12-31 23:59:59.999999 and midnight, +08:00
    assert int(quota.day_of(after)) == int(quota.day_of(before)) + 1
    assert quota.seconds_left(before) == pytest.approx(1e-6) and quota.seconds_left(after) == 86_400


def ledger(serving: Path) -> tuple[Ledger, LogWriter]:
    log = LogWriter(serving, "t")
    return Ledger(serving, log.name), log


def taken(book: Ledger, limits: Limits, most: int) -> int:
    """How many calls pass before the first refusal."""
    for number in range(most):
        try:
            book.admit("G", limits, AT)
        except Fault:
            return number
    return most


@pytest.mark.parametrize(
    "limits", [Limits(per_day=37), Limits(total=37), Limits(per_day=37, total=90)], ids=str
)
def test_a_limit_is_met_exactly(tmp_path, limits):
    book, log = ledger(tmp_path)
    assert taken(book, limits, 100) == 37
    book.close()
    log.close()


def test_a_second_kind_that_refuses_gives_the_first_back(tmp_path):
    book, log = ledger(tmp_path)
    assert taken(book, Limits(per_day=50, total=5), 60) == 5
    assert taken(book, Limits(per_day=50), 60) == 45
    book.close()
    log.close()


def test_what_failed_is_given_back(tmp_path):
    book, log = ledger(tmp_path)
    limits = Limits(per_day=3)
    for _ in range(20):
        book.admit("G", limits, AT)
        book.give_back("G", limits, AT)
    assert taken(book, limits, 9) == 3
    book.close()
    log.close()


def test_an_unused_slice_returns_for_the_others(tmp_path, monkeypatch):
    one, log1 = ledger(tmp_path)
    other, log2 = ledger(tmp_path)
    limits = Limits(per_day=100)
    one.admit("G", limits, AT)
    monkeypatch.setattr("zhujianyun.apps.data_gateway.api.gate.ledger.IDLE", -1.0)
    one.keep()
    assert taken(other, limits, 200) == 99
    for made in (one, other, log1, log2):
        made.close()


def test_a_process_that_ends_well_settles_what_it_used(tmp_path):
    book, log = ledger(tmp_path)
    for _ in range(7):
        book.admit("G", Limits(per_day=100), AT)
    book.close()
    log.close()
    book, log = ledger(tmp_path)
    assert book.used("G", DAY) == 7
    book.close()
    log.close()


def test_a_lost_ledger_begins_with_what_the_policy_knows(tmp_path):
    seed = policies.made(used={"G": {quota.TOTAL: 8, DAY: 2}})
    log = LogWriter(tmp_path, "t")
    book = Ledger(tmp_path, log.name, seed)
    assert taken(book, Limits(total=10), 99) == 2
    book.close()
    log.close()


def _line(number: str, grant: str = "G") -> bytes:
    blank = dict.fromkeys(records.NAMES, "")
    row = {**blank, "id": number, "grant": grant, "succeeded": True, "request_in": AT, "items": ()}
    return records.orjson.dumps({"k": "call", **row}, option=records.orjson.OPT_APPEND_NEWLINE)


def _burn(serving: str, limit: int, told: str, begin: float) -> None:
    """A plane in miniature: admit, record, tell what was acknowledged; until refused."""
    book, log = ledger(Path(serving))
    fd = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while time.time() < begin:
        time.sleep(0.001)
    number = 0
    while True:
        try:
            book.admit("G", Limits(per_day=limit), AT)
        except Fault:
            time.sleep(0.002)
            continue
        number += 1
        log.append(_line(f"{os.getpid()}-{number}"))
        os.write(fd, b"x")


def _run(tmp_path: Path, limit: int, processes: int, kills: int) -> tuple[int, int]:
    """Processes burn a quota, some are killed and replaced; (acknowledged, logged)."""
    spawn = multiprocessing.get_context("spawn")
    told = tmp_path / "told"
    begin = time.time() + 1.5
    args = (str(tmp_path), limit, str(told), begin)
    running = [spawn.Process(target=_burn, args=args, daemon=True) for _ in range(processes)]
    for one in running:
        one.start()
    for number in range(kills):
        time.sleep(max(0.0, begin - time.time()) + 0.05)
        os.kill(running[number % processes].pid, signal.SIGKILL)
        running[number % processes].join()
        running[number % processes] = spawn.Process(target=_burn, args=args, daemon=True)
        running[number % processes].start()
    end, last, still = time.time() + 25, -1, 0
    while time.time() < end and still < 8:  # until nothing moves any more
        time.sleep(0.5)
        now = told.stat().st_size if told.exists() else 0
        last, still = now, still + 1 if now == last and now else 0
    for one in running:
        os.kill(one.pid, signal.SIGKILL)
        one.join()
    logged: Counter = Counter()
    for path in (tmp_path / "calls").glob("*.log"):
        logged += used_in(path)
    return told.stat().st_size, logged[("G", DAY)]


@pytest.mark.slow
def test_several_processes_never_exceed_a_limit_and_meet_it(tmp_path):
    acknowledged, logged = _run(tmp_path, limit=3000, processes=3, kills=0)
    assert acknowledged == logged == 3000


@pytest.mark.slow
def test_kills_neither_lose_nor_exceed(tmp_path):
    kills = 4
    acknowledged, logged = _run(tmp_path, limit=3000, processes=2, kills=kills)
    assert acknowledged <= logged <= acknowledged + kills + 2, "what was acknowledged is in the log"
    assert logged <= 3000
    assert logged >= 3000, "what the killed had leased but not used came back"

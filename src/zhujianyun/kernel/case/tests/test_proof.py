"""The proof of a clock (时限证明), and the script that checks it without us."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock as time
from zhujianyun.base.workdays import fixed_holidays, shipped
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import clock, prove, recompute_clock
from zhujianyun.kernel.case.clock import Ledger, Lengthening, Segment

SCRIPT = Path(prove.__file__).with_name("recompute_clock.py")


def check(path):
    """The script alone: isolated, no site packages, another folder."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path)], capture_output=True, text=True, cwd=path.parent
    )


@pytest.fixture
def proof(desk, standing):
    one = desk.accepted()
    standing.move_to(time.at_local(date(2020, 3, 4), 10))
    desk.act(one, "test")
    standing.move_to(time.at_local(date(2020, 3, 12), 10))
    desk.act(one, "tested", documents=["检测报告"])
    while journal.seal():
        pass
    standing.move_to(time.at_local(date(2020, 3, 16), 10))
    return prove.prove(one)


def test_a_proof_is_confirmed_by_the_script_alone(proof, tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
    said = check(path)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "证明成立" in said.stdout
    assert all(line["leaf"] for line in proof["journal"])
    decide = proof["clocks"][-1]
    assert (decide["result"]["net"], decide["result"]["gross"]) == (4, 10)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda c: c["result"].update(due="2020-12-31"), lambda c: c.update(days=c["days"] + 1),
        lambda c: c["segments"][0].update(paused_on="2020-03-03"), lambda c: c["result"].update(net=1),
        lambda c: c["result"].update(lamp="black"), lambda c: c.update(start="2020-02-28"),
    ],
)  # fmt: skip
def test_a_proof_that_was_tampered_with_is_refused(proof, tmp_path, tamper):
    tamper(proof["clocks"][-1])
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    said = check(path)
    assert said.returncode == 1 and "不成立" in said.stdout


def test_a_file_that_is_no_proof_is_said_to_be_none(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("{}")
    assert check(path).returncode == 2


@st.composite
def ledgers(draw):
    start = draw(st.dates(date(2019, 1, 1), date(2026, 11, 1)))
    segments = []
    for _ in range(draw(st.integers(0, 3))):
        begin = start + timedelta(draw(st.integers(0, 30)))
        end = begin + timedelta(draw(st.integers(0, 30))) if draw(st.booleans()) else None
        segments.append(Segment(begin, end, begin + timedelta(draw(st.integers(1, 40)))))
    granted = tuple(
        Lengthening(start + timedelta(draw(st.integers(0, 15))), draw(st.integers(1, 15)))
        for _ in range(draw(st.integers(0, 2)))
    )
    stopped = start + timedelta(draw(st.integers(0, 60))) if draw(st.booleans()) else None
    unit = draw(st.sampled_from(["workday", "day"]))
    return Ledger(start, draw(st.integers(0, 30)), unit, tuple(segments), granted, stopped)


@given(ledgers(), st.integers(0, 80))
@example(  # a same-day limit from a Saturday, paused at once: the due day is the day of the resumption
    Ledger(date(2020, 2, 1), 0, "workday", (Segment(date(2020, 2, 1), None, date(2020, 2, 8)),), (), None), 7
)
@settings(deadline=None, max_examples=300)
def test_the_slow_script_and_the_fast_clock_never_differ(ledger, after):
    today = ledger.started_on + timedelta(after)
    calendar = shipped().calendar()
    told = clock.read(ledger, calendar, today)
    found = recompute_clock.reading(as_proof(ledger, calendar), today)
    fast = {
        "due": told.due_on.isoformat() if told.due_on else None, "net": told.net_days, "gross": told.gross_days,
        "left": told.left_days, "lamp": told.lamp, "paused": told.paused, "overdue": told.overdue,
    }  # fmt: skip
    assert found == fast


def as_proof(ledger, calendar):
    def text(day):
        return day.isoformat() if day else None

    return {
        "start": text(ledger.started_on), "days": ledger.days, "unit": ledger.unit, "yellow": ledger.yellow,
        "stopped": text(ledger.stopped_on),
        "segments": [
            {"paused_on": text(s.paused_on), "resumed_on": text(s.resumed_on), "cap_on": text(s.cap_on)}
            for s in ledger.segments
        ],
        "lengthenings": [{"on": text(one.on), "days": one.days} for one in ledger.lengthenings],
        "calendar": {
            "published_from": text(calendar.first_day), "published_to": text(calendar.horizon),
            "rows": [{"day": text(day), "workday": row.is_workday} for day, row in calendar.effective.items()],
            "fixed_holidays": [
                {"month": h.month, "day": h.day, "from": text(h.valid_from), "to": text(h.valid_to)}
                for h in fixed_holidays()
            ],
        },
    }  # fmt: skip

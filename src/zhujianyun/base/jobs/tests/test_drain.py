"""Tests of emptying the queue without a standing worker (清空队列测试)."""

from __future__ import annotations

import pytest

from zhujianyun.base import jobs
from zhujianyun.base.jobs.models import Worker
from zhujianyun.base.jobs.tests import played
from zhujianyun.base.jobs.ticks import LONGEST_PAUSE, Tick

pytestmark = pytest.mark.django_db


def test_draining_runs_what_is_ready_and_signs_off():
    played.calls.clear()
    jobs.enqueue(played.remember, what=1)
    jobs.enqueue(played.remember, what=2)
    assert jobs.Loop().drain() == 2
    assert played.calls == [1, 2]
    assert Worker.objects.get().stopped_at is not None


def test_the_pause_of_a_failing_tick_grows_to_five_minutes_and_ends_with_success():
    broken = [True]

    def sometimes() -> None:
        if broken:
            raise OSError("x")

    tick = Tick("t", sometimes, 1.0)
    pauses = []
    for _ in range(12):
        assert not tick.turn()
        pauses.append(tick.pause())
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses[-1] == LONGEST_PAUSE
    broken.clear()
    assert tick.turn()
    assert tick.pause() == 1.0


def test_a_rare_tick_is_not_retried_more_often_than_it_turns():
    tick = Tick("t", lambda: 1 / 0, 3600.0)
    tick.turn()
    assert tick.pause() == 3600.0

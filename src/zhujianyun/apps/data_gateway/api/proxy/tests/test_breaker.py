"""When a provider is left in peace, and when it is asked again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gateway.api.proxy.breaker import Breaker, State
from zhujianyun.apps.data_gateway.api.proxy.limits import Tripping

RULE = Tripping(failures=3, open_seconds=10, longest_seconds=35, trials=1, successes=2)


def _opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(RULE)
    for _ in range(3):
        breaker.failed(at, "超时")
    return breaker


def test_failures_in_a_row_open_it_and_one_good_answer_begins_anew():
    breaker = Breaker(RULE)
    breaker.failed(0, "")
    breaker.failed(0, "")
    breaker.succeeded()
    breaker.failed(0, "")
    breaker.failed(0, "")
    assert breaker.state is State.CLOSED
    breaker.failed(0, "无法连接")
    assert (breaker.state, breaker.why, breaker.lets_through(9.9)) == (State.OPEN, "无法连接", False)


def test_after_the_pause_one_trial_goes_and_two_good_ones_close_it():
    breaker = _opened()
    assert [breaker.lets_through(10), breaker.lets_through(10)] == [True, False]
    breaker.succeeded()
    assert (breaker.state, breaker.lets_through(11)) == (State.HALF_OPEN, True)
    breaker.succeeded()
    assert breaker.state is State.CLOSED


def test_a_failed_trial_doubles_the_pause_up_to_the_longest():
    breaker, now = _opened(), 0.0
    pauses = []
    for _ in range(4):
        pauses.append(breaker.until - now)
        now = breaker.until
        assert breaker.lets_through(now)
        breaker.failed(now, "超时")
    assert pauses == [10, 20, 35, 35]


def test_a_trial_whose_caller_hung_up_makes_room_for_another():
    breaker = _opened()
    assert breaker.lets_through(10)
    breaker.dropped()
    assert breaker.lets_through(10)


@given(st.lists(st.sampled_from(["ask", "good", "bad", "drop", "wait"]), max_size=60))
def test_never_more_than_one_trial_at_a_time(steps):
    breaker, now, under_way = Breaker(RULE), 0.0, 0
    for step in steps:
        if step == "wait":
            now += 7
        elif step == "ask":
            through = breaker.lets_through(now)
            under_way += through
            assert not through or breaker.state is not State.HALF_OPEN or breaker.trying == 1
        elif under_way:
            under_way -= 1
            if step == "bad":
                breaker.failed(now, "")
            else:
                {"good": breaker.succeeded, "drop": breaker.dropped}[step]()

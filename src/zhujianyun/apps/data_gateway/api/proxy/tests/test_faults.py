"""Providers that fail and callers that leave, over real sockets: who is told what, and what is counted."""

from __future__ import annotations

from contextlib import ExitStack

import orjson
import pytest

from zhujianyun.apps.data_gateway.api.proxy.limits import Tripping
from zhujianyun.apps.data_gateway.api.proxy.tests import failing, grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import Line, asked, standing, until


def _person(mode: str, code: str = "plain", **given: str) -> bytes:
    return grounds.head(code, f"/v1/persons/{mode}", **given)


FAULTS = {
    "held": (504, "TimedOut"),
    "dies-before": (502, "Unreachable"),
    "dies-in-head": (502, "BadReply"),
    "two-lengths": (502, "BadReply"),
    "length-and-chunks": (502, "BadReply"),
    "odd-coding": (502, "BadReply"),
    "folded": (502, "BadReply"),
    "bare-lf": (502, "BadReply"),
    "no-http": (502, "BadReply"),
    "switching": (502, "BadReply"),
    "huge-head": (502, "BadReply"),
}


@pytest.mark.parametrize("mode", FAULTS)
def test_a_failing_provider_is_answered_for_and_blamed(stand, mode):
    status, type_ = FAULTS[mode]
    found, headers, body = asked(stand.port, _person(mode, "hasty" if type_ == "TimedOut" else "plain"))
    told = orjson.loads(body)
    assert (found, headers["x-road-error"]) == (status, f"Server.ServerProxy.{type_}")
    assert set(told) == {"type", "message", "detail"}
    assert (told["type"], told["detail"]) == (headers["x-road-error"], headers["x-road-request-id"])
    assert "127.0.0.1" not in body.decode()
    (row,) = stand.calls()
    assert (row["id"], row["succeeded"]) == (told["detail"], False)
    assert (row["fault_side"], row["status"]) == ("provider", status)


@pytest.mark.parametrize("mode", ["dies-in-body", "dies-in-chunk", "bad-chunk", "drips"])
def test_an_answer_that_breaks_off_is_broken_off_and_does_not_count(stand, mode):
    with Line(stand.port) as line:
        line.send(_person(mode))
        status, headers, body = line.answer()
        whole = int(headers.get("content-length", 10**6))
        assert status in (200, 502)
        assert status == 502 or len(body) < whole
        assert status == 502 or line.is_closed()
    assert until(lambda: [one["fault_side"] for one in stand.calls()] == ["provider"])
    assert stand.counted() == 0


def test_a_second_answer_that_nobody_asked_for_is_thrown_away_with_its_connection(stand):
    assert asked(stand.port, _person("overlong"))[2] == failing.JSON
    assert asked(stand.port, _person("good"))[2] == failing.JSON


def test_a_kept_connection_that_died_is_replaced_without_the_caller_noticing(stand):
    for _ in range(3):
        assert asked(stand.port, _person("good"))[0] == 200
        stand.run(stand.provider.hang_up())
        assert asked(stand.port, _person("good"))[0] == 200


@pytest.mark.parametrize(
    ("code", "type_"),
    [("inner", "AddressRefused"), ("metadata", "AddressRefused"), ("nobody", "Unreachable")],
)
def test_an_address_within_is_refused_at_the_moment_of_connecting(stand, code, type_):
    status, headers, body = asked(stand.port, grounds.head(code))
    assert (status, headers["x-road-error"]) == (502, f"Server.ServerProxy.{type_}")
    assert "169.254" not in body.decode()
    (row,) = stand.calls()
    assert row["fault_side"] == ("exchange" if type_ == "AddressRefused" else "provider")


def test_a_name_that_leads_inside_is_refused_at_the_moment_of_connecting(tmp_path):
    def lay(stand):
        address = f"http://localhost:{stand.provider_port}"
        service = grounds.service("plain", address, allow_private=("10.0.0.0/8",))
        grounds.lay_services(stand.serving, (service, grounds.terms("plain"), grounds.offered()))

    with standing(tmp_path, lay) as stand:
        assert asked(stand.port, grounds.head())[1]["x-road-error"] == "Server.ServerProxy.AddressRefused"
        assert stand.provider.connections == 0


def test_a_caller_that_hangs_up_in_the_middle_is_not_counted(stand):
    with Line(stand.port) as line:
        line.send(_person("long"))
        assert line.socket.recv(1000)
    assert until(lambda: stand.calls() and not stand.plane.exchanges)
    assert [one["status"] for one in stand.calls()] in ([200], [499])
    assert until(lambda: stand.counted() == 0)


def test_a_caller_that_hangs_up_while_the_provider_thinks_frees_its_place(stand):
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(Line(stand.port)).send(_person("held"))
        assert until(lambda: stand.places_taken() == 4)
    assert until(lambda: stand.places_taken() == 0)
    assert until(lambda: [one["fault_code"] for one in stand.calls()] == ["Client.HungUp"] * 4)
    assert asked(stand.port, _person("good"))[0] == 200


def test_a_caller_that_takes_nothing_is_sent_away(stand):
    with Line(stand.port) as line:
        line.send(_person("long"))
        assert line.socket.recv(1000)
        assert until(lambda: not stand.plane.exchanges)
    assert until(lambda: stand.places_taken() == 0)
    assert until(lambda: stand.calls() and stand.counted() == 0)


def test_a_slow_provider_fills_its_own_places_and_nobody_elses(stand):
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(stand.port)) for _ in range(8)]
        for line in lines:
            line.send(_person("held"))
        assert until(lambda: [one["status"] for one in stand.calls()] == [503] * 4)
        assert until(lambda: stand.provider.held == 4)
        assert asked(stand.port, grounds.head("secret", "/v1/persons/good"))[0] == 200
        stand.provider.release()
        answers = [line.answer() for line in lines]
    assert sorted(one[0] for one in answers) == [200] * 4 + [503] * 4
    assert all(one[1]["x-road-error"] == "Server.ServerProxy.Busy" for one in answers if one[0] == 503)


def test_a_breaker_opens_tells_so_at_once_and_closes_when_the_provider_is_well(tmp_path):
    def lay(stand):
        grounds.lay_services(stand.serving, grounds.plain(stand.base))

    tripping = Tripping(failures=3, open_seconds=3600.0, longest_seconds=3600.0, successes=2)
    with standing(tmp_path, lay, tripping=tripping) as stand:
        assert [asked(stand.port, _person("sick"))[0] for _ in range(3)] == [503, 503, 503]
        before = len(stand.provider.requests)
        status, headers, _ = asked(stand.port, _person("good"))
        assert (status, headers["x-road-error"]) == (503, "Server.ServerProxy.CircuitOpen")
        assert (int(headers["retry-after"]) >= 1, len(stand.provider.requests)) == (True, before)
        assert until(lambda: _state(stand).get("state") == "open")
        stand.run(_pause_is_over(stand))
        assert [asked(stand.port, _person("good"))[0] for _ in range(3)] == [200, 200, 200]
        assert until(lambda: _state(stand).get("state") == "closed")
        assert (_state(stand)["opened"], _state(stand)["turned_away"]) == (1, 1)


async def _pause_is_over(stand) -> None:
    stand.plane.providers["plain"].breaker.until = 0.0


def _state(stand) -> dict:
    files = list((stand.serving / "state").glob("proxy-*.json"))
    rows = orjson.loads(files[0].read_bytes())["providers"] if files else []
    return rows[0] if rows else {}


def test_revoking_a_grant_reaches_a_running_plane(tmp_path):
    def lay(stand, state="active"):
        service = grounds.service("plain", stand.base)
        grounds.lay_services(stand.serving, (service, grounds.terms("plain", state=state), grounds.offered()))

    with standing(tmp_path, lay) as stand:
        assert asked(stand.port, grounds.head())[0] == 200
        lay(stand, "revoked")
        assert until(lambda: asked(stand.port, grounds.head())[0] == 403)


def test_without_a_policy_nothing_is_served(tmp_path):
    with standing(tmp_path, lambda _: None) as stand:
        status, headers, _ = asked(stand.port, grounds.head())
        assert (status, headers["x-road-error"]) == (503, "Server.ClientProxy.PolicyStale")


def test_a_log_that_cannot_be_written_serves_nothing(tmp_path):
    def lay(stand):
        grounds.lay_services(stand.serving, grounds.plain(stand.base))

    with standing(tmp_path, lay) as stand:
        assert asked(stand.port, grounds.head())[0] == 200
        stand.plane.gate.log.append = _cannot
        status, headers, body = asked(stand.port, grounds.head())
        assert (status, headers["x-road-error"]) == (500, "Server.ClientProxy.LogFailed")
        assert b"months" not in body


def _cannot(line: bytes) -> None:
    raise grounds.Fault("Server.ClientProxy.LogFailed")

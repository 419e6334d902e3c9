"""The gate: who may pass, what is taken from the quota, what is written down."""

from __future__ import annotations

import os
import time
from urllib.parse import quote

import pytest

from zhujianyun.apps.data_gateway.api.gate import Gate
from zhujianyun.apps.data_gateway.rules import policy, records
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.tests import policies
from zhujianyun.base import clock


@pytest.fixture
def clocked():
    before = clock.present()
    yield
    clock.use(before)


@pytest.fixture
def gate(tmp_path, clocked):
    policies.put(tmp_path, policies.made((policies.terms(quota={"per_day": 3}),)))
    made = Gate(tmp_path, "table")
    made.open()
    yield made
    made.close()


HEADERS = {"authorization": f"Bearer {policies.SECRET}", "x-road-client": policies.CLIENT,
           "x-zjy-purpose": quote("资格核验"), "x-road-id": "m-1"}  # fmt: skip


def arrive(gate, headers=HEADERS, path=policies.PATH):
    return gate.arrive("table", "GET", f"/r1/{path}/v1/items?staff__ge=3", headers, "10.0.0.1")


def lines(gate):
    gate.log.flush()
    return [row for row, _ in records.read((gate.serving / "calls" / gate.log.name).read_bytes())]


def test_a_call_that_passes_is_recorded_with_its_grant_and_the_time_of_the_platform(gate):
    call = arrive(gate)
    assert gate.enter(call).ground.terms.code == "G1"
    call.hash_request(HEADERS.items(), None)
    gate.finish(call, status=200, response_bytes=10, response_hash="h")
    gate.left(call)
    first, second = lines(gate)
    assert (first["grant"], first["grant_version"], first["purpose"], first["succeeded"]) == (
        "G1",
        2,
        "资格核验",
        True,
    )
    assert (
        first["message_id"] == "m-1" and len(first["request_hash"]) == 88 and len(first["query_hash"]) == 64
    )
    later = arrive(gate)
    assert abs(later.request_in / 1e6 - policies.NOW.timestamp()) < 600  # the platform's clock stands in 2020
    assert (second["k"], second["id"]) == ("out", first["id"])


def test_a_refused_call_is_recorded_and_consumes_nothing(gate):
    for _ in range(5):
        call = arrive(gate)
        gate.enter(call)
        gate.refuse(call, Fault("Client.BadFilter"))
    for _ in range(3):
        call = arrive(gate)
        gate.enter(call)
        gate.finish(call, status=200, response_bytes=1, response_hash="")
    with pytest.raises(Fault) as caught:
        gate.enter(arrive(gate))
    assert caught.value.type == "Client.QuotaDay" and caught.value.retry_after > 0
    assert [row["succeeded"] for row in lines(gate)] == [False] * 5 + [True] * 3


def test_what_is_known_of_a_refused_caller_is_in_the_log_without_his_key(gate):
    call = arrive(gate, {**HEADERS, "authorization": "Bearer wrong"})
    with pytest.raises(Fault) as caught:
        gate.enter(call)
    gate.refuse(call, caught.value)
    (row,) = lines(gate)
    assert (row["fault_code"], row["status"], row["consumer"]) == (
        "Client.KeyUnknown",
        401,
        f"?{policies.CLIENT}",
    )
    assert "wrong" not in str(row)


def test_a_policy_that_nobody_keeps_serves_nobody(tmp_path, clocked):
    policies.put(tmp_path, policies.made())
    gate = Gate(tmp_path, "table")
    gate.policy()
    then = time.time() - policy.STALE_AFTER - 1
    os.utime(tmp_path / "policy.json", (then, then))
    gate._holder._look_at = 0.0
    with pytest.raises(Fault, match="PolicyStale"):
        gate.policy()


def test_a_new_policy_is_seen_and_one_that_cannot_be_read_stops_everything(tmp_path, clocked):
    gate = Gate(tmp_path, "table")
    with pytest.raises(Fault, match="PolicyStale"):
        gate.policy()
    for grants in ((), (policies.terms(),), ()):
        policies.put(tmp_path, policies.made(grants))
        gate._holder._look_at = 0.0
        assert len(gate.policy().policy.grants) == len(grants)
    (tmp_path / "next").write_bytes(b"{}")
    (tmp_path / "next").replace(tmp_path / "policy.json")
    gate._holder._look_at = 0.0
    with pytest.raises(Fault, match="PolicyStale"):
        gate.policy()

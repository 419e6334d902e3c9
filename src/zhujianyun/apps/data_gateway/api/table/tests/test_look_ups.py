"""Many single look-ups of persons are cut off, page reads and other grants are not."""

from __future__ import annotations

import pytest

from zhujianyun.apps.data_gateway.api.gate.ledger import Ledger, used_in
from zhujianyun.apps.data_gateway.api.gate.writing import LogWriter
from zhujianyun.apps.data_gateway.rules import quota
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.quota import Limits
from zhujianyun.apps.data_gateway.tests import policies

HOUR = quota.HOUR_US
NOW = 441_000 * HOUR + HOUR // 4


def granted(door, **more):
    door.publish(policies.terms(quota={"lookups_per_hour": 3}, **more))


def test_the_fourth_look_up_of_an_hour_is_refused_with_when_to_come_back(door):
    granted(door)
    answers = [door.get(f"/v1/items/U{number:04d}") for number in range(1, 6)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    refused = answers[-1]
    assert (
        refused.json()["type"] == "Client.LookupsTooMany" and 0 < int(refused.headers["retry-after"]) <= 3600
    )
    assert door.get("/v1/items?page_size=2").status_code == 200, "pages go on"


def test_a_miss_counts_for_it_tells_something_too(door):
    granted(door)
    found = [door.get(f"/v1/items/X{number}").status_code for number in range(4)]
    assert found == [404, 404, 404, 429]


def test_an_exact_question_for_a_masked_number_is_a_look_up(door):
    granted(door, masks={"holder": "name"}, exact_lookup=("holder",))
    codes = [door.get("/v1/items?holder=李四").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert door.log()[0]["subject_hash"] and not door.log()[-1]["subject_hash"]


def test_what_was_refused_before_the_look_up_takes_none(door):
    granted(door)
    for _ in range(5):
        assert door.get("/v1/items/U0001?sort=area").status_code == 400
    assert door.get("/v1/items/U0001").status_code == 200


def test_without_a_limit_of_its_own_a_grant_on_persons_has_that_of_the_platform(door):
    door.publish(policies.terms(quota={}))
    made = policies.made((policies.terms(quota={}),), (policies.service(file=str(door.file), snapshot=3),),
                         keys_folder=str(door.folder / "keys"), lookups_per_hour=2, offers={"m1": personal()})  # fmt: skip
    policies.put(door.folder, made)
    door._look()
    assert [door.get("/v1/items/U0001").status_code for _ in range(3)] == [200, 200, 429]


def personal():
    from dataclasses import replace

    offered = policies.offered()
    return replace(
        offered, items={code: replace(item, sensitivity="personal") for code, item in offered.items.items()}
    )


@pytest.mark.parametrize(
    ("given", "default", "limit"),
    [({}, 0, None), ({}, 9, 9), ({"lookups_per_hour": 5}, 9, 5), ({"lookups_per_hour": None}, 9, 9)],
    ids=["no limit", "the platform's", "its own", "left open"],
)
def test_whose_limit_holds(given, default, limit):
    assert Limits.of(given, default).lookups == limit


def test_processes_share_the_hour_and_the_next_one_begins_anew(tmp_path):
    logs = [LogWriter(tmp_path, "t") for _ in range(2)]
    one, two = (Ledger(tmp_path, log.name) for log in logs)
    limits, taken = Limits(lookups=50), 0
    for number in range(200):
        try:
            (one, two)[number % 2].look_up("G", limits, NOW)
            taken += 1
        except Fault as fault:
            assert fault.type == "Client.LookupsTooMany"
            assert fault.retry_after == pytest.approx(2700)
    assert taken == 50
    one.look_up("G", limits, NOW + HOUR)
    for each in (one, two, *logs):
        each.close()


def test_after_a_kill_the_log_tells_how_many_there_were(door):
    granted(door)
    for target in (
        "/v1/items/U0001",
        "/v1/items/X1",
        "/v1/items?page_size=1",
        "/v1/items/U0002",
        "/v1/items/U0003",
    ):
        door.get(target)
    gate = door.gate
    gate.log.flush()
    used = used_in(gate.serving / "calls" / gate.log.name)
    hours = {period: n for (_, period), n in used.items() if period.startswith("h")}
    assert list(hours.values()) == [3]

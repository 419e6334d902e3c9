"""What the inventory counts, day by day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.asset_inventory.actions import ending, probing
from zhujianyun.apps.asset_inventory.rules.layout import tile_name
from zhujianyun.apps.asset_inventory.rules.probing import Outcome
from zhujianyun.base import clock
from zhujianyun.kernel.indicator import periods, registry
from zhujianyun.ui.screen import items

from .conftest import MONDAY


def on(code: str, day) -> int:
    return int(registry.get(f"asset_inventory.{code}").tally(periods.day(day)).value or 0)


def test_a_system_counts_from_its_gathering_until_the_day_it_ends(department):
    record = department.enter(gathered_on=MONDAY)
    department.time.move_to(clock.now() + timedelta(days=3))
    ending.retire(record, by=department.who("centre"), reason="停用")
    assert [on("systems_gathered", MONDAY + timedelta(days=n)) for n in range(-1, 5)] == [0, 1, 1, 1, 0, 0]


def test_uptime_is_good_probes_over_probes_of_all_systems(department):
    by = department.who("centre")
    for code, answers in (("a", [True, True, True, False]), ("b", [False])):
        probe = probing.add_probe(department.enter(code), "dns", "localhost", by=by)
        probing.record(
            probe,
            [(clock.now() + timedelta(minutes=n), Outcome(good, "x", 1)) for n, good in enumerate(answers)],
        )
    tally = registry.get("asset_inventory.uptime").tally(periods.day(MONDAY))
    assert (int(tally.numerator), int(tally.denominator)) == (3, 5)


def test_a_finding_counts_until_it_is_gone(department):
    record = department.enter(backup="none")
    assert on("findings_high", MONDAY) == 1 and on("findings_open", MONDAY) == 2  # it stands alone, too
    department.time.move_to(clock.now() + timedelta(days=1))
    ending.retire(record, by=department.who("centre"), reason="停用")
    assert on("findings_open", MONDAY) == 2 and on("findings_open", MONDAY + timedelta(days=1)) == 0


def test_every_gathered_system_has_one_tile_and_an_outage_is_the_worst(department):
    by = department.who("centre")
    probe = probing.add_probe(department.enter("a", name="甲业务管理系统"), "dns", "localhost", by=by)
    department.enter("b")
    for n in range(2):
        probing.record(probe, [(clock.now() + timedelta(minutes=n), Outcome(False, "域名无法解析", 1))])
    tiles = items.worst_first(items.get("asset_inventory.tiles").read())
    assert [(tile.name, tile.level, tile.text) for tile in tiles] == [
        ("甲业务", "bad", "域名无法解析"), ("系统b", "ok", "未设探测"),
    ]  # fmt: skip
    assert len(tiles) == on("systems_gathered", MONDAY)


@given(st.text(max_size=20))
def test_a_tile_keeps_at_least_three_letters_of_a_name(name):
    assert name.startswith(tile_name(name)) and len(tile_name(name)) >= min(3, len(name))

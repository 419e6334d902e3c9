"""Addresses and playlists of wall devices."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.screen.devices import rules


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_every_address_lies_in_the_network_around_it(address: ipaddress.IPv4Address, length: int):
    [network] = rules.networks_of(f"{address}/{length}")
    assert rules.is_allowed(str(address), [network])


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_dress_is_the_same_address(address: ipaddress.IPv4Address):
    assert rules.is_allowed(f"::ffff:{address}", [str(address)])


def test_a_foreign_address_is_not_allowed():
    assert not rules.is_allowed("10.1.3.1", ["10.1.2.0/24", "192.168.0.7/32"])
    assert not rules.is_allowed("", ["0.0.0.0/0"])
    assert not rules.is_allowed("2001:db8::1", ["0.0.0.0/0"])


def test_addresses_are_typed_on_lines_or_with_commas():
    assert rules.networks_of("10.1.2.3，10.1.3.0/24\n::1") == ["10.1.2.3/32", "10.1.3.0/24", "::1/128"]


@pytest.mark.parametrize("typed", ["", "  ", "大厅", "10.1.2.3.4", "10.0.0.0/33"])
def test_what_is_no_address_is_refused(typed: str):
    with pytest.raises(RuleBroken):
        rules.networks_of(typed)


def test_a_playlist_keeps_its_order_and_names_every_screen_once():
    made = rules.playlist_of(["fire", "main", "fire"], "20", {"main", "fire"})
    assert made == [{"screen": "fire", "seconds": 20}, {"screen": "main", "seconds": 20}]


@pytest.mark.parametrize(
    ("screens", "seconds"),
    [([], "20"), (["other"], "20"), (["main"], "4"), (["main"], "3601"), (["main"], "快")],
)
def test_a_playlist_needs_known_screens_and_a_dwell(screens: list[str], seconds: str):
    with pytest.raises(RuleBroken):
        rules.playlist_of(screens, seconds, {"main"})

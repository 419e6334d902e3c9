"""Which provider addresses are refused, when they are registered and when they are connected to."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from zhujianyun.apps.data_gateway.api.proxy import reaching
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbound import addresses

INSIDE = [
    "http://127.0.0.1:80/", "http://[::1]/", "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
    "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://100.64.0.1/", "http://224.0.0.1/", "http://localhost/",
]  # fmt: skip
ODD = [
    "http://2130706433/",
    "http://0x7f.1/",
    "http://127.1/",
    "ftp://a.test/",
    "http://a@b.test/",
    "http://a b.test/",
]


@pytest.mark.parametrize("address", INSIDE + ODD)
def test_an_address_within_is_refused_at_registration(address):
    with pytest.raises(RuleBroken):
        reaching.check_registered(address)


def test_a_range_that_the_operator_allowed_may_be_registered():
    reaching.check_registered("http://10.1.2.3:8080/base", ["10.1.2.0/24"])
    with pytest.raises(RuleBroken):
        reaching.check_registered("http://10.1.3.3/", ["10.1.2.0/24"])


@pytest.mark.parametrize("allowed", ["169.254.0.0/16", "0.0.0.0/0"])
def test_link_local_and_metadata_can_never_be_allowed(allowed):
    with pytest.raises(RuleBroken):
        reaching.check_registered("http://169.254.169.254/", [allowed])


def test_a_range_that_is_none_is_refused():
    with pytest.raises(RuleBroken, match="网段"):
        reaching.ranges(["10.1.2.3/8x"])


def _pinned(monkeypatch: pytest.MonkeyPatch, *found: str, allowed: tuple[str, ...] = ()) -> list[str]:
    monkeypatch.setattr(addresses, "look_up", lambda host, port: [ip_address(one) for one in found])
    place = addresses.place_of("http://provider.test/")
    return asyncio.run(reaching.pinned(place, reaching.ranges(allowed)))


def test_a_name_is_pinned_to_what_was_looked_at(monkeypatch):
    assert _pinned(monkeypatch, "8.8.8.8", "8.8.4.4") == ["8.8.8.8", "8.8.4.4"]


def test_one_address_within_among_good_ones_is_enough_to_refuse(monkeypatch):
    with pytest.raises(RuleBroken):
        _pinned(monkeypatch, "8.8.8.8", "127.0.0.1")


def test_a_name_within_an_allowed_range_is_reached(monkeypatch):
    assert _pinned(monkeypatch, "10.1.2.3", allowed=("10.1.2.0/24",)) == ["10.1.2.3"]

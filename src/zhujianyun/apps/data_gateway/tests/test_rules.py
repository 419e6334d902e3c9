"""Addresses, hashes, decisions, cursors, masks and orders: the pure rules of the gateway."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gateway.rules import addresses, cursors, deciding, masking, reqhash, storing
from zhujianyun.apps.data_gateway.rules.faults import KNOWN, Fault
from zhujianyun.apps.data_gateway.tests import policies

HEADERS = (
    b"GET /r1/GX/GOV/11450000MB0000019D/data/enterprise/v1/items?page_size=1\r\nx-road-client: GX/GOV/M/S\r\n"
)


def test_the_request_hash_is_that_of_the_vectors():
    target = HEADERS.split(b" ", 2)[1].split(b"\r")[0].decode()
    made = reqhash.canonical_headers(
        "GET", target, [("Authorization", "x"), ("X-Road-Client", " GX/GOV/M/S ")]
    )
    assert made == HEADERS
    assert reqhash.request_hash(HEADERS, None) == (
        "KGO3QWIlkpFSWKzQaNFlOUsH0XoeNLNtK6/JFqSo2cz8nsAjHSVDNP3KUTZWDdvP0qBbEeUHspnkPX0prIovMQ=="
    )
    assert reqhash.request_hash(HEADERS, b'{"a":1}') == (
        "bcD0q9UTA5DdQXE+nzOiPV+dSkvdeLt+Oy4wsf+qmKpcSmX/RQJegOT0sr/eoIE306lvgQLRuoAaU5n/gP85Ag=="
    )


def test_an_address_is_taken_apart_and_forwarded_as_it_was_judged():
    found = addresses.parse("/r1/GX/GOV/M/api/%E5%A9%9A%E5%A7%BB/v1/persons/a%20b?x=%2F1")
    assert (found.service_path, found.plane, found.rest) == ("GX/GOV/M/api/婚姻", "api", "/v1/persons/a b")
    assert (found.forward, found.query) == ("/v1/persons/a%20b", "x=%2F1")
    assert addresses.parse("/r1/GX/GOV/M/api/s/v1/").forward == "/v1/"


@pytest.mark.parametrize(
    "rest",
    [
        "v1/../x", "v1/./x", "v1//x", "v1/%2e%2e/x", "v1/%2E/x", "v1/%5c", "v1/%00", "v1/%252f", "v1/%252e%252e",
        "v1/%c0%af", "v1/%c0%ae%c0%ae", "v1/%ed%a0%80", "v1/%2f..%2f", "v1/a\\b", "v1/%zz", "v1/%", "v1/a b", "v1/é",
        "v1/%0a", "v1/#x", "v1?x=%zz", "v1/%7f", "v1/%e2%80%a8",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(rest):
    with pytest.raises(Fault) as caught:
        addresses.parse(f"/r1/GX/GOV/M/api/s/{rest}")
    assert caught.value.type == "Client.BadTarget"


@pytest.mark.parametrize(
    "target, type_",
    [
        ("http://h/r1/a/b/c/data/s", "Client.BadTarget"), ("/r1/a/b/c/data", "Client.ServiceUnknown"),
        ("/r1/a/b/c/other/s/v1", "Client.ServiceUnknown"), ("/x", "Client.ServiceUnknown"), ("*", "Client.BadTarget"),
        ("/r1/a/b/c/data/x%2fy/v1", "Client.BadTarget"), ("/r1/" + "a" * 2000, "Client.TargetTooLong"),
    ],
    ids=["absolute", "short", "plane", "elsewhere", "star", "slash in service", "long"],
)  # fmt: skip
def test_a_target_that_is_no_shared_address_is_refused(target, type_):
    with pytest.raises(Fault) as caught:
        addresses.parse(target)
    assert caught.value.type == type_


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5))
def test_a_part_comes_back_as_it_was_or_is_refused(parts):
    target = "/r1/GX/GOV/M/api/s/" + "/".join(quote(one, safe="", errors="surrogatepass") for one in parts)
    try:
        found = addresses.parse(target)
    except Fault:
        return
    assert found.parts == tuple(parts)
    again = addresses.parse(f"/r1/GX/GOV/M/api/s{found.forward}")
    assert again.parts == found.parts, "what is forwarded reads the same"


@pytest.mark.parametrize(
    "pattern, asked, fits",
    [
        ("/v1/persons/*", "/v1/persons/1", True), ("/v1/persons/*", "/v1/persons", False),
        ("/v1/persons/*", "/v1/persons/1/2", False), ("/v1/persons/**", "/v1/persons/1/2", True),
        ("/v1/persons/**", "/v1/persons", False), ("/v1/*/x", "/v1/a/x", True), ("/v1/a", "/v1/ab", False),
        ("/v1/a", "/v1/A", False), ("/v1/a/", "/v1/a", True),
    ],
)  # fmt: skip
def test_paths_fit_patterns_part_by_part(pattern, asked, fits):
    assert addresses.allowed([pattern], asked) is fits


def ask(**given_) -> deciding.Ask:
    told = {"address": addresses.parse(f"/r1/{policies.PATH}/v1/items"), "method": "GET",
            "authorization": f"Bearer {policies.SECRET}", "client": policies.CLIENT, "purpose": "资格核验", "issue": "",
            "source": "10.0.0.1"}  # fmt: skip
    return deciding.Ask(**{**told, **given_})


def refused(made, now=policies.NOW, **given_) -> str:
    with pytest.raises(Fault) as caught:
        deciding.Compiled(made).decide(ask(**given_), now)
    return caught.value.type


def test_of_several_grants_the_one_that_lives_is_chosen_and_a_code_names_one():
    dead = policies.terms(code="G0", state="revoked")
    made = deciding.Compiled(policies.made((dead, policies.terms())))
    assert made.decide(ask(), policies.NOW).known.grant == "G1"
    assert made.decide(ask(purpose="G1"), policies.NOW).known.purpose == "资格核验"
    assert refused(policies.made((dead,))) == "Client.GrantRefused"


def test_a_grant_ends_to_the_instant_though_it_was_compiled_before():
    terms = policies.terms()
    made = deciding.Compiled(policies.made((terms,)))
    made.decide(ask(), terms.valid_until - timedelta(microseconds=1))
    with pytest.raises(Fault, match="GrantRefused"):
        made.decide(ask(), terms.valid_until)


def test_each_step_refuses_with_its_own_type():
    key = policies.key()
    assert refused(policies.made(), authorization="") == "Client.KeyMissing"
    assert refused(policies.made(), authorization="Basic x") == "Client.KeyMissing"
    assert refused(policies.made(keys=(replace(key, valid_until=policies.NOW),))) == "Client.KeyExpired"
    late = replace(key, valid_from=policies.NOW + timedelta(1))
    assert refused(policies.made(keys=(late,))) == "Client.KeyNotBegun"
    assert refused(policies.made(), client="") == "Client.ClientMissing"
    assert refused(policies.made(), client="GX/GOV/x") == "Client.BadRequest"
    assert refused(policies.made(()), purpose="x") == "Client.NoGrant"
    assert refused(policies.made((policies.terms(system="other"),))) == "Client.NoGrant"
    assert refused(policies.made((policies.terms(networks=("192.168.0.0/16",)),))) == "Client.NetworkDenied"


def test_a_call_of_our_own_names_an_open_case():
    made = policies.made(own="4501", issues=frozenset({"GX-1"}))
    assert refused(made) == "Client.IssueUnknown"
    assert refused(made, issue="GX-2") == "Client.IssueUnknown"
    assert deciding.Compiled(made).decide(ask(issue="GX-1"), policies.NOW).known.grant == "G1"


def test_every_type_of_fault_begins_as_x_roads_do_and_speaks_to_a_person():
    for type_, (status, sentence) in KNOWN.items():
        assert type_.startswith(("Client.", "Server.ClientProxy.", "Server.ServerProxy."))
        assert (400 <= status < 500) is type_.startswith("Client.")
        assert sentence.endswith("。")


@given(st.binary(max_size=60))
def test_a_cursor_that_is_not_ours_is_refused(noise):
    secret = b"1" * 32
    whole = cursors.write(cursors.Cursor(1, 0, ("甲", 2)), secret=secret, grant="G", question="q")
    assert cursors.read(whole, secret=secret, grant="G", question="q") == cursors.Cursor(1, 0, ("甲", 2))
    for text in (noise.decode("latin-1"), whole[:-1], whole + "A", whole[::-1]):
        with pytest.raises(Fault, match="BadCursor"):
            cursors.read(text, secret=secret, grant="G", question="q")


numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value="-1e15", max_value="1e15") | st.integers(-5, 5).map(Decimal)  # fmt: skip


@given(numbers, numbers)
def test_decimals_order_as_numbers_do(one, other):
    left, right = storing.decimal_order(one), storing.decimal_order(other)
    assert (left < right) == (one < other) and (left == right) == (one == other)
    assert Decimal(storing.decimal_text(one)) == one


@given(st.text(max_size=4), st.text(max_size=4))
def test_a_prefix_is_a_range(prefix, tail):
    above = storing.after_prefix(prefix)
    assert not above or prefix + tail < above
    if above and not (tail.startswith(prefix)):
        assert not (prefix <= tail < above)


def test_instants_are_stored_in_one_zone():
    assert storing.instant_text(datetime(2020, 1, 1, 20, tzinfo=UTC)) == "2020-01-02T04:00:00.000000+08:00"
    assert storing.instant_text(datetime(2020, 1, 1, 20)) == "2020-01-01T20:00:00.000000+08:00"


@pytest.mark.parametrize(
    "kind, value, shown",
    [
        ("name", "欧阳锋", "欧阳*"), ("phone", "13812345678", "138****5678"), ("phone", "12", "******"),
        ("id_card", "11010519491231002X", "1****************X"),
        ("id_card.officer", "11010519491231002X", "110105********002X"), ("id_card.anybody", "11010519491231002X", "******"),
        ("nothing", "x", "******"), ("nothing", "", ""), ("name", None, None), ("__class__", "x", "******"),
    ],
)  # fmt: skip
def test_masks_hide_what_they_do_not_know(kind, value, shown):
    assert masking.masked(kind, value) == shown

"""Whatever a provider answers, only granted items leave, masked and within the rows of the grant."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gateway.api.proxy import cutting
from zhujianyun.apps.data_gateway.api.proxy.tests import grounds
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.quota import Limits
from zhujianyun.kernel.resource.granting import Offered, effective

ALL = ("id_no", "person_name", "months", "city")
ID, NAME = "450103199003078412", "张三丰"


def _ground(offered: Offered, **given: object) -> Ground:
    terms = grounds.terms("m", **given)
    return Ground(
        grounds.service("m", "http://127.0.0.1:1"),
        terms,
        effective(terms, offered, grounds.BEGIN),
        Limits(),
        (),
    )


def _plan(*items: str, **given: object) -> cutting.Cut:
    offered = grounds.offered(*ALL, bound=True)
    made = cutting.plan(_ground(offered, items=items, **given), offered)
    assert made is not None
    return made


PERSON = {"id_no": ID, "person_name": NAME, "months": 3, "city": "450100"}
_fields = st.sampled_from(
    ["id_no", "person_name", "secret", "note", "data", "rows", "code", "status", ID, NAME]
)
_values = st.one_of(st.sampled_from([ID, NAME, 7, None, True, 1.5]), st.just(PERSON))
_documents = st.recursive(
    st.dictionaries(_fields, _values, max_size=4),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_fields, inner, max_size=3)),
    max_leaves=12,
)


@given(_documents)
def test_nothing_outside_the_grant_is_ever_served(document):
    cut = _plan("months", "city")
    try:
        body, _ = cutting.served(cut, orjson.dumps(document))
    except Fault as fault:
        assert fault.type == "Server.ServerProxy.BadReply"
        return
    text = body.decode()
    assert ID not in text
    assert NAME not in text
    assert (
        "secret" not in text or orjson.loads(body) is not None and "note" not in _leaves(orjson.loads(body))
    )


def _leaves(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {name for name, inner in value.items() if not isinstance(inner, (dict, list))}
        return own.union(*(_leaves(inner) for inner in value.values())) if value else own
    return set().union(*(_leaves(one) for one in value)) if isinstance(value, list) and value else set()


@given(_documents)
def test_only_granted_fields_and_the_envelopes_numbers_have_values(document):
    cut = _plan(*ALL)
    try:
        body, _ = cutting.served(cut, orjson.dumps(document))
    except Fault:
        return
    assert _leaves(orjson.loads(body)) <= set(ALL) | cutting.ENVELOPE
    assert ID not in body.decode()
    assert NAME not in body.decode()


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        (PERSON, 1),
        ([PERSON, PERSON], 2),
        ({"code": 0, "data": PERSON}, 1),
        ({"status": 200, "data": {"rows": [PERSON], "total": 1}}, 1),
        ({"city": 3, "result": {"list": [PERSON, PERSON, PERSON]}}, 3),
        ([], 0),
        ({"data": []}, 0),
    ],
    ids=["bare", "list", "data", "rows", "name of an item outside", "empty", "empty data"],
)
def test_records_are_found_where_interfaces_put_them(document, rows):
    assert cutting.served(_plan(*ALL), orjson.dumps(document))[1] == rows


def test_rows_outside_the_grant_are_left_out():
    cut = _plan(*ALL, row_filter=({"item": "months", "op": "ge", "value": 3},))
    people = [{**PERSON, "months": months} for months in (1, 3, None, "x", 5)]
    body, rows = cutting.served(cut, orjson.dumps({"data": people}))
    assert (rows, [one["months"] for one in orjson.loads(body)["data"]]) == (2, [3, 5])


def test_what_is_nested_beneath_an_item_was_never_bound():
    body, _ = cutting.served(_plan("city"), orjson.dumps({"city": {"id_no": ID}, "months": 1}))
    assert orjson.loads(body) == {"city": None}


def test_a_grant_of_everything_upon_a_mount_that_binds_nothing_passes_whole():
    offered = grounds.offered()
    assert cutting.plan(_ground(offered), offered) is None


@pytest.mark.parametrize(
    "given", [{"items": ("months",)}, {"masks": {"city": "name"}}], ids=["part", "masked"]
)
def test_a_grant_that_cannot_be_kept_is_refused(given):
    offered = grounds.offered()
    with pytest.raises(Fault, match="GrantRefused"):
        cutting.plan(_ground(offered, **given), offered)

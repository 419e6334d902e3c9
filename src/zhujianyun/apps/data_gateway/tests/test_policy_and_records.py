"""The file that the planes read, and the lines that they write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zhujianyun.apps.data_gateway.rules import policy, records
from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.items import Item

AT = datetime(2020, 6, 1, 8, tzinfo=UTC)
TERMS = Terms(
    code="G1", version=2, state="active", resource="306/1", mount="m1", consumer="450100", items=("uscc", "name"),
    row_filter=({"item": "city_code", "op": "eq", "value": "450100"},), masks={"name": "name"},
    exact_lookup=(), purpose="资格核验", valid_from=AT, valid_until=datetime(2021, 1, 1, tzinfo=UTC),
    quota={"per_second": 10, "per_day": 1000, "total": None}, page_limit=50, networks=("10.0.0.0/8",),
)  # fmt: skip
OFFERED = Offered(
    "306/1", "published", "conditional", True, {"uscc": Item("uscc", "代码"), "name": Item("name", "名称")},
    {"uscc": "uscc", "name": "name"},
)  # fmt: skip


def test_a_policy_comes_back_from_its_file_as_it_was():
    key = policy.Key("k1", "ab" * 32, "450100", "GX/GOV/1/S", "S", AT, AT.replace(year=2021))
    service = policy.Service(
        "m1", "GX/GOV/1/data/m1", "table", "企业", "v1", "m1", "306/1", "450000", key_items=("uscc",)
    )
    made = policy.Policy(
        7, AT, "GX", "1", {key.digest: key}, {service.path: service}, {"G1": TERMS}, {"m1": OFFERED}
    )
    assert policy.load(policy.dump(made)) == made


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"number": 1}', b"\xff"], ids=["empty", "list", "bare", "cut", "bytes"]
)
def test_a_file_that_is_no_policy_is_refused(data):
    with pytest.raises((ValueError, KeyError, TypeError)):
        policy.load(data)


def _record(**given):
    blank = dict.fromkeys(records.NAMES, "")
    numbers = dict.fromkeys(("request_in", "request_out", "response_in", "grant_version", "request_bytes", "response_bytes", "rows", "status", "snapshot"), 0)  # fmt: skip
    return records.CallRecord(**{**blank, **numbers, "items": (), "succeeded": True, "test": False, **given})


def test_a_record_comes_back_from_its_line():
    made = _record(id="1", purpose="资格核验", items=("uscc",), path="/a\nb")
    ((row, end),) = records.read(records.line(made))
    assert records.record_of(row) == made
    assert end == len(records.line(made))


def test_a_line_without_its_end_is_left_for_the_next_reading():
    whole = records.line(_record(id="1"))
    assert [end for _, end in records.read(whole + records.line(_record(id="2"))[:-5])] == [len(whole)]

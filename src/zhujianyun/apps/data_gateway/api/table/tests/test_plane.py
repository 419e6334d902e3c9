"""The table plane as a caller sees it."""

from __future__ import annotations

import base64
import csv
import io
import os
import shutil
import sqlite3
import time

import orjson
import pytest

from zhujianyun.apps.data_gateway.api.table.tests.conftest import COLUMNS, ROWS
from zhujianyun.apps.data_gateway.rules import policy, receipts, reqhash
from zhujianyun.apps.data_gateway.tests import policies, tables
from zhujianyun.base import ciphers
from zhujianyun.base.ciphers.signing import signer_in


def test_a_page_holds_the_granted_items_and_masks_the_holder(door):
    answer = door.get("/v1/items?page_size=2").json()
    assert answer["items"] == [
        {
            "uscc": "U0001",
            "name": "企业1",
            "holder": "李*",
            "area": "0.25",
            "staff": 1,
            "founded": "2001-01-01",
        },
        {
            "uscc": "U0002",
            "name": "企业2",
            "holder": None,
            "area": "0.5",
            "staff": 2,
            "founded": "2002-01-01",
        },
    ]
    assert answer["snapshot"] == 3 and answer["next"]


def test_a_row_comes_by_its_key(door):
    assert door.get("/v1/items/U0005").json()["name"] == "企业5"
    assert door.get("/v1/items/U0005?items=staff").json() == {"staff": 5}
    gone = door.get("/v1/items/U9999")
    assert (gone.status_code, gone.json()["type"]) == (404, "Client.RowUnknown")


@pytest.mark.parametrize("sort", ["", "staff", "-staff", "area", "-area", "-founded"])
def test_a_walk_over_the_pages_gives_every_row_once_in_order(door, sort):
    found, cursor = [], ""
    while True:
        query = f"?page_size=7&staff__ge=1{f'&sort={sort}' if sort else ''}{f'&cursor={cursor}' if cursor else ''}"
        answer = door.get(f"/v1/items{query}").json()
        found += [row["uscc"] for row in answer["items"]]
        cursor = answer["next"]
        if not cursor:
            break
    code, down = sort.lstrip("-") or "uscc", sort.startswith("-")
    kept = [row for row in ROWS if row["staff"] >= 1]
    kept.sort(key=lambda row: (row[code] is not None, row[code] or 0, row["uscc"]), reverse=down)
    assert found == [row["uscc"] for row in kept]


def test_the_row_filter_of_the_grant_binds_pages_rows_and_counts(door):
    door.publish(policies.terms(row_filter=({"item": "staff", "op": "eq", "value": 3},)))
    answer = door.get("/v1/items?count=exact").json()
    assert {row["staff"] for row in answer["items"]} == {3}
    assert (answer["count"], answer["count_exact"]) == (sum(row["staff"] == 3 for row in ROWS), True)
    assert door.get("/v1/items/U0003").status_code == 200
    assert door.get("/v1/items/U0004").status_code == 404, "a row outside looks like one that is not there"


@pytest.mark.parametrize(
    "query, status, type_",
    [
        ("hidden=x", 403, "Client.ItemNotGranted"), ("items=uscc,hidden", 403, "Client.ItemNotGranted"),
        ("nowhere__ge=1", 403, "Client.ItemNotGranted"), ("sort=hidden", 403, "Client.ItemNotGranted"),
        ("holder=李四", 403, "Client.MaskedItem"), ("sort=holder", 403, "Client.MaskedItem"),
        ("holder__isnull=true", 403, "Client.MaskedItem"), ("staff=x", 400, "Client.BadFilter"),
        ("staff=1&staff=2", 400, "Client.BadFilter"), ("page_size=101", 400, "Client.BadFilter"),
        ("page_size=0", 400, "Client.BadFilter"), ("page_size=%2B5", 400, "Client.BadFilter"),
        ("count=1", 400, "Client.BadFilter"), ("format=xml", 400, "Client.BadFilter"),
        ("cursor=abc", 400, "Client.BadCursor"), ("staff__between=1", 400, "Client.BadFilter"),
        ("name=%ff", 400, "Client.BadFilter"), ("name", 400, "Client.BadFilter"),
        ("founded__ge=2020-13-01", 400, "Client.BadFilter"),
        ("select=*", 403, "Client.ItemNotGranted"), ("staff__or=1", 403, "Client.ItemNotGranted"),
    ],
)  # fmt: skip
def test_what_the_grammar_or_the_grant_does_not_allow_is_refused(door, query, status, type_):
    answer = door.get(f"/v1/items?{query}")
    assert (answer.status_code, answer.json()["type"]) == (status, type_)
    assert answer.headers["x-road-error"] == type_
    assert answer.json()["detail"] == door.log()[-1]["id"], "the detail is the id of the call in the log"


def test_exact_lookup_lets_one_value_of_a_masked_item_be_asked_for_but_nothing_wider(door):
    door.publish(policies.terms(exact_lookup=("holder",)))
    answer = door.get("/v1/items?holder=李四&items=holder,uscc&page_size=1").json()
    assert answer["items"] == [{"holder": "李*", "uscc": "U0001"}]
    assert door.log()[-2]["subject_hash"]
    assert door.get("/v1/items?holder__prefix=李").status_code == 403
    assert door.get("/v1/items?sort=holder").status_code == 403


def test_a_cursor_of_another_grant_question_or_hand_is_refused(door):
    door.publish(policies.terms(), policies.terms(code="G2", purpose="别的用途"))
    cursor = door.get("/v1/items?page_size=2&staff__ge=1").json()["next"]
    assert b"U000" not in base64.urlsafe_b64decode(cursor + "==="), (
        "the place is a key: it must not be readable"
    )
    assert door.get(f"/v1/items?page_size=2&staff__ge=1&cursor={cursor}").status_code == 200
    for query, purpose in (
        ("staff__ge=2", "资格核验"),
        ("staff__ge=1", "别的用途"),
        ("sort=area&staff__ge=1", "G1"),
    ):
        refused = door.get(f"/v1/items?{query}&cursor={cursor}", purpose)
        assert refused.json()["type"] == "Client.BadCursor"
    turned = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BA")
    assert door.get(f"/v1/items?staff__ge=1&cursor={turned}").json()["type"] == "Client.BadCursor"


def test_a_walk_keeps_its_snapshot_until_that_is_gone(door):
    cursor = door.get("/v1/items?page_size=2").json()["next"]
    old = door.file
    newer = door.folder / "tables" / "4-1.sqlite"
    shutil.copy(old, newer)
    with sqlite3.connect(newer) as made:
        made.execute("UPDATE about SET value = 4 WHERE name = 'version'")
    door.publish(policies.terms(), file=str(newer), snapshot=4, kept={"3": str(old)})
    assert door.get("/v1/items?page_size=1").json()["snapshot"] == 4
    assert door.get(f"/v1/items?page_size=2&cursor={cursor}").json()["snapshot"] == 3
    door.publish(policies.terms(), file=str(newer), snapshot=4)
    refused = door.get(f"/v1/items?page_size=2&cursor={cursor}")
    assert (refused.status_code, refused.json()["type"]) == (410, "Client.SnapshotGone")


def test_a_grant_that_is_withdrawn_ends_a_walk_between_two_pages(door):
    cursor = door.get("/v1/items?page_size=2").json()["next"]
    door.publish(policies.terms(state="revoked", version=3))
    refused = door.get(f"/v1/items?page_size=2&cursor={cursor}")
    assert (refused.status_code, refused.json()["type"]) == (403, "Client.GrantRefused")
    door.publish()
    assert door.get("/v1/items").json()["type"] == "Client.NoGrant"


def test_an_answer_that_did_not_change_is_not_sent_again_but_one_for_another_grant_is(door):
    first = door.get("/v1/items?page_size=2")
    again = door.get("/v1/items?page_size=2", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    door.publish(policies.terms(version=3, masks={"holder": "unknown-kind"}))
    changed = door.get("/v1/items?page_size=2", If_None_Match=first.headers["etag"])
    assert changed.status_code == 200 and changed.json()["items"][0]["holder"] == "******"


def test_csv_is_for_spreadsheets_and_no_cell_is_a_formula(door):
    rows = [{**ROWS[0], "name": "=HYPERLINK(1)"}, {**ROWS[1], "name": '@x,"y"\n'}]
    tables.write(door.file, COLUMNS, ["uscc"], rows)
    answer = door.get("/v1/items?format=csv&items=uscc,name,area")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    read = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert read == [
        ["uscc", "name", "area"],
        ["U0001", "'=HYPERLINK(1)", "0.25"],
        ["U0002", '\'@x,"y"\n', "0.5"],
    ]


def test_a_receipt_holds_for_what_was_asked_and_answered(door):
    answer = door.get("/v1/items?page_size=2", X_Zjy_Receipt="1", X_Road_Id="m-7", X_Road_Issue="GX-2020-1")
    row, content = receipts.parse(answer.headers["x-zjy-receipt"])
    signature = base64.b64decode(answer.headers["x-zjy-receipt-signature"])
    public = signer_in(door.folder / "keys", receipts.LABEL, "ed25519").public_bytes()
    assert ciphers.verify(row["alg"], public, content, signature)
    assert not ciphers.verify(row["alg"], public, content + b" ", signature)
    assert row["response_hash"] == reqhash.response_hash(answer.content)
    assert row["request_hash"] == answer.headers["x-road-request-hash"]
    assert (row["grant"], row["grant_version"], row["purpose"], row["rows"]) == ("G1", 2, "资格核验", 2)
    assert (row["message_id"], row["issue"], row["snapshot"]) == ("m-7", "GX-2020-1", 3)
    assert door.client.get("/r1/receipt-key.pem").content == public


def test_the_log_says_what_was_read_but_neither_query_nor_key(door):
    door.get("/v1/items?page_size=2&name__contains=秘密", X_Road_Issue="A-1")
    door.get("/v1/items?page_size=2")
    door.get("/v1/items/U0007")
    calls = [one for one in door.log() if one["k"] == "call"]
    assert [one["path"] for one in calls] == ["/v1/items", "/v1/items", "/v1/items/*"]
    assert (calls[1]["first_key"], calls[1]["last_key"], calls[1]["rows"]) == ("U0001", "U0002", 2)
    assert (calls[2]["first_key"], calls[2]["rows"]) == ("", 1) and len(calls[2]["subject_hash"]) == 64
    assert "秘密" not in str(calls) and "U0007" not in str(calls) and policies.SECRET not in str(calls)
    assert calls[0]["request_in"] <= calls[0]["request_out"] <= calls[0]["response_in"]
    assert [one["k"] for one in door.log()] == ["call", "out"] * 3


def test_who_may_not_call_is_told_why(door):
    asked = f"/r1/{policies.PATH}/v1/items"
    assert door.client.get(asked).json()["type"] == "Client.KeyMissing"
    assert door.get(Authorization="Bearer nobody").status_code == 401
    assert door.get(X_Road_Client="GX/GOV/450100/other").json()["type"] == "Client.ClientMismatch"
    assert door.get(purpose="").json()["type"] == "Client.PurposeMissing"
    assert door.get(purpose="另一用途").json()["type"] == "Client.PurposeNotGranted"
    assert door.client.post(asked).status_code == 405
    door.publish(policies.terms(networks=("10.0.0.0/8",)))
    assert door.get().json()["type"] == "Client.NetworkDenied"
    assert all(not one["succeeded"] for one in door.log())


def test_nobody_is_served_from_a_policy_that_nobody_keeps(door):
    then = time.time() - policy.STALE_AFTER - 5
    os.utime(door.folder / "policy.json", (then, then))
    door._look()
    refused = door.get()
    assert (refused.status_code, refused.json()["type"]) == (503, "Server.ClientProxy.PolicyStale")
    assert refused.headers["retry-after"] == "5"
    os.utime(door.folder / "policy.json")
    door._look()
    assert door.get().status_code == 200


def test_a_granted_file_is_served_whole_and_counted(door):
    stored = door.folder / "stored"
    stored.write_bytes(os.urandom(600_000))
    door.publish(policies.terms(), kind="file", file=str(stored))
    answer = door.get("/v1/file", X_Zjy_Receipt="1")
    assert answer.content == stored.read_bytes()
    row, _ = receipts.parse(answer.headers["x-zjy-receipt"])
    assert row["response_hash"] == reqhash.response_hash(answer.content)
    assert [one["k"] for one in door.log()] == ["call", "out"] and door.log()[0]["plane"] == "file"
    assert door.get("/v1/items").status_code == 404


def test_the_description_is_of_the_grant_and_does_not_count(door):
    answer = door.get("/openapi.json")
    assert answer.status_code == 200 and "hidden" not in answer.text
    assert orjson.loads(answer.content)["openapi"].startswith("3.1")
    assert door.log()[0]["test"] is True


@pytest.mark.parametrize(
    "op, value, holds",
    [
        ("eq", "3", lambda n: n == 3), ("ne", "3", lambda n: n != 3), ("lt", "3", lambda n: n < 3),
        ("le", "3", lambda n: n <= 3), ("gt", "3", lambda n: n > 3), ("ge", "3", lambda n: n >= 3),
        ("in", "1,3", lambda n: n in (1, 3)), ("between", "2,4", lambda n: 2 <= n <= 4),
    ],
    ids=["eq", "ne", "lt", "le", "gt", "ge", "in", "between"],
)  # fmt: skip
@pytest.mark.parametrize("item", ["staff", "area"])
def test_every_operator_holds_at_its_border(door, item, op, value, holds):
    found = door.get(f"/v1/items?{item}__{op}={value}").json()["items"]
    assert [row["uscc"] for row in found] == [
        row["uscc"] for row in ROWS if row[item] is not None and holds(row[item])
    ]


@pytest.mark.parametrize("items", ["", ","], ids=["empty", "comma"])
def test_a_question_for_nothing_is_refused(door, items):
    assert door.get(f"/v1/items?format=csv&items={items}").json()["type"] == "Client.ItemNotGranted"

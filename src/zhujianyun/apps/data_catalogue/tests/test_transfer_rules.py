"""The rules of reporting: what is due, bytes that do not vary, receipts that are not to be believed."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_catalogue.rules.transfer import packing, receipts
from zhujianyun.apps.data_catalogue.rules.transfer.records import TRIES, Known, Reported, due
from zhujianyun.base.errors import RuleBroken

AT = datetime(2020, 7, 6, 9, tzinfo=UTC)
ENTRY = Reported.of("entry", "206003/000001", "建筑业企业", {"state": "published", "abstract": "甲"})
MOUNT = Reported.of("mount", "corp-table", "企业库表", {"state": "mounted", "entry": "206003/000001"})
DIGEST = "ab" * 32
RECORDS = {ENTRY.key: ENTRY.digest, MOUNT.key: MOUNT.digest}
kinds = st.sampled_from(["entry", "mount", "grant"])
things = st.builds(
    lambda kind, code, state, text: Reported.of(kind, code, code, {"state": state, "text": text}),
    kinds, st.sampled_from("abcdef"), st.sampled_from(["published", "withdrawn"]), st.sampled_from("甲乙"),
)  # fmt: skip
several = st.lists(things, unique_by=lambda one: one.key)


def held(things: list[Reported], **more) -> dict:
    return {
        one.key: Known(one.digest, **{"accepted": True, "tries": 1, "ever": True} | more) for one in things
    }


@given(several, st.booleans())
def test_what_was_accepted_as_it_is_is_never_sent_again(current, insist):
    assert due(current, held(current), insist) == []


@given(several, several)
def test_what_changed_is_sent_and_nothing_else(before, now):
    known = held(before)
    sent = {one.key for one in due(now, known)}
    for one in now:
        last = known.get(one.key)
        assert (one.key in sent) == (
            (last is None and not one.is_gone) or bool(last and last.digest != one.digest)
        )


@given(several)
def test_entries_go_before_what_hangs_on_them(current):
    order = [("entry", "mount", "grant").index(one.kind) for one in due(current, {})]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("tries", "insist", "sent"), [(1, False, True), (TRIES, False, False), (TRIES, True, True)]
)
def test_a_refused_record_goes_along_some_times_and_then_only_when_a_person_insists(tries, insist, sent):
    known = held([ENTRY], accepted=False, tries=tries, ever=False)
    assert bool(due([ENTRY], known, insist)) is sent


def test_what_came_and_went_unseen_is_not_reported():
    gone = Reported.of("mount", "old-api", "旧接口", {"state": "unmounted"})
    assert due([gone], {}) == []
    assert due([gone], {gone.key: Known("other", True, 1, True)}) == [gone]


def test_a_package_has_the_same_bytes_everywhere():
    content, digest = packing.bundle("450000", 7, "", AT, [ENTRY, MOUNT])
    assert digest == "3020417ba64eff945fae647ae1a80af9cefb0905d2f8d6bd05b94178152b8921"
    assert packing.bundle("450000", 7, "", AT.astimezone(), [ENTRY, MOUNT])[0] == content


def test_a_package_names_every_file_with_its_digest_and_no_code_makes_a_folder():
    content, _ = packing.bundle("450000", 7, DIGEST, AT, [ENTRY, MOUNT])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [
            "manifest.json",
            "entries/206003%2F000001.json",
            "mounts/corp-table.json",
        ]
        manifest = orjson.loads(archive.read("manifest.json"))
    assert [one["sha256"] for one in manifest["files"]] == [ENTRY.digest, MOUNT.digest]
    assert (manifest["sequence"], manifest["previous"], manifest["count"]) == (7, DIGEST, 2)


def told(**changes) -> dict:
    """A receipt that is to be believed."""
    verdicts = [
        {"kind": kind, "code": code, "digest": digest, "verdict": "accepted", "rule": "", "reason": ""}
        for (kind, code), digest in RECORDS.items()
    ]
    body = {
        "format": receipts.FORMAT, "receiver": "450000-zwfw", "sequence": 7, "kind": "judged",
        "package_sha256": DIGEST, "at": (AT + timedelta(hours=1)).isoformat(), "reason": "",
        "records": verdicts, "alg": "ed25519", "signature": "00" * 64,
    }  # fmt: skip
    return body | changes


def awaited(state: str = "dropped") -> receipts.Awaited:
    return receipts.Awaited(7, DIGEST, AT, state, RECORDS)


def judge(body: dict, state: str = "dropped") -> str:
    """The rule by which it is refused, "" when it is believed."""
    try:
        receipts.believe(receipts.read(orjson.dumps(body)), awaited(state), AT + timedelta(hours=2))
    except RuleBroken as refusal:
        assert refusal.message_zh.endswith("。")
        return str(refusal.rule).removeprefix("transfer.receipt_")
    return ""


def verdict(**changes) -> list[dict]:
    first, second = told()["records"]
    return [first | changes, second]


def test_a_receipt_that_fits_is_believed():
    assert judge(told()) == ""
    assert judge(told(kind="received", records=[])) == ""
    assert judge(told(kind="returned", records=[], reason="包损坏")) == ""


@pytest.mark.parametrize(
    ("changes", "state", "rule"),
    [
        ({"package_sha256": "cd" * 32}, "dropped", "other_package"),
        ({}, "void", "late"),
        ({}, "accepted", "twice"),
        ({}, "partly", "twice"),
        ({}, "rejected", "twice"),
        ({"kind": "received", "records": []}, "received", "twice"),
        ({"kind": "received", "records": []}, "accepted", "twice"),
        ({"at": (AT - timedelta(minutes=1)).isoformat()}, "dropped", "time"),
        ({"at": (AT + timedelta(hours=3)).isoformat()}, "dropped", "time"),
        ({"records": told()["records"][:1]}, "dropped", "records"),
        ({"records": [*told()["records"], told()["records"][0]]}, "dropped", "records"),
        ({"records": verdict(code="206003/000009")}, "dropped", "records"),
        ({"records": verdict(digest="cd" * 32)}, "dropped", "records"),
        ({"records": verdict(verdict="rejected")}, "dropped", "records"),
        ({"kind": "returned", "reason": "包损坏"}, "dropped", "records"),
        ({"kind": "returned", "records": []}, "dropped", "records"),
        ({"kind": "received"}, "dropped", "records"),
        ({"records": verdict(verdict="maybe")}, "dropped", "garbled"),
        ({"kind": "lost"}, "dropped", "garbled"),
        ({"at": "2020-07-06 10:00"}, "dropped", "garbled"),
        ({"at": 5}, "dropped", "garbled"),
        ({"sequence": "7"}, "dropped", "garbled"),
        ({"sequence": True}, "dropped", "garbled"),
        ({"signature": "zz"}, "dropped", "garbled"),
        ({"signature": None}, "dropped", "garbled"),
        ({"records": None}, "dropped", "garbled"),
        ({"records": ["x"]}, "dropped", "garbled"),
        ({"format": "other"}, "dropped", "garbled"),
        ({"extra": 1}, "dropped", "garbled"),
    ],
)  # fmt: skip
def test_a_receipt_that_does_not_fit_is_refused_with_a_sentence(changes, state, rule):
    assert judge(told(**changes), state) == rule


def test_a_receipt_for_a_package_that_never_was_is_refused():
    with pytest.raises(RuleBroken, match="没有上报过第 7 批"):
        receipts.believe(receipts.read(orjson.dumps(told())), None, AT)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(told())), inner, max_size=4),
).map(orjson.dumps))  # fmt: skip
def test_garbage_is_refused_and_never_breaks_the_reader(raw):
    with pytest.raises(RuleBroken):
        receipts.read(raw)


@given(
    st.sampled_from(sorted(told())),
    st.none() | st.integers(-9, 9) | st.text(max_size=4) | st.lists(st.none(), max_size=2),
)
def test_a_receipt_with_one_field_spoiled_is_judged_and_never_breaks_the_reader(name, value):
    assert judge(told(**{name: value})) in ("", "garbled", "records", "other_package", "time")

"""The journal as the audit officer reads it (留痕查阅测试)."""

from __future__ import annotations

import hashlib
import json
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock, jobs
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import registry
from zhujianyun.kernel.journal.models import Entry, Seal
from zhujianyun.ui.books.ledger import queries, words
from zhujianyun.ui.books.ledger.queries import Filters, search
from zhujianyun.ui.notices.models import Notice

JOURNAL = "/workbench/journal/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_place(settings, tmp_path, monkeypatch):
    """Checkpoints and exports of this test; nobody follows."""
    settings.ZJY_CHECKPOINTS, settings.ZJY_EXPORTS = tmp_path / "checkpoints", tmp_path / "exports"
    monkeypatch.setattr(registry, "_followings", {})


@pytest.fixture
def year(people):
    """Ten acts on ten days, sealed, with a checkpoint."""
    start = clock.now() - timedelta(days=20)
    for n in range(10):
        journal.record(
            "access.grant_role" if n % 2 else "case.permit.accept", actor=people["security"].key,
            object=("case", f"桂许2020-{n}"), at=start + timedelta(days=n), result="refused" if n == 7 else "ok",
            reason=f"理由 {n}", facts={"n": n}, private={"text": "家庭住址"} if n == 3 else None,
        )  # fmt: skip
    journal.seal()
    journal.checkpoint()
    return start


def _seen(entries: list[Entry]) -> list[int]:
    return [entry.facts_dict["n"] for entry in entries if "n" in entry.facts_dict]


@pytest.mark.parametrize("name", ["system", "security"])
def test_the_other_officers_are_refused_and_that_is_written_down(enter, year, name, people):
    browser = enter(name)
    for path in ("", "1/", "1/verify/", "1/proof.json", "checkpoints/", "verifications/", "exports/"):
        answer = browser.get(JOURNAL + path)
        assert answer.status_code == 403, path
        assert "只有审计管理员可以" in answer.content.decode()
    assert browser.post(JOURNAL + "4/private/", {"purpose": "想看一看"}).status_code == 403
    told = Entry.objects.filter(verb="journal.refused", actor=people[name].key)
    assert told.count() == 8
    assert {entry.result for entry in told} == {"refused"}


def test_the_audit_officer_sees_entries_numbered_from_one_and_his_look_is_written_down(enter, year, people):
    page = enter("audit").get(JOURNAL).content.decode()
    assert (
        f'href="{JOURNAL}1/"' in page and f'href="{JOURNAL}10/"' in page and f'href="{JOURNAL}0/"' not in page
    )
    assert "待封存" in page, "his own look"
    assert Entry.objects.get(verb="journal.search").actor == people["audit"].key


def test_every_filter_narrows(year, people):
    key = people["security"].key
    assert _seen(search(Filters(verb="access.")).entries) == [9, 7, 5, 3, 1]
    assert _seen(search(Filters(verb="case.permit.accept")).entries) == [8, 6, 4, 2, 0]
    assert _seen(search(Filters(actor="security员")).entries) == list(range(9, -1, -1))
    assert _seen(search(Filters(actor=key, result="refused")).entries) == [7]
    assert _seen(search(Filters(kind="case", key="桂许2020-4")).entries) == [4]
    assert _seen(search(Filters(key="桂许2020-4")).entries) == [4]
    assert search(Filters(actor="没有这个人")).entries == []
    assert search(Filters(number="没有这个办件")).entries == []


def test_days_are_whole_days_of_peking_both_included(year):
    day = clock.local_day(year + timedelta(days=4)).isoformat()
    assert _seen(search(Filters(since=day, until=day)).entries) == [4]
    assert _seen(search(Filters(since=day)).entries) == [9, 8, 7, 6, 5, 4]
    assert _seen(search(Filters(until=day)).entries) == [4, 3, 2, 1, 0]
    assert search(Filters(since=(clock.today() + timedelta(days=9)).isoformat())).entries == []


@given(
    st.fixed_dictionaries(
        {name: st.text(max_size=30) for name in ("since", "until", "before", "verb", "number")}
    )
)
def test_no_address_breaks_the_search(given_words):
    wanted = Filters.read(given_words)
    assert wanted.before >= 0
    assert all(not text or date.fromisoformat(text) for text in (wanted.since, wanted.until))


def test_pages_by_key_show_every_entry_once(year, monkeypatch):
    monkeypatch.setattr(queries, "PER_PAGE", 3)
    seen, before = [], 0
    for _ in range(10):
        found = search(Filters(before=before))
        seen += [entry.pk for entry in found.entries]
        before = found.next_before
        if not before:
            break
    assert seen == list(Entry.objects.order_by("-pk").values_list("pk", flat=True))


def test_a_search_without_index_looks_at_a_window_and_says_how_to_go_on(year, monkeypatch):
    monkeypatch.setattr(queries, "WINDOW", 4)
    found = search(Filters(result="refused"))
    assert _seen(found.entries) == [7] and found.stopped_early
    rest, before = [], found.next_before
    while before:
        page = search(Filters(result="refused", before=before))
        rest, before = rest + page.entries, page.next_before
    assert rest == []
    assert not search(Filters(kind="case", key="桂许2020-0")).stopped_early, "an index leads there at once"


def test_the_queries_of_the_search_are_few(enter, year, django_assert_max_num_queries):
    browser = enter("audit")
    with django_assert_max_num_queries(20):
        assert browser.get(JOURNAL + "?actor=security员&verb=case.&result=ok").status_code == 200


def test_an_entry_shows_what_was_hashed_and_its_neighbours(enter, year, people):
    page = enter("audit").get(JOURNAL + "5/").content.decode()
    seal = Seal.objects.get(seq=4)
    assert seal.leaf in page and seal.prev in page
    assert f'href="{JOURNAL}4/"' in page and f'href="{JOURNAL}6/"' in page
    opened = Entry.objects.get(verb="journal.open_entry")
    assert (opened.actor, opened.facts_dict) == (people["audit"].key, {"number": 5})


def test_an_entry_that_waits_has_no_number_yet_and_moves_when_sealed(enter, year):
    waiting = journal.record("case.x", actor="system", object=("case", "9"))
    browser, path = enter("audit"), f"{JOURNAL}unsealed/{waiting.pk}/"
    assert "还没有封存" in browser.get(path).content.decode()
    journal.seal()
    assert browser.get(path)["location"] == f"{JOURNAL}{Seal.objects.get(entry=waiting).seq + 1}/"


@pytest.mark.parametrize("path", ["0/", "999/", "unsealed/99999/", "999/verify/"])
def test_what_is_not_there_is_said_so(enter, year, path):
    assert enter("audit").get(JOURNAL + path).status_code == 404


def test_verifying_one_entry_recomputes_everything(enter, year, people):
    page = enter("audit").get(JOURNAL + "5/verify/").content.decode()
    assert "✓ 验证通过" in page and "✗ 不符" not in page
    assert Entry.objects.get(verb="journal.verify_entry").result == "ok"


def test_an_altered_entry_does_not_verify(enter, year, no_triggers):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE journal_entry SET reason = '改过' WHERE id = %s", [Seal.objects.get(seq=4).entry_id]
        )
    page = enter("audit").get(JOURNAL + "5/verify/").content.decode()
    assert "✗ 验证不通过" in page and "规范行的杂凑值" in page
    assert Entry.objects.get(verb="journal.verify_entry").result == "failed"


def test_the_proof_can_be_reckoned_by_anybody(enter, year):
    proof = json.loads(enter("audit").get(JOURNAL + "5/proof.json").content)
    node, place, last = (
        hashlib.sha256(b"\x00" + proof["row"].encode()).digest(),
        4,
        proof["proof"]["size"] - 1,
    )
    assert node.hex() == proof["proof"]["leaf"]
    for step in map(bytes.fromhex, proof["proof"]["path"]):
        while not place & 1 and place == last:
            place, last = place >> 1, last >> 1
        pair = step + node if place & 1 else node + step
        node, place, last = hashlib.sha256(b"\x01" + pair).digest(), place >> 1, last >> 1
    assert node.hex() == proof["proof"]["root"] == proof["checkpoint"]["root"]


def test_a_private_body_needs_a_reason_and_its_read_is_an_entry_of_its_own(enter, year, people):
    browser, path = enter("audit"), JOURNAL + "4/private/"
    assert "家庭住址" not in browser.get(JOURNAL + "4/").content.decode()
    refused = browser.post(path, {"purpose": "看"})
    assert refused.status_code == 422 and "家庭住址" not in refused.content.decode()
    assert not Entry.objects.filter(verb="privacy.read").exists()
    assert "家庭住址" in browser.post(path, {"purpose": "核查投诉 2020-7"}).content.decode()
    read = Entry.objects.get(verb="privacy.read")
    assert (read.actor, read.facts_dict["purpose"]) == (people["audit"].key, "核查投诉 2020-7")
    assert browser.post(JOURNAL + "5/private/", {"purpose": "没有正文的"}).status_code == 422


def test_checkpoints_are_listed_with_their_signatures_checked(enter, year):
    page = enter("audit").get(JOURNAL + "checkpoints/").content.decode()
    assert "✓ 相符" in page and journal.Checkpoint.objects.get().root in page


def test_verifying_everything_is_a_job_with_a_result_and_a_notice(enter, year, people):
    browser = enter("audit")
    asked = browser.post(JOURNAL + "verifications/")
    assert "等待" in browser.get(asked["location"]).content.decode()
    assert browser.post(JOURNAL + "verifications/").status_code == 422, "one at a time"
    jobs.run_ready()
    page = browser.get(asked["location"]).content.decode()
    assert "✓ 核验通过" in page and "库外检查点证明至第 10 条" in page
    assert Notice.objects.get(account=people["audit"]).title == "留痕核验通过"
    assert list(Entry.objects.filter(verb__startswith="journal.verif").values_list("verb", "result")) == [
        ("journal.verify", "ok"), ("journal.verified", "ok"),
    ]  # fmt: skip
    assert "通过" in browser.get(JOURNAL + "verifications/").content.decode()


def test_an_export_needs_a_reason_and_can_be_checked_elsewhere(enter, year, people, tmp_path):
    browser = enter("audit")
    assert browser.post(JOURNAL + "exports/", {"reason": ""}).status_code == 422
    asked = browser.post(JOURNAL + "exports/", {"reason": "年度审计留底"})
    pk = asked["location"].rstrip("/").rpartition("/")[2]
    assert browser.get(f"{JOURNAL}exports/{pk}/file/").status_code == 404, "not ready"
    jobs.run_ready()
    assert "导出已备好" in browser.get(asked["location"]).content.decode()
    answer = browser.get(f"{JOURNAL}exports/{pk}/file/")
    content = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))
    assert sorted(content.namelist()) == ["checkpoints.jsonl", "journal.jsonl", "verify_offline.py"]
    assert b"\xe5\xae\xb6\xe5\xba\xad\xe4\xbd\x8f\xe5\x9d\x80" not in content.read("journal.jsonl"), (
        "no private body"
    )
    told = Entry.objects.filter(verb__in=["journal.export", "journal.fetch_export"]).order_by("pk")
    assert [(entry.verb, entry.reason) for entry in told] == [
        ("journal.export", "年度审计留底"), ("journal.fetch_export", ""),
    ]  # fmt: skip


def test_old_exports_are_cleared_away(settings):
    import os

    from zhujianyun.ui.books.ledger import works

    folder = works.place("x").parent
    folder.mkdir(parents=True)
    for name in ("old.zip", "new.zip"):
        (folder / name).write_bytes(b"")
    stamp = (folder / "new.zip").stat().st_mtime - 8 * 86400
    os.utime(folder / "old.zip", (stamp, stamp))
    assert works.sweep() == 1
    assert [file.name for file in folder.iterdir()] == ["new.zip"]


@pytest.mark.parametrize(
    ("verb", "said"),
    [("journal.search", "检索留痕"), ("case.fire_design.accept", "消防设计审查·受理"), ("case.fire_design.hand_over", "消防设计审查·移交"),
     ("case.unknown.accept", "case.unknown.accept"), ("signin.failed", "signin.failed")],
)  # fmt: skip
def test_verbs_are_said_in_chinese_where_a_name_is_known(verb, said):
    assert words.verb_zh(verb) == said

"""Recording acts and reads."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, OutsideFailed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal.models import PrivateBody

pytestmark = pytest.mark.django_db
CASE = ("case", "桂消审〔2020〕1号")


def test_a_record_says_who_did_what_to_what_when_and_why():
    at = datetime(2020, 3, 2, 1, 0, tzinfo=UTC)
    with clock.standing(at):
        entry = journal.record(
            "case.fire_design.accept",
            actor="account:12",
            object=CASE,
            facts={"number": CASE[1], "city": "4501"},
            case_id=7,
            reason="材料齐全",
            acting_for="account:3",
            source="10.0.0.8",
        )
    kept = journal.Entry.objects.get(pk=entry.pk)
    assert (kept.at, kept.verb, kept.actor, kept.acting_for) == (
        at,
        "case.fire_design.accept",
        "account:12",
        "account:3",
    )
    assert (kept.object_type, kept.object_id, kept.case_id) == (*CASE, 7)
    assert kept.facts == '{"city":"4501","number":"桂消审〔2020〕1号"}'
    assert kept.facts_dict["city"] == "4501"


def test_an_act_that_is_rolled_back_leaves_no_record():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        journal.record("case.x", actor="system", object=CASE)
        _ = 1 / 0
    assert not journal.Entry.objects.exists()


def test_many_drafts_are_written_in_their_order():
    drafts = [journal.draft("case.x", actor="system", object=("case", str(n))) for n in range(2500)]
    with transaction.atomic():
        written = journal.record_many(drafts)
    kept = journal.Entry.objects.order_by("id").values_list("id", "object_id")
    assert list(kept) == [(entry.pk, str(n)) for n, entry in enumerate(written)]


@pytest.mark.parametrize("verb", ["", "case..x", "case.", "接 件", "a\nb", "x" * 200, "case.*", "Case.x"])
def test_a_verb_that_is_no_dotted_name_is_refused(verb):
    with pytest.raises(RuleBroken) as refused:
        journal.draft(verb, actor="system", object=CASE)
    assert refused.value.rule == "journal.verb"


def test_a_time_without_zone_is_refused():
    with pytest.raises(RuleBroken):
        journal.draft("case.x", actor="system", object=CASE, at=datetime(2020, 1, 1))  # noqa: DTZ001


def test_hostile_text_is_one_clean_record_in_every_column():
    bad = "a\r\n2020 forged\x00\u202e" + "b" * 1_000_000
    entry = journal.record(
        "case.x",
        actor=bad,
        object=(bad, bad),
        facts={bad: bad},
        reason=bad,
        result=bad,
        acting_for=bad,
        source=bad,
    )
    kept = journal.Entry.objects.get(pk=entry.pk)
    for field in ("actor", "acting_for", "object_type", "object_id", "result", "reason", "source", "facts"):
        value = getattr(kept, field)
        assert "\n" not in value and "\x00" not in value and "\u202e" not in value and "a\\" in value
        limit = journal.Entry._meta.get_field(field).max_length
        assert limit is None or len(value) <= limit


@pytest.mark.parametrize("table", ["journal_entry", "journal_seal", "journal_checkpoint"])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {} WHERE {} = {}"])
def test_rows_cannot_be_changed_or_deleted_by_sql(table, change, one_sealed):
    key = {"journal_entry": "id", "journal_seal": "seq", "journal_checkpoint": "number"}[table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({key}) FROM {table}")
        value = cursor.fetchone()[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(change.format(table, key, value))


def test_rows_cannot_be_replaced_by_sql(one_sealed):
    if connection.vendor != "sqlite":
        pytest.skip("REPLACE 只存在于 SQLite。")
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("REPLACE INTO journal_seal (seq, entry_id, prev, leaf) VALUES (0, 1, '', '')")


def test_rows_cannot_be_emptied_by_truncate(one_sealed):
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE 只存在于 PostgreSQL。")
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("TRUNCATE journal_entry")


def test_a_full_disk_stops_the_act_with_a_sentence():
    if connection.vendor != "sqlite":
        pytest.skip("用 SQLite 的页数上限模拟磁盘写满。")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        full = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {full}")
        try:
            with pytest.raises(OutsideFailed) as failed, transaction.atomic():
                for _ in range(1000):
                    journal.record("case.x", actor="system", object=CASE, reason="长" * 5000)
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert failed.value.rule == "journal.must_not_stop"
    assert not journal.Entry.objects.exists()


def test_a_read_of_personal_data_is_recorded_with_purpose_and_fields():
    entry = journal.record_read("account:5", "subject:34", ["phone", "id_card"], "核对申请人身份", case_id=9)
    assert (entry.verb, entry.object_type, entry.object_id) == ("privacy.read", "subject", "34")
    assert entry.facts_dict == {"fields": ["id_card", "phone"], "purpose": "核对申请人身份"}


def test_a_read_without_purpose_is_refused():
    with pytest.raises(RuleBroken):
        journal.record_read("account:5", "subject:34", ["phone"], " ")


def private_entry() -> journal.Entry:
    return journal.record("case.x", actor="system", object=CASE, private={"id_card": "11010519491231002X"})


def test_a_private_body_is_kept_apart_and_encrypted():
    entry = private_entry()
    row = PrivateBody.objects.get(commit=entry.body_commit)
    assert b"110105" not in bytes(row.sealed) and "110105" not in entry.facts
    assert journal.open_private(entry, actor="account:5", purpose="复核") == {"id_card": "11010519491231002X"}
    assert journal.Entry.objects.filter(verb="privacy.read", object_type="journal.entry").count() == 1


def test_drafts_in_bulk_keep_their_private_bodies():
    drafts = [journal.draft("case.x", actor="s", object=CASE, private={"n": n}) for n in range(3)]
    for n, entry in enumerate(journal.record_many(drafts)):
        assert journal.open_private(entry, actor="s", purpose="复核") == {"n": n}


def test_the_same_private_body_twice_gives_two_commitments():
    assert private_entry().body_commit != private_entry().body_commit


def test_an_erased_body_is_gone_and_its_erasure_is_recorded():
    entry = private_entry()
    journal.erase_private(entry, actor="account:8", reason="保存期限届满")
    assert not PrivateBody.objects.exists()
    assert journal.Entry.objects.get(verb="journal.private.erase").object_id == str(entry.pk)
    with pytest.raises(NotFound):
        journal.open_private(entry, actor="account:5", purpose="复核")


def test_an_erasure_needs_its_grounds():
    with pytest.raises(RuleBroken):
        journal.erase_private(private_entry(), actor="account:8", reason="")


def test_a_private_body_moved_from_another_entry_is_found_out():
    one, other = private_entry(), private_entry()
    row = PrivateBody.objects.get(commit=other.body_commit)
    PrivateBody.objects.filter(commit=one.body_commit).update(salt=row.salt, sealed=row.sealed)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - the cipher port or the commitment, whichever is first
        journal.open_private(one, actor="account:5", purpose="复核")
    assert "Error" in type(refused.value).__name__ or isinstance(refused.value, RuleBroken)

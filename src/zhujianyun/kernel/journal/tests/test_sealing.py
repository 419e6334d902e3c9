"""Sealing, checkpoints, proofs, export."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import ciphers, clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import checkpoints, rows, tree
from zhujianyun.kernel.journal.models import LogState

pytestmark = pytest.mark.django_db
IN_DB = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(count: int) -> list[journal.Entry]:
    return journal.record_many(
        journal.draft("case.x", actor="system", object=("case", str(n)), facts={"n": n}) for n in range(count)
    )


def order() -> list[tuple[int, int]]:
    return list(journal.Seal.objects.order_by("seq").values_list("seq", "entry_id"))


@pytest.mark.parametrize("alg", ["sha256", "sm3"])
def test_entries_are_sealed_in_their_order_and_verify(alg, settings):
    settings.ZJY_JOURNAL_HASH = alg
    written = write(20)
    assert journal.seal() == 20
    assert order() == [(n, entry.pk) for n, entry in enumerate(written)]
    report = journal.verify()
    assert report.ok and report.entries == 20 and LogState.objects.get().alg == alg


@IN_DB
@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 7))
def test_however_often_it_is_sealed_the_tree_is_the_same(counts, limit):
    with transaction.atomic():
        for count in counts:
            write(count)
            journal.seal(limit)
        while journal.seal(limit):
            pass
        assert [seq for seq, _ in order()] == list(range(sum(counts)))
        leaves = rows.leaves(sum(counts))
        root = checkpoints.frontier_of(checkpoints.locked_state()).root()
        assert root == tree.root_of(tree.hash_of("sha256"), leaves)
        assert journal.verify().ok
        transaction.set_rollback(True)


def test_nothing_to_seal_is_nothing_done():
    assert journal.seal() == 0
    assert journal.verify().ok


def test_a_sealer_without_work_only_asks(django_assert_num_queries):
    write(3)
    while journal.seal():
        pass
    journal.seal()
    with django_assert_num_queries(2):
        journal.seal()


def test_a_sealing_that_is_rolled_back_leaves_no_trace():
    write(3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        journal.seal()
        _ = 1 / 0
    assert not journal.Seal.objects.exists()
    assert journal.seal() == 3


def test_a_checkpoint_is_signed_and_goes_to_the_file(settings):
    write(5)
    journal.seal()
    with clock.standing(datetime(2020, 12, 31, 8, 0, tzinfo=UTC)):
        made = journal.checkpoint()
    line = json.loads(checkpoints.file_path().read_text())
    assert (line["number"], line["size"], line["root"]) == (0, 5, made.root)
    assert line["ts"] == "2020-12-31T08:00:00+00:00"
    assert ciphers.signer("journal").verify(checkpoints.signed_bytes(line), bytes.fromhex(line["signature"]))


def test_nothing_new_needs_no_new_checkpoint():
    write(2)
    journal.seal()
    assert journal.checkpoint().number == journal.checkpoint().number == 0
    assert len(checkpoints.file_path().read_text().splitlines()) == 1


def test_a_line_lost_or_cut_by_a_crash_is_made_good():
    for _ in range(3):
        write(1)
        journal.seal()
        journal.checkpoint()
    path = checkpoints.file_path()
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole[0] + whole[1][:40])
    journal.checkpoint()
    numbers = [json.loads(line)["number"] for line in path.read_bytes().splitlines() if line.endswith(b"}")]
    assert numbers == [0, 1, 2]


def test_proofs_hold_for_every_record_and_every_earlier_size():
    write(11)
    journal.seal()
    assert all(journal.inclusion_proof(seq).holds() for seq in range(11))
    assert all(journal.inclusion_proof(seq, 6).holds() for seq in range(6))
    assert all(journal.consistency_proof(old).holds() for old in range(12))
    with pytest.raises(NotFound):
        journal.inclusion_proof(11)
    with pytest.raises(NotFound):
        journal.consistency_proof(12)


def test_an_export_holds_every_record(tmp_path: Path):
    write(4)
    journal.seal()
    assert journal.export(tmp_path / "export.jsonl") == 4
    head, *lines = [json.loads(line) for line in (tmp_path / "export.jsonl").read_text().splitlines()]
    assert head["size"] == 4
    assert [(line["row"]["seq"], line["row"]["object_id"]) for line in lines] == [
        (n, str(n)) for n in range(4)
    ]


def test_an_export_of_nothing_says_so(tmp_path: Path):
    with pytest.raises(NotFound):
        journal.export(tmp_path / "export.jsonl")


def test_erasure_of_private_bodies_leaves_the_chain_valid():
    entry = journal.record("case.x", actor="system", object=("case", "1"), private={"phone": "13800000000"})
    journal.seal()
    journal.checkpoint()
    journal.erase_private(entry, actor="account:8", reason="保存期限届满")
    journal.seal()
    assert journal.verify(checkpoints.file_path()).ok

"""Reporting to the region's platform: rounds, interruptions at every step, receipts, pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.data_catalogue.actions import reporting
from zhujianyun.apps.data_catalogue.actions.reporting import place
from zhujianyun.apps.data_catalogue.jobs import exchange_with_region, report_daily
from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferReceipt, TransferRecord
from zhujianyun.apps.data_catalogue.sample.region import Region
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, OutsideFailed, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions as resources

from .conftest import CONTENT, ITEMS

LONG = (
    "在桂建筑业企业的基本情况，由企业在办理资质时填报，由建筑市场监管处审核，逐月更新，覆盖全区各设区市和县。"
)
BASE = "/workbench/data-catalogue/reports/"


@pytest.fixture
def other(settings, tmp_path, department) -> Region:
    """The region's platform, its key handed over."""
    settings.ZJY_REGIONAL_DROP, settings.ZJY_REGIONAL_KEY = (
        str(tmp_path / "drop"),
        str(tmp_path / "other.pem"),
    )
    settings.ZJY_FILES = tmp_path / "files"
    region = Region(tmp_path / "drop", tmp_path / "home")
    region.introduce(tmp_path / "other.pem")
    return region


@pytest.fixture
def entry(department, other):
    return department.entry(abstract=LONG)


def drop_folder(settings) -> Path:
    return Path(settings.ZJY_REGIONAL_DROP)


def round_trip(other: Region, insist: bool = False) -> TransferPackage:
    made = reporting.build(by=SYSTEM, insist=insist)
    assert made is not None
    reporting.exchange()
    other.look()
    reporting.exchange()
    made.refresh_from_db()
    return made


def revise(entry, text: str) -> None:
    draft = resources.Draft("建筑业企业", items=ITEMS, **{**CONTENT, "abstract": text})
    resources.publish(entry, draft, by=SYSTEM, reason="改摘要")


def last_refusal() -> str:
    row = TransferReceipt.objects.exclude(refused="").first()
    return row.rule.removeprefix("transfer.receipt_") if row else ""


class TestRounds:
    def test_what_is_there_is_reported_answered_and_not_sent_again(self, department, entry, other):
        department.mount(entry)
        first = round_trip(other)
        assert (first.state, first.count, first.accepted) == ("accepted", 2, 2)
        assert reporting.build(by=SYSTEM) is None
        verbs = Entry.objects.filter(verb__startswith="data_catalogue.transfer").values_list(
            "verb", flat=True
        )
        assert [verb.rpartition(".")[2] for verb in verbs.order_by("pk")] == [
            "build",
            "drop",
            "receipt",
            "receipt",
        ]

    def test_both_sides_may_sign_by_the_national_family(self, department, other, settings, tmp_path):
        settings.ZJY_CIPHERS = "national"
        region = Region(tmp_path / "drop", tmp_path / "national")
        region.introduce(tmp_path / "other.pem")
        department.entry(abstract=LONG)
        package = round_trip(region)
        assert (package.state, package.signature_alg) == ("accepted", "sm2-sm3")

    def test_only_what_changed_or_was_refused_is_in_the_next_package(self, department, entry, other):
        short = department.entry("造价咨询企业", abstract="太短")
        department.mount(entry)
        assert round_trip(other).state == "partly"
        revise(entry, LONG + "口径已更正。")
        second = round_trip(other)
        assert sorted(second.records.values_list("code", flat=True)) == sorted([entry.code, short.code])
        assert second.previous == TransferPackage.objects.get(sequence=1).digest
        assert second.records.get(code=short.code).tries == 2

    def test_a_refused_record_that_nobody_mends_rests_until_a_person_insists(self, department, other):
        short = department.entry(abstract="太短")
        for _ in range(3):
            assert round_trip(other).state == "rejected"
        assert reporting.build(by=SYSTEM) is None
        again = reporting.report_now(by=department.who("publisher"))
        assert again.records.get().tries == 4
        reporting.exchange()
        other.look()
        reporting.exchange()
        revise(short, LONG)
        assert round_trip(other).state == "accepted"

    def test_mounts_of_a_refused_entry_are_refused_with_it(self, department, other):
        department.mount(department.entry(abstract="太短"))
        package = round_trip(other)
        assert {row.rule for row in package.records.all()} == {"GX-03", "GX-05"}
        assert all(row.reason for row in package.records.all())

    def test_a_withdrawal_is_reported_when_the_other_side_holds_the_entry(self, department, entry, other):
        mount = department.mount(entry)
        gone = department.mount(entry, "never-seen", department.dataset("second"))
        resources.unmount(gone, by=SYSTEM, reason="误挂")
        round_trip(other)
        resources.unmount(mount, by=SYSTEM, reason="停止维护")
        resources.withdraw(entry, by=SYSTEM, reason="事项取消")
        second = round_trip(other)
        assert {row.told["state"] for row in second.records.all()} == {"unmounted", "withdrawn"}
        assert not TransferRecord.objects.filter(code="never-seen").exists()

    def test_no_address_network_or_row_filter_leaves_the_house(self, department, entry, other):
        resources.mount_api(
            entry, "https://10.1.2.3/inner", {"uscc": "u"}, code="corp-api", title="接口", by=SYSTEM
        )
        package = round_trip(other)
        assert b"10.1.2.3" not in reporting.content_of(package)

    def test_a_second_package_waits_for_the_answer_to_the_first(self, department, entry, other):
        reporting.build(by=SYSTEM)
        with pytest.raises(Conflict, match="第 1 批还没有收到"):
            reporting.build(by=SYSTEM)
        assert report_daily.func().startswith("第 1 批还没有")

    def test_whoever_does_not_publish_does_not_report(self, department, entry):
        with pytest.raises(NotAllowed):
            reporting.report_now(by=department.who("editor"))

    def test_nothing_due_is_said_so(self, department, other):
        with pytest.raises(RuleBroken, match="没有变化"):
            reporting.report_now(by=SYSTEM)

    def test_switched_off_the_clock_does_nothing(self, department, entry, settings):
        settings.ZJY_REGIONAL_DROP = ""
        assert exchange_with_region.func() == report_daily.func() == "没有启用上报"
        with pytest.raises(RuleBroken, match="没有启用上报"):
            reporting.build(by=SYSTEM)


class Killed(BaseException):
    """Stands for the end of the process at this very place."""


class TestInterruptions:
    @pytest.mark.parametrize("step", range(1, 4))
    def test_killed_at_any_write_the_next_run_leaves_the_same_files(
        self, department, entry, other, settings, monkeypatch, step
    ):
        made = reporting.build(by=SYSTEM)
        expected = reporting.content_of(made)
        put, calls = place.put, []

        def dying(path, content):
            calls.append(path)
            if len(calls) == step:
                raise Killed
            put(path, content)

        monkeypatch.setattr(place, "put", dying)
        with pytest.raises(Killed):
            reporting.exchange()
        assert other.look() == 0  # without its signature a package is not looked at
        monkeypatch.setattr(place, "put", put)
        assert reporting.exchange() == (0, 1)
        out = drop_folder(settings) / "out"
        assert sorted(one.name for one in out.iterdir()) == ["450000-000001.zip", "450000-000001.zip.sig"]
        assert (out / "450000-000001.zip").read_bytes() == expected
        other.look()
        reporting.exchange()
        made.refresh_from_db()
        assert made.state == "accepted"

    def test_killed_between_dropping_and_noting_an_answer_counts_all_the_same(self, entry, other):
        made = reporting.drop(reporting.build(by=SYSTEM))
        TransferPackage.objects.update(state="built", dropped_at=None)
        other.look()
        assert reporting.exchange() == (2, 0)
        made.refresh_from_db()
        assert made.state == "accepted" and made.dropped_at

    def test_killed_before_a_receipt_is_put_away_it_is_put_away_and_not_judged_again(
        self, entry, other, settings, monkeypatch
    ):
        reporting.build(by=SYSTEM)
        reporting.exchange()
        other.look()
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(Killed()))
            with pytest.raises(Killed):
                reporting.exchange()
        assert TransferReceipt.objects.count() == 1
        reporting.exchange()
        assert TransferReceipt.objects.count() == 2 and last_refusal() == ""
        assert not list((drop_folder(settings) / "in").iterdir())

    def test_a_number_that_left_is_not_used_again_after_an_old_backup(self, entry, other, settings):
        round_trip(other)
        mark = drop_folder(settings) / "sequence"
        assert mark.read_text() == "1"
        mark.write_text("3")  # two packages left after the backup that was restored
        revise(entry, LONG + "又改。")
        with pytest.raises(RuleBroken, match="已投递到第 3 批，数据库中只有第 1 批"):
            reporting.build(by=SYSTEM)

    def test_another_package_in_its_place_is_not_overwritten(self, entry, other, settings):
        made = reporting.build(by=SYSTEM)
        target = place.folder("out") / "450000-000001.zip"
        target.write_bytes(b"other")
        with pytest.raises(OutsideFailed, match="没有覆盖"):
            reporting.drop(made)
        assert target.read_bytes() == b"other"

    def test_records_that_were_changed_after_signing_do_not_leave(self, entry, other):
        made = reporting.build(by=SYSTEM)
        made.records.update(content='{"forged":1}')
        with pytest.raises(RuleBroken, match="与签名时不一致"):
            reporting.drop(made)


class TestReceipts:
    @pytest.fixture
    def dropped(self, entry, other) -> TransferPackage:
        made = reporting.build(by=SYSTEM)
        reporting.exchange()
        return made

    def send(self, settings, raw: bytes, name: str = "000001-9-judged.json") -> str:
        (drop_folder(settings) / "in" / name).write_bytes(raw)
        reporting.exchange()
        return last_refusal()

    def test_garbled_it_is_refused_and_kept(self, dropped, settings):
        assert self.send(settings, b'{"format": "zjy') == "garbled"
        assert len(list((drop_folder(settings) / "refused").iterdir())) == 1
        dropped.refresh_from_db()
        assert dropped.state == "dropped"

    def test_signed_by_a_stranger_it_is_refused(self, dropped, other, settings, tmp_path):
        from zhujianyun.base import ciphers

        stranger = Region(tmp_path / "drop", tmp_path / "elsewhere")
        stranger.signer = ciphers.signer("stranger")
        stranger.look()
        reporting.exchange()
        assert last_refusal() == "forged"
        dropped.refresh_from_db()
        assert dropped.state == "dropped"

    def test_one_altered_character_makes_it_forged(self, dropped, other, settings):
        other.look()
        path = drop_folder(settings) / "in" / "000001-2-judged.json"
        told = orjson.loads(path.read_bytes())
        told["reason"] = "改"
        path.write_bytes(orjson.dumps(told))
        reporting.exchange()
        assert last_refusal() == "forged"

    def test_a_second_time_it_is_refused(self, dropped, other, settings):
        other.look()
        raw = (drop_folder(settings) / "in" / "000001-2-judged.json").read_bytes()
        reporting.exchange()
        assert last_refusal() == ""
        assert self.send(settings, raw, "000001-2-judged.json") == "twice"
        assert self.send(settings, raw, "000001-3-judged.json") == "twice"
        assert TransferReceipt.objects.count() == 4

    def test_for_a_package_that_was_given_up_it_is_late_and_its_records_are_due_again(
        self, department, dropped, other
    ):
        other.look()
        reporting.void(dropped, by=department.who("publisher"), reason="长期没有回执")
        reporting.exchange()
        assert last_refusal() == "late"
        again = reporting.build(by=SYSTEM)
        assert again.sequence == 2 and again.count == dropped.count
        assert again.records.get().tries == 2

    def test_an_answered_package_cannot_be_given_up(self, department, entry, other):
        made = round_trip(other)
        with pytest.raises(RuleBroken, match="不能作废"):
            reporting.void(made, by=SYSTEM, reason="误操作")

    def test_without_the_other_sides_key_receipts_wait(self, dropped, other, settings, tmp_path):
        other.look()
        (tmp_path / "other.pem").unlink()
        assert reporting.exchange() == (0, 0)
        assert TransferReceipt.objects.count() == 0
        other.introduce(tmp_path / "other.pem")
        assert reporting.exchange() == (2, 0)

    def test_an_old_key_beside_the_new_one_still_counts(self, dropped, other, tmp_path):
        from zhujianyun.base import ciphers

        other.look()
        both = ciphers.signer("newer").public_bytes() + other.signer.public_bytes()
        (tmp_path / "other.pem").write_bytes(both)
        assert reporting.exchange() == (2, 0)

    def test_a_link_to_a_file_of_ours_is_not_followed(self, dropped, settings, tmp_path):
        (tmp_path / "secret.json").write_text("{}")
        (drop_folder(settings) / "in" / "a.json").symlink_to(tmp_path / "secret.json")
        reporting.exchange()
        assert TransferReceipt.objects.get().text == ""
        assert (tmp_path / "secret.json").exists()

    def test_a_package_sent_back_whole_is_rejected_with_the_reason_on_every_record(
        self, dropped, other, settings
    ):
        sig = drop_folder(settings) / "out" / "450000-000001.zip.sig"
        told = orjson.loads(sig.read_bytes())
        sig.write_bytes(orjson.dumps({**told, "signature": "00" * 64}))
        other.look()
        reporting.exchange()
        dropped.refresh_from_db()
        assert dropped.state == "rejected" and "签名" in dropped.reason
        assert set(dropped.records.values_list("state", "reason")) == {("rejected", dropped.reason)}

    def test_nobody_alters_what_the_other_side_said(self, entry, other):
        round_trip(other)
        with pytest.raises(IntegrityError), transaction.atomic():
            TransferReceipt.objects.update(accepted=99)


class TestPages:
    def test_the_page_costs_the_same_however_many_packages(self, department, entry, other):
        client = department.come_in("publisher")
        client.get(BASE)
        counts = []
        for text in ("一", "二", "三"):
            revise(entry, LONG + text)
            round_trip(other)
            with CaptureQueriesContext(connection) as told:
                assert client.get(BASE).status_code == 200
            counts.append(len(told))
        assert counts[0] == counts[2]

    def test_reporting_at_once_drops_a_package_and_says_so(self, department, entry, other, settings):
        client = department.come_in("publisher")
        assert "立即上报" in client.get(BASE).content.decode()
        answer = client.post(f"{BASE}now/", follow=True)
        assert "第 1 批已投递，共 1 条" in answer.content.decode()
        assert (drop_folder(settings) / "out" / "450000-000001.zip.sig").exists()
        assert "立即上报</button>" not in client.get(BASE).content.decode()
        assert client.post(f"{BASE}now/", follow=True).content.decode().count("还没有收到审核结果") == 1

    def test_refused_records_stand_there_with_their_reason(self, department, other):
        department.entry(abstract="太短")
        round_trip(other)
        client = department.come_in("publisher")
        page = client.get(BASE).content.decode()
        assert "摘要不足" in page and "退回待处理 <small>1 条" in page
        assert "摘要不足" in client.get(f"{BASE}1/?state=rejected").content.decode()
        assert "没有这样的记录" in client.get(f"{BASE}1/?state=accepted").content.decode()

    def test_package_and_signature_can_be_taken_along(self, department, entry, other, settings):
        round_trip(other)
        client, out = department.come_in("publisher"), drop_folder(settings) / "out"
        assert client.get(f"{BASE}1/zip/").content == (out / "450000-000001.zip").read_bytes()
        assert client.get(f"{BASE}1/sig/").content == (out / "450000-000001.zip.sig").read_bytes()
        assert client.get(f"{BASE}1/exe/").status_code == 404

    def test_a_package_is_given_up_with_a_reason(self, department, entry, other):
        reporting.build(by=SYSTEM)
        client = department.come_in("publisher")
        assert client.post(f"{BASE}1/void/", {"reason": ""}).status_code == 422
        page = client.post(f"{BASE}1/void/", {"reason": "对方停机"}, follow=True).content.decode()
        assert "已作废" in page and "对方停机" in page

    def test_whoever_does_not_publish_sees_neither_tab_nor_page(self, department, entry, other):
        reader = department.come_in("reader")
        assert "reports/" not in reader.get("/workbench/data-catalogue/entries/").content.decode()
        for path in ("", "1/", "1/zip/", "1/void/"):
            assert reader.get(BASE + path).status_code in (403, 404), path
        assert reader.post(f"{BASE}now/").status_code == 403
        assert TransferPackage.objects.count() == 0


def test_a_receipt_from_the_future_is_refused(department, entry, other):
    reporting.build(by=SYSTEM)
    reporting.exchange()
    now = clock.now()
    department.time.move_to(now + timedelta(hours=3))
    other.look()
    with clock.standing(now):
        reporting.exchange()
    assert last_refusal() == "time"

"""Who read a record, and what a day would have given under other terms: over calls that really were made."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from django.test import Client
from starlette.testclient import TestClient

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.actions import absorbing, publishing, reading, replaying, serving
from zhujianyun.apps.data_gateway.api.table.app import build
from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import rows
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.subject.models import Identifier, Subject

from . import grounds

IDS = ["450103198001010011", "450103198001010038", "450103198001010054", "450103198001010070"]
BASE = "/workbench/data-gateway/"
ALL = ("permit_no", "holder_name", "id_no", "phone")


@pytest.fixture
def read(exchange):
    """A table of forty permits of four persons, served; a function that calls the plane for the city."""
    names = [item.code for item in grounds.ITEMS]
    made = [
        {"permit_no": f"P{n:03d}", "holder_name": f"企业{n}", "city_code": "450100", "id_no": IDS[n // 10],
         "phone": f"1380013{8000 + n}"} for n in range(40)
    ]  # fmt: skip
    dataset = exchange.mount.dataset
    table = pa.Table.from_pylist(made, pa.schema([(name, pa.string()) for name in names]))
    write_deltalake(str(lake.folder(dataset.code)), table, mode="overwrite")
    resources.land(dataset, version=0, batch="b0", rows=40, digest="d", taken_at=clock.now(), by=SYSTEM)
    actions.open_service(exchange.mount, "permits", by=SYSTEM, member="M")
    city = Office.objects.get(code="450100")
    wide = grounds.grant(
        exchange.mount, Office.objects.get(code="450200"), items=ALL, exact_lookup=("id_no",), purpose="统计"
    )
    keys = {
        office.code: actions.issue_key(office, None, by=SYSTEM, valid_until=clock.now() + timedelta(days=9))
        for office in (city, wide.consumer)
    }
    serving.build_missing()
    publishing.publish()

    def call(query: str, code: str = "450100") -> dict:
        grant = {"450100": exchange.grant, "450200": wide}[code]
        headers = {"Authorization": f"Bearer {keys[code].secret}", "X-Zjy-Purpose": grant.code,
                   "X-Road-Client": f"GX/GOV/{code}/main"}  # fmt: skip
        with TestClient(build(exchange.serving)) as plane:
            answer = plane.get(f"/r1/GX/GOV/M/data/permits/v1/items{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        absorbing.absorb()
        return answer.json()

    call.exchange = exchange
    return call


def test_a_page_is_resolved_to_the_rows_between_its_first_and_last_key(read):
    read("?page_size=10")
    found = reading.readings([IDS[0]])
    (one,) = found.readings
    assert (one.consumer, one.purpose, one.certain) == ("南宁市住房和城乡建设局", "施工许可核验", False)
    assert one.items == ("证书编号", "持证单位", "身份证号")
    assert reading.readings([IDS[1]]).readings == ()


def test_an_exact_look_up_is_certain(read):
    read(f"?id_no={IDS[2]}", "450200")
    (one,) = reading.readings([IDS[2]]).readings
    assert (one.certain, one.consumer) == (True, "柳州市住房和城乡建设局")
    assert reading.readings([IDS[0]]).readings == ()


def test_the_last_comes_first_and_refused_calls_are_no_readings(read):
    read("?page_size=10")
    read.exchange.time.move_to(clock.now() + timedelta(hours=1))
    publishing.publish()
    read(f"?id_no={IDS[0]}", "450200")
    grounded = Call.objects.filter(kind="call").order_by("pk").first()
    Call.objects.create(
        **{f.name: getattr(grounded, f.name) for f in Call._meta.concrete_fields if f.name not in ("id", "call_id", "succeeded")},
        call_id="refused", succeeded=False,
    )  # fmt: skip
    assert [one.certain for one in reading.readings([IDS[0]]).readings] == [True, False]


def test_pages_of_versions_that_are_gone_are_told_and_not_guessed(read, monkeypatch):
    read("?page_size=10")

    def gone(*_):
        raise NotFound("没有这一版", rule="lake.version")

    monkeypatch.setattr(rows, "bearing", gone)
    found = reading.readings([IDS[0]])
    assert (found.readings, found.unresolved) == ((), 1)


def test_pages_in_more_versions_than_one_question_looks_into_are_told(read, monkeypatch):
    read("?page_size=10")
    monkeypatch.setattr(reading, "VERSIONS_MOST", 0)
    found = reading.readings([IDS[0]])
    assert (found.readings, found.unresolved, found.beyond) == ((), 0, 1)
    asked = {"number": IDS[0], "purpose": "答复本人申请"}
    page = read.exchange.come_in("operator").post(BASE + "subjects/", asked).content.decode()
    assert "另有 1 次更早的整页读取，超出一次查询所能核对的版本数" in page


def test_the_question_itself_leaves_a_trace_and_needs_a_purpose(read):
    subject = Subject.objects.create(kind="person", name="某人")
    reading.look([IDS[0]], by=SYSTEM, subject=subject, purpose="答复本人申请")
    assert Entry.objects.filter(object_id=str(subject.pk), verb="privacy.read").exists()
    with pytest.raises(RuleBroken):
        reading.look([IDS[0]], by=SYSTEM, subject=None, purpose=" ")
    reading.look([IDS[0]], by=SYSTEM, subject=None, purpose="答复本人申请")
    entry = Entry.objects.get(verb=reading.VERB)
    assert IDS[0] not in str(entry.facts)


def test_the_officer_finds_by_number_and_a_stranger_is_led_to_sign_in(read):
    read("?page_size=10")
    system = read.exchange.mount.dataset.system
    subject = Subject.objects.create(kind="person", name="某人")
    Identifier.objects.create(subject=subject, scheme="id_card", value=IDS[0], source=system)
    page = read.exchange.come_in("operator")
    text = page.post(BASE + "subjects/", {"number": IDS[0], "purpose": "答复本人申请"}).content.decode()
    assert "整页读取，可能包含" in text
    assert "南宁市住房和城乡建设局" in text
    assert "请写明查询目的" in page.post(BASE + "subjects/", {"number": IDS[0]}).content.decode()
    assert "/hall/signin/" in Client().get("/hall/reads/").url


class TestReplay:
    """What would have been given."""

    def _replay(self, read, **changed):
        return replaying.replay(
            read.exchange.grant.code, clock.today(), replaying.Changed(**changed), by=SYSTEM
        )

    def test_the_same_terms_change_nothing(self, read):
        read("?page_size=15")
        found = self._replay(read)
        assert (found.calls, found.rows, found.wider) == (1, 15, 0)
        assert not [line for line in found.lines if line.differs]

    def test_another_mask_differs_in_every_row_and_shows_masked_values_alone(self, read):
        read("?page_size=15")
        (line,) = [one for one in self._replay(read, masks={"id_no": "id_card.officer"}).lines if one.differs]
        assert (line.code, line.values) == ("id_no", 15)
        assert line.example == ("4****************1", "450103********0011")

    def test_a_mask_taken_away_is_counted_and_never_shown(self, read):
        read("?page_size=5")
        (line,) = [one for one in self._replay(read, masks={"id_no": ""}).lines if one.differs]
        assert (line.after, line.values, line.example) == ("原值", 5, None)

    def test_items_that_go_and_come_are_told(self, read):
        read("?page_size=5")
        lines = {
            one.code: one for one in self._replay(read, items=("permit_no", "phone")).lines if one.differs
        }
        assert (lines["id_no"].after, lines["holder_name"].after) == ("不提供", "不提供")
        assert lines["phone"].before == "不提供"

    def test_rows_read_twice_count_once_and_filtered_pages_are_told(self, read):
        read("?page_size=10")
        read("?page_size=10")
        read("?permit_no__in=P000,P009")
        found = self._replay(read)
        assert (found.calls, found.rows, found.wider) == (3, 10, 1)

    def test_what_the_entry_holds_now_is_set_against_what_it_held_then(self, read):
        read("?page_size=5")
        narrow = resources.Draft(
            title="施工许可0", abstract="施工许可证的发放情况", class_path="主题/城乡建设", items=grounds.ITEMS[:3],
            share_condition="因履行职责需要",
        )  # fmt: skip
        read.exchange.time.move_to(clock.now() + timedelta(hours=1))
        resources.publish(read.exchange.mount.resource, narrow, by=SYSTEM)
        lines = [one for one in self._replay(read).lines if one.differs]
        assert [(one.code, one.after, one.values) for one in lines] == [("id_no", "不提供", 5)]
        assert not [one for one in self._replay(read, edition=1).lines if one.differs]
        with pytest.raises(NotFound):
            self._replay(read, edition=9)

    def test_a_day_without_calls_says_so(self, read):
        with pytest.raises(NotFound, match="没有按这个授权"):
            replaying.replay(read.exchange.grant.code, date(2020, 1, 1), replaying.Changed(), by=SYSTEM)

    def test_the_page_shows_what_differs_and_the_journal_who_asked(self, read):
        read("?page_size=5")
        asked = {
            "grant": read.exchange.grant.code,
            "day": str(clock.today()),
            "masks": "id_no=id_card.officer",
        }
        text = read.exchange.come_in("operator").post(BASE + "replay/", asked).content.decode()
        assert "450103********0011" in text
        assert IDS[0] not in text
        assert Entry.objects.filter(verb="data_gateway.replay").count() == 1

    def test_the_command_tells_the_same(self, read, capsys):
        read("?page_size=5")
        words = [read.exchange.grant.code, str(clock.today()), "--mask", "id_no=id_card.officer"]
        cli = import_module("zhujianyun.config.cli")  # the storey above: only as it is typed
        chosen = cli.build().parse_args(["sharing", "replay", *words])
        assert chosen.run(chosen) == 0
        told = capsys.readouterr().out
        assert "1 次调用，5 行" in told
        assert (
            "身份证号（id_no）：脱敏：身份证号只显示首末各一位 → 脱敏：身份证号显示前六位和后四位，5 行的值不同"
            in told
        )
        assert "证书编号（permit_no）：不变" in told

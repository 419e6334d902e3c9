"""A wrong value is reported, checked, put right and told; two systems that differ open a check by themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.apps.data_catalogue.actions import correcting
from zhujianyun.apps.data_catalogue.actions.correcting import Wrong
from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.tests.sharing_desk import CITY, Desk
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.case import timers
from zhujianyun.kernel.case.models import ClockRun, Paper
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource.models import Override
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.kernel.subject.queries import golden
from zhujianyun.kernel.system.models import BusinessSystem

pytestmark = pytest.mark.django_db
WRONG = Wrong("91450100MA5KXXXX1X", "name", "广西某建设公司", "广西某建设有限公司", "营业执照已变更，附照片")


@pytest.fixture
def desk(department) -> Desk:
    return Desk.of(department)


def reported(desk, wrong=WRONG, key="r1", entry=None):
    office = desk.department.offices[CITY]
    return correcting.report(entry or desk.mounted(), wrong, by=desk.who("consumer"), key=key, office=office)


def checking(desk, **more):
    row = reported(desk, **more)
    for name in ("accept", "begin"):
        correcting.step(row, name, desk.who("clerk"))
    return row


def corrected(desk, value="广西某建设有限公司", **more):
    row = checking(desk, **more)
    by = desk.who("head")
    return correcting.correct(row, value, by=by, ground="与登记机关核对一致", expected=row.case.version)


class TestReporting:
    """How a check begins."""

    def test_it_goes_to_the_office_that_answers_for_the_value(self, desk):
        row = reported(desk)
        assert (row.case.state, row.case.office.code, row.dataset.code) == (
            "reported", "450000-jzsc", "market.enterprise",
        )  # fmt: skip
        run = ClockRun.objects.get(case=row.case)
        assert (run.deadline, run.days, run.kind) == ("reply", 10, "promise")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"row_key": " "}, "row_key"), ({"item": "salary"}, "item"), ({"why": ""}, "why"),
            ({"seen": "", "claimed": ""}, "claimed"), ({"claimed": "广西某建设公司"}, "claimed"),
            ({"claimed": "长" * 401}, "claimed"), ({"row_key": "9" * 201}, "row_key"),
        ],
        ids=["no row", "no such item", "no reason", "no value", "the same value", "too long", "long key"],
    )  # fmt: skip
    def test_what_is_missing_is_named_by_its_field(self, desk, change, field):
        given = {name: getattr(WRONG, name) for name in WRONG.__slots__}
        with pytest.raises(RuleBroken) as told:
            reported(desk, Wrong(**given | change))
        assert field in told.value.details["fields"] and not DataCorrection.objects.exists()

    def test_sent_twice_it_is_one_and_a_second_reporter_is_told_which(self, desk):
        entry = desk.mounted()
        assert reported(desk, entry=entry).pk == reported(desk, entry=entry).pk
        with pytest.raises(Conflict, match="桂数核2020-00001"):
            reported(desk, entry=entry, key="r2")

    def test_who_uses_no_shared_data_reports_for_nobody(self, desk):
        entry = desk.mounted()
        for name, office in (("reader", CITY), ("consumer", "450000"), ("reader", None)):
            given = desk.department.offices[office] if office else None
            with pytest.raises(NotAllowed):
                correcting.report(entry, WRONG, by=desk.who(name), key="x", office=given)

    def test_the_person_concerned_reports_in_his_own_name(self, desk):
        person = Subject.objects.create(kind="person", name="覃某")
        by = access.subject_actor(person.pk, person.name)
        row = correcting.report(desk.mounted(), WRONG, by=by, key="p1", person=person)
        assert (row.source, row.case.state, row.case.applicant) == ("person", "reported", person)
        correcting.step(row, "withdraw", by)
        assert row.case.ended

    def test_an_entry_that_is_gone_takes_no_report(self, desk):
        from zhujianyun.kernel.resource import actions as resources

        entry = desk.mounted()
        resources.withdraw(entry, by=SYSTEM, reason="合并")
        with pytest.raises(RuleBroken, match="已撤销"):
            reported(desk, entry=entry)


class TestDeciding:
    """What becomes of it."""

    def test_the_right_value_is_written_beside_the_row_and_told(self, desk):
        row = corrected(desk)
        held = Override.objects.get()
        assert (held.dataset.code, held.row_key, held.column) == (
            "market.enterprise",
            WRONG.row_key,
            "corp_name",
        )
        assert (held.was, held.value, row.case.state) == ("广西某建设公司", "广西某建设有限公司", "corrected")
        told = Entry.objects.get(verb="data_catalogue.correction.corrected").facts_dict
        assert (told["dataset"], told["item"], told["row_key"]) == (
            "market.enterprise",
            "name",
            WRONG.row_key,
        )
        assert "广西某建设有限公司" not in str(told)
        assert Paper.objects.get(case=row.case).doc == "校核答复书"

    def test_the_effect_changes_nothing_that_was_done(self, desk):
        corrected(desk)
        desk.department.carry_out()
        desk.department.carry_out()
        assert Override.objects.count() == 1
        assert Entry.objects.filter(verb="data_catalogue.correction.corrected").count() == 1

    def test_decided_on_the_general_page_the_effect_writes_it(self, desk):
        row = checking(desk)
        facts = {"action": {"value": "新值", "ground": "核对"}}
        correcting.step(row, "correct", desk.who("head"), facts=facts)
        assert not Override.objects.exists()
        desk.department.carry_out()
        assert Override.objects.get().value == "新值"

    def test_the_same_value_is_no_correction(self, desk):
        with pytest.raises(RuleBroken, match="维持原值"):
            corrected(desk, "广西某建设公司")
        with pytest.raises(RuleBroken):
            corrected(
                desk,
                " ",
                key="r2",
                wrong=Wrong("2", "name", "a", "b", "c"),
                entry=DataCorrection.objects.get().resource,
            )

    def test_a_key_that_is_personal_does_not_stand_in_the_journal(self, desk):
        entry = desk.department.entry()
        dataset = desk.department.dataset()
        dataset.key = ["tel"]
        dataset.save()
        desk.department.mount(entry, dataset=dataset)
        corrected(desk, entry=entry, wrong=Wrong("13800000001", "name", "甲", "乙", "证照"))
        entry_ = Entry.objects.get(verb="data_catalogue.correction.corrected")
        assert entry_.facts_dict["row_key"] is None and "13800000001" not in entry_.facts

    def test_an_upheld_value_is_checked_again_once_at_most(self, desk):
        row, consumer, head = checking(desk), desk.who("consumer"), desk.who("head")
        correcting.uphold(row, by=head, reason="原值无误", expected=row.case.version)
        correcting.step(row, "reopen", consumer, reason="请核对新执照")
        assert (row.case.state, row.case.round) == ("checking", 2)
        assert ClockRun.objects.filter(case=row.case, stopped_on=None).count() == 1
        correcting.correct(row, "新值", by=head, ground="执照已换", expected=row.case.version)
        with pytest.raises(RuleBroken):
            correcting.step(row, "reopen", consumer, reason="再核")
        correcting.step(row, "close", consumer)
        assert row.case.ended and Override.objects.get().value == "新值"

    def test_corrected_again_the_former_value_is_closed(self, desk):
        row = corrected(desk)
        correcting.step(row, "reopen", desk.who("consumer"), reason="仍有错字")
        correcting.correct(row, "再更正", by=desk.who("head"), ground="核对", expected=row.case.version)
        assert Override.objects.get(ended_at=None).value == "再更正"
        assert Override.objects.count() == 2

    def test_of_two_who_decide_at_once_the_slower_is_told(self, desk):
        row = checking(desk)
        seen = row.case.version
        correcting.uphold(row, by=desk.who("head"), reason="无误", expected=seen)
        with pytest.raises(Conflict):
            correcting.correct(row, "别的", by=desk.who("head2"), ground="核对", expected=seen)
        assert not Override.objects.exists()

    def test_unconfirmed_it_closes_by_the_clock(self, desk):
        row = corrected(desk)
        day = clock.today() + timedelta(days=31)
        desk.department.time.move_to(clock.at_local(day, 9))
        timers.act_on_time(day)
        row.case.refresh_from_db()
        assert row.case.state == "closed"


class TestConflict:
    """Two systems in conflict on one attribute."""

    @pytest.fixture
    def firm(self, desk):
        offices = desk.department.offices
        owner = BusinessSystem.objects.create(
            code="qualification", name="资质系统", owner=offices["450000-jzsc"], authority="housing"
        )
        other = BusinessSystem.objects.create(
            code="market-reg", name="市场主体库", owner=offices["450000"], authority="market"
        )
        firm = Subject.objects.create(kind="enterprise", name="某公司")
        for source, value in ((owner, "一级"), (other, "二级")):
            subjects.state(
                firm, {"qualification": value}, source=source, by=SYSTEM, valid_from=date(2020, 1, 1)
            )
        return firm

    def follow(self):
        while journal.seal():
            pass
        journal.run_followers(only=("data_catalogue.conflicts",))

    def test_a_check_opens_by_itself_once(self, desk, firm):
        self.follow()
        self.follow()
        row = DataCorrection.objects.get()
        assert (row.source, row.attribute, row.provider.code) == ("conflict", "qualification", "450000-jzsc")
        assert row.systems == ["qualification", "market-reg"] and row.case.state == "reported"
        assert correcting.open_conflict(firm, "qualification", row.provider, ("a", "b"), key="other") is None

    def test_put_right_the_owner_says_it_anew(self, desk, firm):
        self.follow()
        row = DataCorrection.objects.get()
        for name in ("accept", "begin"):
            correcting.step(row, name, desk.who("clerk"))
        correcting.correct(row, "二级", by=desk.who("head"), ground="证书核对", expected=row.case.version)
        found = golden(firm, "qualification")
        assert found is not None and found.value == "二级"

    def test_an_entry_that_says_nothing_of_use_is_passed_over(self, desk):
        journal.record(
            "subject.conflict", actor="system", object=("subject", "nobody"), facts={"attribute": "x"}
        )
        self.follow()
        assert not DataCorrection.objects.exists()

"""The pages of corrections: in the workbench for both sides, in the hall for the person concerned."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from zhujianyun.apps.data_catalogue.actions import correcting
from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.tests.conftest import ITEMS
from zhujianyun.apps.data_catalogue.tests.sharing_desk import CITY, Desk
from zhujianyun.apps.data_catalogue.tests.test_correcting import WRONG
from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Override
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall import visiting
from zhujianyun.ui.hall.models import Applicant

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(department) -> Desk:
    return Desk.of(department)


def typed(**more):
    given = {name: getattr(WRONG, name) for name in WRONG.__slots__}
    return {"key": "abc", **given, **more}


@pytest.fixture
def person(desk) -> tuple[Client, Subject]:
    """Somebody signed in at the hall."""
    subject = Subject.objects.create(kind="person", name="覃某")
    applicant = Applicant.objects.create(
        subject=subject, id_index="i", phone_index="p", id_sealed=b"", phone_sealed=b"", password=""
    )
    client = Client()
    session = client.session
    now = int(clock.now().timestamp())
    session[visiting.SESSION] = {"pk": applicant.pk, "stamp": applicant.stamp, "seen": now, "as": None}
    session.save()
    return client, subject


class TestWorkbench:
    """Reported by a consumer, decided by the provider."""

    def test_from_the_report_to_the_right_value(self, desk):
        entry = desk.mounted()
        client = desk.department.come_in("consumer")
        data = typed(office=desk.department.offices[CITY].pk)
        data["evidence"] = SimpleUploadedFile("执照.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
        answer = client.post(reverse("data_catalogue:report_value", args=[entry.pk]), data)
        row = DataCorrection.objects.get()
        assert answer.url == row.get_absolute_url() and row.case.documents.get().kind == "证据"
        for who, name, more in (
            ("clerk", "accept", {}), ("clerk", "begin", {}), ("head", "correct", {"value": "甲公司", "ground": "核对"}),
            ("consumer", "close", {}),
        ):  # fmt: skip
            row.case.refresh_from_db()
            url = reverse("data_catalogue:correction_do", args=[row.pk, name])
            answer = desk.department.come_in(who).post(url, {"version": row.case.version, **more})
            assert answer.status_code == 302, answer.content.decode()
        row.case.refresh_from_db()
        assert row.case.ended and Override.objects.get().value == "甲公司"
        assert "甲公司" in client.get(row.get_absolute_url()).content.decode()

    def test_a_refused_report_keeps_what_was_typed(self, desk):
        entry = desk.mounted()
        data = typed(office=desk.department.offices[CITY].pk, claimed=WRONG.seen)
        answer = desk.department.come_in("consumer").post(
            reverse("data_catalogue:report_value", args=[entry.pk]), data
        )
        page = answer.content.decode()
        assert answer.status_code == 422 and "主张值与所见值相同" in page and WRONG.why in page
        assert not DataCorrection.objects.exists()

    def test_a_refused_decision_keeps_what_was_typed(self, desk):
        row = correcting.report(
            desk.mounted(), WRONG, by=desk.who("consumer"), key="k", office=desk.department.offices[CITY]
        )
        for name in ("accept", "begin"):
            correcting.step(row, name, desk.who("clerk"))
        url = reverse("data_catalogue:correction_do", args=[row.pk, "correct"])
        data = {"version": row.case.version, "value": WRONG.seen, "ground": "写了很久的核查情况"}
        answer = desk.department.come_in("head").post(url, data)
        assert answer.status_code == 422 and "写了很久的核查情况" in answer.content.decode()

    def test_the_list_asks_as_many_queries_for_many_as_for_few(self, desk, django_assert_max_num_queries):
        entry = desk.mounted()
        office = desk.department.offices[CITY]
        for number in range(9):
            wrong = correcting.Wrong(f"K{number}", "name", "甲", "乙", "证照")
            correcting.report(entry, wrong, by=desk.who("consumer"), key=f"k{number}", office=office)
        client = desk.department.come_in("clerk")
        client.get(reverse("data_catalogue:corrections"))
        with django_assert_max_num_queries(26):
            assert "桂数核2020-00009" in client.get(reverse("data_catalogue:corrections")).content.decode()
        other = desk.department.come_in("city").get(reverse("data_catalogue:corrections"))
        assert "桂数核2020-00009" not in other.content.decode()


class TestHall:
    """Reported by the person concerned."""

    def test_a_stranger_is_led_to_sign_in(self, desk):
        answer = Client().get("/hall/data/corrections/")
        assert answer.status_code == 302 and "signin" in answer.url

    def test_a_person_reports_and_follows_his_report(self, desk, person):
        client, subject = person
        entry = desk.mounted()
        assert entry.title in client.get("/hall/data/corrections/").content.decode()
        url = reverse("open_data:correct", args=[entry.code.replace("/", "-")])
        assert client.get(url).status_code == 200
        refused = client.post(url, typed(why=""))
        assert refused.status_code == 422 and WRONG.row_key in refused.content.decode()
        row = DataCorrection.objects.get(pk=int(client.post(url, typed()).url.rstrip("/").rpartition("/")[2]))
        assert (row.source, row.case.applicant) == ("person", subject)
        page = client.get(reverse("open_data:correction", args=[row.pk])).content.decode()
        assert "待受理" in page and "撤回" in page
        done = reverse("open_data:correction_do", args=[row.pk, "withdraw"])
        assert client.post(done, {"version": row.case.version}).status_code == 302
        row.case.refresh_from_db()
        assert row.case.state == "withdrawn"

    def test_nobody_sees_the_report_of_another(self, desk, person):
        client, _ = person
        row = correcting.report(
            desk.mounted(), WRONG, by=desk.who("consumer"), key="k", office=desk.department.offices[CITY]
        )
        assert client.get(reverse("open_data:correction", args=[row.pk])).status_code == 404
        done = reverse("open_data:correction_do", args=[row.pk, "withdraw"])
        assert client.post(done, {"version": row.case.version}).status_code == 404

    def test_what_is_not_shared_is_not_named(self, desk, person):
        client, _ = person
        entry = desk.mounted(share="none", share_basis="依据", share_condition="", items=[
            type(one)(**{**one.row(), "share": "none"}) for one in ITEMS
        ])  # fmt: skip
        assert entry.title not in client.get("/hall/data/corrections/").content.decode()
        assert (
            client.get(reverse("open_data:correct", args=[entry.code.replace("/", "-")])).status_code == 404
        )

"""The pages of asking and deciding: what is typed is never lost, and each side sees what is its own."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from zhujianyun.apps.data_catalogue.actions import deciding
from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.tests.sharing_desk import Desk
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.resource.models import Grant
from zhujianyun.ui.workbench.queries import turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(department) -> Desk:
    return Desk.of(department)


def enter(desk, name):
    return desk.department.come_in(name)


def typed(desk, **more):
    office = desk.department.offices["450100"]
    return {
        "key": "abc", "consumer": office.pk, "items": ["uscc", "phone"], "system_name": "南宁市审批平台", "mode": "table",
        "legal_basis": "建筑法第十三条", "scenario": "核验资质", "scope": "审批人员", "valid_from": "2020-07-06",
        "valid_to": "2020-12-31", "calls_per_day": "2000", "responsible": "韦主任",
        "networks": "10.1.0.0/16，10.2.0.0/16", "filter-0-item": "uscc", "filter-0-op": "in", "filter-0-value": "91,92",
        **more,
    }  # fmt: skip


def decision(row, **more):
    found = {"version": row.case.version, "per_second": "20", "page_limit": "50"}
    for one in row.items.all():
        found |= {
            f"decision-{one.code}": "granted", f"per_day-{one.code}": "500", f"until-{one.code}": "2020-10-31",
            f"mask-{one.code}": one.mask,
        }  # fmt: skip
    return found | more


class TestAsking:
    """The form of a request."""

    def test_the_entry_offers_it_to_consumers_only(self, desk):
        entry = desk.mounted()
        page = reverse("data_catalogue:entry", args=[entry.pk])
        assert "申请共享" in enter(desk, "consumer").get(page).content.decode()
        asked = reverse("data_catalogue:ask", args=[entry.pk])
        assert asked not in enter(desk, "reader").get(page).content.decode()
        assert enter(desk, "reader").get(asked).status_code == 403

    def test_what_is_typed_becomes_a_request(self, desk):
        entry = desk.mounted()
        client = enter(desk, "consumer")
        answer = client.post(reverse("data_catalogue:ask", args=[entry.pk]), typed(desk))
        row = SharingRequest.objects.get()
        assert answer.url == row.get_absolute_url()
        assert row.networks == ["10.1.0.0/16", "10.2.0.0/16"]
        assert row.row_filter == [{"item": "uscc", "op": "in", "value": ["91", "92"]}]
        client.post(reverse("data_catalogue:ask", args=[entry.pk]), typed(desk))
        assert SharingRequest.objects.count() == 1

    def test_a_row_filter_is_told_in_words(self, desk):
        entry, client = desk.mounted(), enter(desk, "consumer")
        given = typed(desk, **{
            "filter-0-value": "91、92", "filter-1-item": "uscc", "filter-1-op": "isnull", "filter-1-value": "否",
        })  # fmt: skip
        page = client.post(
            reverse("data_catalogue:ask", args=[entry.pk]), given, follow=True
        ).content.decode()
        filters = SharingRequest.objects.get().row_filter
        assert [one["value"] for one in filters] == [["91", "92"], "false"]
        assert "<li>统一社会信用代码属于：91，92</li>" in page
        assert "<li>统一社会信用代码为空：否</li>" in page

    def test_a_refused_form_keeps_everything_and_says_where(self, desk):
        entry = desk.mounted()
        wrong = typed(desk, items=[], networks="10.1.0.0/99", valid_to="2020-01-01", scope="")
        answer = enter(desk, "consumer").post(reverse("data_catalogue:ask", args=[entry.pk]), wrong)
        page = answer.content.decode()
        assert answer.status_code == 422 and "核验资质" in page and 'value="abc"' in page
        wrong = typed(desk, items=[], networks="10.1.0.0/99", valid_to="2020-01-01")
        page = (
            enter(desk, "consumer")
            .post(reverse("data_catalogue:ask", args=[entry.pk]), wrong)
            .content.decode()
        )
        for said in ("请至少勾选一个信息项", "不是有效的网段", "使用时限的止日须晚于起日"):
            assert said in page
        assert not SharingRequest.objects.exists()

    def test_garbage_is_a_refusal_not_a_fault(self, desk):
        entry = desk.mounted()
        url = reverse("data_catalogue:ask", args=[entry.pk])
        client = enter(desk, "consumer")
        for more in (
            {"calls_per_day": "9" * 40}, {"valid_to": "9999-99-99"}, {"consumer": "x"}, {"mode": "'"},
            {"items": ["<script>"]}, {"filter-0-op": "sql"}, {"scope": "\0"}, {"key": "k" * 5000, "items": []},
        ):  # fmt: skip
            assert client.post(url, typed(desk, **more)).status_code == 422, more

    def test_mending_shows_the_request_as_it_was(self, desk):
        row = desk.asked()
        deciding.send_back_once(row, by=desk.who("clerk"), gaps="请附依据", expected=row.case.version)
        row = desk.fresh(row)
        client, url = enter(desk, "consumer"), reverse("data_catalogue:request_supply", args=[row.pk])
        page = client.get(url).content.decode()
        assert "核验施工企业资质" in page and 'value="uscc" id="item-uscc" checked' in page
        answer = client.post(url, typed(desk, version=row.case.version, scope="补正后"))
        assert answer.status_code == 302 and desk.fresh(row).scope == "补正后"
        assert client.post(url, typed(desk, version=row.case.version)).status_code == 302
        assert desk.fresh(row).scope == "补正后"


class TestDeciding:
    """The page of a request."""

    def post(self, desk, row, name, who, **data):
        return enter(desk, who).post(reverse("data_catalogue:request_do", args=[row.pk, name]), data)

    def test_from_the_clerk_to_the_grant(self, desk):
        row = desk.asked()
        assert self.post(desk, row, "propose", "clerk", **decision(row)).status_code == 302
        row = desk.fresh(row)
        page = enter(desk, "head").get(row.get_absolute_url()).content.decode()
        assert 'value="500"' in page and "同意共享" in page
        withheld = {"decision-phone": "withheld", "why-phone": "无关"}
        assert self.post(desk, row, "consent", "head", **decision(row, **withheld)).status_code == 302
        row = desk.fresh(row)
        assert self.post(desk, row, "deliver", "tech", version=row.case.version).status_code == 302
        grant = Grant.objects.get()
        assert (grant.items, grant.quota, grant.page_limit) == (
            ["uscc", "name"], {"per_day": 500, "per_second": 20}, 50,
        )  # fmt: skip
        page = enter(desk, "consumer").get(row.get_absolute_url()).content.decode()
        assert grant.code in page and "无关" in page and "2,000／500" in page

    def test_a_refused_decision_keeps_what_was_typed_and_names_the_item(self, desk):
        row = desk.asked()
        wrong = decision(row, **{"per_day-phone": "很多", "why-name": "先用一季度"})
        answer = self.post(desk, row, "propose", "clerk", **wrong)
        page = answer.content.decode()
        assert answer.status_code == 422 and "不超过申请量" in page
        assert 'value="很多"' in page and 'value="先用一季度"' in page

    @pytest.mark.parametrize("name", ["per_second", "page_limit"])
    @pytest.mark.parametrize("value", ["0", "-1", "", "x", "99999999999999", "1000000"])
    def test_limits_that_are_none_are_refused(self, desk, name, value):
        row = desk.asked()
        assert self.post(desk, row, "propose", "clerk", **decision(row, **{name: value})).status_code == 422

    def test_the_slower_of_two_sees_the_new_state(self, desk):
        row = desk.proposed()
        first = decision(row)
        self.post(desk, row, "consent", "head", **first)
        answer = self.post(desk, row, "refuse", "head2", version=row.case.version, reason="不行", basis="无")
        assert answer.status_code == 409 and "测试head" in answer.content.decode()
        assert desk.fresh(row).case.state == "delivering"

    def test_without_a_version_nothing_is_done(self, desk):
        row = desk.proposed()
        for version in ("", "x", "9" * 30):
            data = decision(row, version=version)
            assert self.post(desk, row, "consent", "head", **data).status_code == 409

    def test_an_unknown_act_is_not_found(self, desk):
        row = desk.asked()
        assert self.post(desk, row, "erase", "head").status_code == 404

    def test_who_is_on_neither_side_sees_nothing_of_it(self, desk):
        row = desk.asked()
        for name in ("city",):
            assert enter(desk, name).get(row.get_absolute_url()).status_code == 404
            assert (
                row.case.number
                not in enter(desk, name)
                .get(reverse("data_catalogue:requests") + "?scope=all")
                .content.decode()
            )

    def test_the_paper_is_for_both_sides(self, desk):
        row = desk.consented()
        paper = row.case.papers.get()
        url = reverse("data_catalogue:request_paper", args=[row.pk, paper.pk])
        answer = enter(desk, "consumer").get(url)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert enter(desk, "city").get(url).status_code == 404


class TestLists:
    """Requests and grants."""

    def test_it_waits_for_whose_turn_it_is(self, desk):
        row = desk.asked()
        url = reverse("data_catalogue:requests")
        for name, has in (("clerk", True), ("head", False), ("consumer", False)):
            page = enter(desk, name).get(url + "?scope=todo").content.decode()
            assert (row.case.number in page) is has, name
        deciding.send_back_once(row, by=desk.who("clerk"), gaps="请附依据", expected=row.case.version)
        assert row.case.number in enter(desk, "consumer").get(url).content.decode()
        assert Case.objects.filter(turn(desk.who("clerk"))).count() == 0

    def test_many_requests_are_read_in_as_many_queries_as_few(self, desk, django_assert_max_num_queries):
        entry = desk.mounted()
        for number in range(12):
            desk.asked(entry, key=f"k{number}", system_name=f"系统{number}")
        client = enter(desk, "clerk")
        client.get(reverse("data_catalogue:requests"))
        with django_assert_max_num_queries(26):
            assert (
                "桂数享2020-00012"
                in client.get(reverse("data_catalogue:requests") + "?scope=all").content.decode()
            )

    def test_grants_show_items_quota_and_end_on_both_sides(self, desk, django_assert_max_num_queries):
        row, grant = desk.granted()
        url = reverse("data_catalogue:grants")
        for name, side in (("consumer", "using"), ("head", "giving")):
            page = enter(desk, name).get(f"{url}?side={side}").content.decode()
            assert grant.code in page and "联系电话" in page and "2,000" in page
        assert grant.code not in enter(desk, "consumer").get(f"{url}?side=giving").content.decode()
        assert grant.code not in enter(desk, "stranger").get(f"{url}?side=giving").content.decode()
        assert grant.code not in enter(desk, "city").get(url).content.decode()

    def test_a_grant_that_ends_within_the_month_says_so(self, desk):
        row, _ = desk.granted(valid_to=date(2020, 7, 20))
        assert "即将到期" in enter(desk, "consumer").get(reverse("data_catalogue:grants")).content.decode()

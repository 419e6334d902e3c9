"""One act on many cases: what is offered, what is confirmed, what came of each."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.kernel import case
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import bulk
from zhujianyun.ui.workbench.models import BulkRun

BULK = "/workbench/cases/bulk/"


def chosen(*cases):
    return {"case": [one.pk for one in cases]}


def confirm(browser, action, *cases):
    """The fields of the confirmation page."""
    page = browser.get(BULK, {**chosen(*cases), "action": action}).content.decode()
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("token", "action", "zh")
    }
    return fields | {"case": re.findall(r'name="case" value="(\d+:[^"]+)"', page)}


def test_the_bar_offers_what_all_or_some_of_the_selected_allow(bureau):
    waiting, accepted = [bureau.submitted(), bureau.submitted()], bureau.accepted()
    told = (
        bureau.browser("张三", "clerk")
        .get(BULK, chosen(*waiting, accepted), headers={"accept": "application/json"})
        .json()
    )
    assert told["selected"] == 3
    assert (
        next(one for one in told["choices"] if one["action"] == "accept") | {"of": 3, "can": 2, "zh": "受理"}
        in told["choices"]
    )


def test_acts_that_ask_for_facts_papers_or_signatures_are_not_offered_in_bulk(bureau):
    one = bureau.accepted()
    chief = bureau.actor("李局", "chief")
    offered = {offer.action for offer in case.offers(one, chief)}
    (selected,) = bulk.chosen(chief, [one.pk])
    assert offered > set(selected.offers)


def test_the_confirmation_spells_out_what_follows_and_who_is_left_out(bureau):
    waiting, accepted = bureau.submitted(), bureau.accepted()
    page = (
        bureau.browser("张三", "clerk")
        .get(BULK, {**chosen(waiting, accepted), "action": "accept"})
        .content.decode()
    )
    assert "将办理的 1 件" in page and "办件转入“审查中”" in page
    assert "不办理的 1 件" in page and "处于“审查中”，没有“受理”这个动作" in page


def test_each_case_is_done_or_refused_on_its_own(bureau):
    one, other = bureau.submitted(), bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    fields = confirm(browser, "accept", one, other)
    bureau.act(other, "accept", bureau.actor("李四", "clerk"))  # somebody was faster
    page = browser.post(f"{BULK}act/", fields, follow=True).content.decode()
    assert "办成 1 件，未办 1 件" in page
    assert Case.objects.get(pk=one.pk).state == "reviewing"
    refused = next(line for line in BulkRun.objects.get().lines if not line["ok"])
    assert refused["number"] == other.number and "李四" in refused["said"]


def test_a_second_click_does_nothing_twice_and_shows_the_same(bureau):
    one, other = bureau.submitted(), bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    fields = confirm(browser, "accept", one, other)
    first = browser.post(f"{BULK}act/", fields)
    lines = BulkRun.objects.get().lines
    second = browser.post(f"{BULK}act/", fields)
    assert first["Location"] == second["Location"]
    assert BulkRun.objects.get().lines == lines and all(line["ok"] for line in lines)
    assert Step.objects.filter(action="accept").count() == 2


def test_a_confirmation_open_in_two_tabs_acts_once(bureau):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    tabs = [confirm(browser, "accept", one), confirm(browser, "accept", one)]
    pages = [browser.post(f"{BULK}act/", fields, follow=True).content.decode() for fields in tabs]
    assert "办成 1 件，未办 0 件" in pages[0] and "办成 0 件，未办 1 件" in pages[1]
    assert Step.objects.filter(case=one, action="accept").count() == 1


@pytest.mark.parametrize("keeps_looking", [True, False])
def test_whoever_lost_the_right_while_the_list_was_open_is_told_for_each_case(bureau, keeps_looking):
    from zhujianyun.kernel.access.models import Membership

    cases = [bureau.submitted(), bureau.submitted()]
    browser = bureau.browser("张三", "clerk")
    fields = confirm(browser, "accept", *cases)
    account = bureau.account("张三")
    if keeps_looking:
        bureau.browser("李四", "witness")
        role = Membership.objects.get(account=bureau.account("李四")).role
        Membership.objects.filter(account=account).update(role=role)
    else:
        Membership.objects.filter(account=account).update(office=bureau.other)
    page = browser.post(f"{BULK}act/", fields, follow=True).content.decode()
    assert "办成 0 件，未办 2 件" in page and all(one.number in page for one in cases)
    said = "受理人员" if keeps_looking else "您已看不到这个办件"
    assert page.count(said) >= 2
    assert not Step.objects.filter(action="accept").exists()


def test_a_selection_is_read_with_the_same_number_of_queries_for_two_and_for_twelve(bureau):
    cases = [bureau.submitted() for _ in range(12)]
    browser = bureau.browser("张三", "clerk")
    browser.get(BULK, chosen(*cases[:2]))
    with CaptureQueriesContext(connection) as few:
        browser.get(BULK, chosen(*cases[:2]))
    with CaptureQueriesContext(connection) as many:
        browser.get(BULK, chosen(*cases))
    assert len(few) == len(many) <= 32


@pytest.mark.parametrize(
    "query", ["", "case=", "case=x", "case=4711", "case=9223372036854775807&action=accept"]
)
def test_a_spoilt_selection_is_answered_with_a_sentence(bureau, query):
    bureau.submitted()
    answer = bureau.browser("张三", "clerk").get(f"{BULK}?{query}")
    assert answer.status_code in (200, 422)
    assert re.search("请先在列表里勾选|地址不完整|没有可以一起办理|已看不到", answer.content.decode())


@pytest.mark.parametrize(
    "spoilt",
    [{"token": ""}, {"token": "../../etc"}, {"case": []}, {"case": ["1;2:3"]}, {"case": [f"{n}:1:x" for n in range(201)]}],
    ids=["no token", "bad token", "nothing", "spoilt", "too many"],
)  # fmt: skip
def test_a_spoilt_confirmation_does_nothing(bureau, spoilt):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    answer = browser.post(f"{BULK}act/", confirm(browser, "accept", one) | spoilt)
    assert answer.status_code == 422 and Case.objects.get(pk=one.pk).state == "submitted"


def test_the_result_is_for_whoever_did_it(bureau):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    done = browser.post(f"{BULK}act/", confirm(browser, "accept", one))["Location"]
    assert browser.get(done).status_code == 200
    assert bureau.browser("李四", "clerk").get(done).status_code == 404
    assert BulkRun.objects.get().at.date() == date(2020, 3, 2)

"""The outbox as a book (外发台账测试)."""

from __future__ import annotations

import pytest

from zhujianyun.base import outbox
from zhujianyun.base.outbox.models import Message, State
from zhujianyun.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db
OUTBOX = "/workbench/outbox/"


@pytest.fixture
def message():
    return outbox.send("sms", to="13800138000", title="补正 13800138000", text="请补正材料", key="k")


def test_the_list_masks_recipients_and_shows_no_text(enter, message):
    page = enter("system").get(OUTBOX).content.decode()
    assert "138****8000" in page
    assert "13800138000" not in page and "请补正材料" not in page
    assert "未外发" in page


@pytest.mark.parametrize("name", ["security", "audit", "nobody"])
def test_everybody_else_is_refused_and_that_is_written_down(enter, message, name, people):
    browser = enter(name)
    for path in (OUTBOX, f"{OUTBOX}{message.pk}/"):
        assert browser.get(path).status_code in (302, 403)
    assert browser.post(f"{OUTBOX}{message.pk}/cancel/", {"reason": "x"}).status_code in (302, 403)
    assert Message.objects.get().state == State.HELD
    if name != "nobody":
        assert Entry.objects.filter(verb="outbox.refused", actor=people[name].key).count() == 3


def test_the_full_text_needs_a_purpose_and_is_journalled_before_it_is_shown(enter, message, people):
    browser = enter("system")
    path = f"{OUTBOX}{message.pk}/"
    assert "请补正材料" not in browser.get(path).content.decode()
    refused = browser.post(path, {"purpose": " 看 "})
    assert refused.status_code == 422 and "请补正材料" not in refused.content.decode()
    page = browser.post(path, {"purpose": "申请人来电核对内容"}).content.decode()
    assert "请补正材料" in page and "13800138000" in page
    read = Entry.objects.get(verb="privacy.read")
    assert (read.actor, read.object_id) == (people["system"].key, str(message.pk))
    assert read.facts_dict["purpose"] == "申请人来电核对内容"


def test_a_recipient_is_found_by_his_whole_address_only(enter, message):
    browser = enter("system")
    assert "138****8000" in browser.get(OUTBOX + "?to=13800138000").content.decode()
    assert "138****8000" not in browser.get(OUTBOX + "?to=1380013").content.decode()


def test_states_and_channels_narrow_the_list(enter, message):
    browser = enter("system")
    assert "138****8000" not in browser.get(OUTBOX + "?state=sent").content.decode()
    assert "138****8000" not in browser.get(OUTBOX + "?channel=email").content.decode()
    assert "138****8000" in browser.get(OUTBOX + "?channel=sms&state=held").content.decode()
    assert browser.get(OUTBOX + "?state=%27;&page=zz").status_code == 200


def test_sending_again_and_taking_back_need_a_reason_and_are_journalled(enter, message, settings):
    browser, path = enter("system"), f"{OUTBOX}{message.pk}/"
    assert browser.post(path + "resend/", {"reason": "试"}).status_code == 422, "the channel is off"
    settings.ZJY_OUTBOX = {"sms": {"backend": "console"}}
    assert browser.post(path + "resend/", {"reason": "  "}).status_code == 422
    assert browser.post(path + "resend/", {"reason": "渠道已启用"}).status_code == 302
    assert Message.objects.get().state == State.QUEUED
    assert browser.post(path + "cancel/", {"reason": "对方已当面告知"}).status_code == 302
    assert Message.objects.get().state == State.CANCELLED
    verbs = list(
        Entry.objects.filter(verb__startswith="outbox.").order_by("pk").values_list("verb", "reason")
    )
    assert verbs == [("outbox.resend", "渠道已启用"), ("outbox.cancel", "对方已当面告知")]


def test_a_message_that_is_not_there_is_said_so(enter):
    assert enter("system").get(OUTBOX + "999/").status_code == 404


def test_the_queries_of_the_list_do_not_grow_with_the_messages(enter, django_assert_max_num_queries):
    for n in range(60):
        outbox.send("email", to=f"a{n}@example.cn", title="t", text="x")
    browser = enter("system")
    with django_assert_max_num_queries(20):
        assert browser.get(OUTBOX).status_code == 200

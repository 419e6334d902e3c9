"""Messages as rows: handed over, claimed, put off, given up, taken back (外发消息测试)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F

from zhujianyun.base import outbox
from zhujianyun.base.errors import Conflict, OutsideFailed, RuleBroken
from zhujianyun.base.outbox import delivering, terms
from zhujianyun.base.outbox.models import Message, State

pytestmark = pytest.mark.django_db


class Wire:
    """A back end that keeps what it sends and fails when told (测试后端)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fault: Exception | None = None

    def __call__(self, message: Message, _: object) -> outbox.Sent:
        if self.fault is not None:
            raise self.fault
        self.sent.append((message.to, message.text))
        return outbox.Sent(receipt="r-1")


@pytest.fixture
def wire(settings, monkeypatch):
    found = Wire()
    monkeypatch.setitem(terms._others, "wire", found)
    settings.ZJY_OUTBOX = {channel: {"backend": "wire"} for channel in ("email", "sms", "dingtalk")}
    return found


def _mail(key: str = "", to: str = "wei@example.cn", **more: object) -> Message:
    return outbox.send("email", to=to, title="补正通知", text="请补正", key=key, **more)


def _later(**columns: object) -> None:
    """As if the waiting were over: the machine's clock is not ours to move."""
    Message.objects.update(next_try=F("next_try") - timedelta(hours=3), **columns)


def _failure(*, retriable: bool) -> OutsideFailed:
    return OutsideFailed("对方没有回应。", peer="p", retriable=retriable)


def test_a_channel_that_is_off_keeps_the_message_and_sends_nothing():
    row = _mail()
    assert row.state == State.HELD
    assert outbox.deliver() == 0
    assert Message.objects.get().state == State.HELD


def test_the_same_key_is_the_same_message(wire):
    first, second = _mail("k"), _mail("k")
    assert first.pk == second.pk
    outbox.deliver()
    assert wire.sent == [("wei@example.cn", "请补正")]


def test_a_message_whose_act_is_undone_never_goes_out(wire):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _mail()
        raise ZeroDivisionError
    assert outbox.deliver() == 0
    assert wire.sent == []


def test_what_went_out_is_sent_with_its_receipt_and_stays_so(wire):
    _mail()
    assert outbox.deliver() == 1
    assert outbox.deliver() == 0
    row = Message.objects.get()
    assert (row.state, row.receipt, row.attempts, row.token) == (State.SENT, "r-1", 1, "")
    assert row.sent_at is not None


def test_a_passing_failure_is_tried_again_and_given_up_visibly(wire, caplog):
    wire.fault = _failure(retriable=True)
    _mail()
    for attempt in range(1, delivering.MOST_ATTEMPTS):
        assert outbox.deliver() == 1
        row = Message.objects.get()
        assert (row.state, row.attempts, row.last_error) == (State.QUEUED, attempt, "对方没有回应。")
        assert outbox.deliver() == 0, "it waits"
        _later()
    outbox.deliver()
    assert Message.objects.get().state == State.FAILED
    assert "wei@example.cn" not in caplog.text


def test_the_pauses_grow(wire):
    wire.fault = _failure(retriable=True)
    _mail()
    pauses = []
    for _ in range(3):
        outbox.deliver()
        row = Message.objects.get()
        pauses.append((row.next_try - row.tried_at).total_seconds())
        _later()
    assert [round(pause / 15) for pause in pauses] == [1, 2, 4]


def test_a_refusal_for_good_is_not_tried_again(wire):
    wire.fault = _failure(retriable=False)
    _mail()
    outbox.deliver()
    assert Message.objects.get().state == State.FAILED


def test_an_unforeseen_error_leaves_no_secret_behind(wire, caplog):
    wire.fault = ValueError("https://robot/?access_token=geheim 13800138000")
    _mail()
    outbox.deliver()
    row = Message.objects.get()
    assert "geheim" not in row.last_error + caplog.text
    assert "13800138000" not in row.last_error + caplog.text
    assert "ValueError" in row.last_error


def test_a_sender_that_was_killed_is_taken_over_with_the_same_key(wire):
    _mail("k")
    claimed = delivering._claim()
    assert outbox.deliver() == 0, "somebody is at it"
    _later()
    assert outbox.deliver() == 1
    row = Message.objects.get()
    assert (row.state, row.key, row.attempts) == (State.SENT, "k", 2)
    delivering._note(claimed, state=State.FAILED)
    assert Message.objects.get().state == State.SENT, "the late result of the first sender does not count"


def test_two_workers_do_not_get_the_same_message(wire):
    _mail("a")
    _mail("b", to="other@example.cn")
    found = {delivering._claim().key, delivering._claim().key}
    assert found == {"a", "b"}
    assert delivering._claim() is None


def test_one_recipient_is_not_flooded_and_others_do_not_wait_for_him(wire, settings):
    settings.ZJY_OUTBOX_LIMITS = {"email": "2/3600"}
    for n in range(4):
        _mail(f"k{n}")
    _mail("other", to="huang@example.cn")
    while outbox.deliver():
        pass
    assert sorted(to for to, _ in wire.sent) == ["huang@example.cn", "wei@example.cn", "wei@example.cn"]
    waiting = Message.objects.filter(state=State.QUEUED)
    assert waiting.count() == 2
    assert {row.last_error for row in waiting} == {"同一收件人发送过于频繁，已顺延。"}
    assert {row.attempts for row in waiting} == {0}, "waiting is no try"


def test_recipient_and_text_lie_sealed_in_the_row(wire):
    outbox.send("sms", to="13800138000", title="验证码 13800138000", text="您的验证码是 482913")
    row = Message.objects.get()
    stored = " ".join(str(value) for value in Message.objects.values_list().get())
    assert "13800138000" not in stored and "482913" not in stored and b"482913" not in bytes(row.body)
    assert row.to_masked == "138****8000"
    assert (row.to, row.text) == ("13800138000", "您的验证码是 482913")


def test_a_body_moved_to_another_row_does_not_open(wire):
    one, other = _mail("one"), _mail("other")
    Message.objects.filter(pk=one.pk).update(body=bytes(other.body))
    with pytest.raises(RuleBroken):
        _ = Message.objects.get(pk=one.pk).text


def test_a_code_is_destroyed_as_soon_as_it_is_out(wire):
    _mail(secret=True)
    outbox.deliver()
    row = Message.objects.get()
    assert (row.state, bytes(row.body), row.text, row.to) == (State.SENT, b"", "", "")


def test_on_the_terminal_a_demo_message_is_shown_and_kept(settings, capsys):
    settings.ZJY_OUTBOX = {"sms": {"backend": "console"}}
    outbox.send("sms", to="13800138000", title="验证码", text="482913", secret=True)
    outbox.deliver()
    row = Message.objects.get()
    assert row.state == State.SHOWN
    assert row.text == "482913"
    assert "482913" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("channel", "to", "rule"),
    [
        ("fax", "1", "outbox.channel"),
        ("email", "wei@example.cn, huang@example.cn", "outbox.recipient"),
        ("email", "wei@example.cn\nBcc: x@example.cn", "outbox.recipient"),
        ("email", "Wei <wei@example.cn>", "outbox.recipient"),
        ("sms", "138 0013 8000", "outbox.recipient"),
        ("sms", "韦晓兰", "outbox.recipient"),
        ("wecom", "https://evil.example/", "outbox.recipient"),
    ],
)
def test_a_recipient_that_is_none_is_refused(channel, to, rule):
    with pytest.raises(RuleBroken) as refused:
        outbox.send(channel, to=to, title="t", text="x")
    assert refused.value.rule == rule
    assert not Message.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "字" * 4001], ids=["empty", "blank", "too long"])
def test_a_text_that_is_none_or_too_long_is_refused(text):
    with pytest.raises(RuleBroken, match="正文"):
        outbox.send("sms", to="13800138000", title="t", text=text)


def test_a_held_message_goes_out_only_when_somebody_sends_it_again(settings, wire):
    on = settings.ZJY_OUTBOX
    settings.ZJY_OUTBOX = {}
    row = _mail()
    with pytest.raises(RuleBroken, match="没有启用"):
        outbox.resend(row)
    settings.ZJY_OUTBOX = on
    assert outbox.deliver() == 0
    outbox.resend(row)
    assert outbox.deliver() == 1


def test_a_failed_message_is_sent_again_with_fresh_tries(wire):
    wire.fault = _failure(retriable=False)
    row = _mail()
    outbox.deliver()
    wire.fault = None
    assert outbox.resend(row).attempts == 0
    outbox.deliver()
    assert Message.objects.get().state == State.SENT


@pytest.mark.parametrize("state", [State.SENT, State.SENDING, State.SHOWN])
def test_what_is_out_or_under_way_is_neither_sent_again_nor_cancelled(wire, state):
    row = _mail()
    Message.objects.update(state=state)
    with pytest.raises(Conflict):
        outbox.resend(row)
    with pytest.raises(Conflict):
        outbox.cancel(row)


def test_a_cancelled_message_never_goes_out(wire):
    outbox.cancel(_mail())
    assert outbox.deliver() == 0
    assert wire.sent == []


def test_a_back_end_that_does_not_exist_fails_with_a_sentence(settings):
    settings.ZJY_OUTBOX = {"email": {"backend": "pigeon"}}
    _mail()
    outbox.deliver()
    row = Message.objects.get()
    assert row.state == State.FAILED
    assert "pigeon" in row.last_error


def test_an_idle_turn_costs_one_query(wire, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.deliver()


def test_ended_messages_are_cleared_away_and_open_ones_stay(wire, settings):
    from zhujianyun.base.outbox.housekeeping import prune

    sent, waiting = _mail("a"), _mail("b", to="huang@example.cn")
    Message.objects.filter(pk=sent.pk).update(state=State.SENT)
    Message.objects.update(created_at=F("created_at") - timedelta(days=400))
    assert prune.func() == 1
    assert list(Message.objects.values_list("pk", flat=True)) == [waiting.pk]

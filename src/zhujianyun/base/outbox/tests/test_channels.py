"""The ways out against real servers on the loopback (渠道测试): taken, refused, hanging, nonsense."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import logging
from email.header import decode_header, make_header
from urllib.parse import parse_qs, urlsplit

import pytest

from zhujianyun.base import outbox
from zhujianyun.base.outbox.models import Message, State

from .servers import HttpServer, SmtpServer, closed_port, running

pytestmark = pytest.mark.django_db
OK = {"errcode": 0, "errmsg": "ok"}
SECRET = "SEC-geheim"


def _deliver() -> Message:
    outbox.deliver()
    return Message.objects.get()


def _smtp(settings, port: int, **more: object) -> None:
    settings.ZJY_OUTBOX = {
        "email": {
            "backend": "smtp", "host": "127.0.0.1", "port": port, "security": "none",
            "from": "noreply@zjy.example", "timeout": 0.3, **more,
        }
    }  # fmt: skip


def _robot(settings, channel: str, server: HttpServer, **more: object) -> None:
    robots = {"值班": {"url": f"{server.url}/send?key=geheim-key", "secret": SECRET}}
    settings.ZJY_OUTBOX = {
        channel: {
            "backend": channel, "hosts": ["127.0.0.1"], "private": True, "timeout": 0.3, "robots": robots, **more,
        }
    }  # fmt: skip


def _mail() -> Message:
    return outbox.send(
        "email", to="wei@example.cn", title="补正通知", text="请补正材料", link="/hall/a/1/", key="case:1"
    )


def test_a_mail_server_gets_the_mail_with_link_and_a_message_id_of_the_key(settings):
    settings.ZJY_BASE_URL = "https://zjy.example"
    with running(SmtpServer()) as server:
        _smtp(settings, server.server_address[1])
        _mail()
        row = _deliver()
    assert row.state == State.SENT
    mail = email.message_from_bytes(server.mails[0])
    assert str(make_header(decode_header(mail["Subject"]))) == "补正通知"
    assert mail["To"] == "wei@example.cn"
    assert mail["Message-ID"] == row.receipt
    assert hashlib.sha256(b"case:1").hexdigest()[:40] in row.receipt
    body = mail.get_payload(decode=True).decode()
    assert "请补正材料" in body and "https://zjy.example/hall/a/1/" in body


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"RCPT": "550 no such user"}, State.FAILED),
        ({"RCPT": "450 try later"}, State.QUEUED),
        ({"END": "554 spam"}, State.FAILED),
        ({"END": "451 busy"}, State.QUEUED),
        ({"MAIL": "421 closing"}, State.QUEUED),
    ],
)
def test_a_mail_server_that_refuses_for_good_is_not_asked_again(settings, answers, state):
    with running(SmtpServer(answers)) as server:
        _smtp(settings, server.server_address[1])
        _mail()
        row = _deliver()
    assert row.state == state
    assert row.last_error.startswith("邮件没有发出")
    assert server.mails == [] or "END" in answers


def test_a_mail_server_that_hangs_is_left_and_tried_later(settings):
    with running(SmtpServer(silent=True)) as server:
        _smtp(settings, server.server_address[1])
        _mail()
        row = _deliver()
    assert (row.state, row.attempts) == (State.QUEUED, 1)
    assert "超时" in row.last_error


def test_a_mail_server_that_is_not_there_is_tried_later(settings):
    _smtp(settings, closed_port())
    _mail()
    assert _deliver().state == State.QUEUED


def test_without_a_sender_the_mail_fails_with_a_sentence(settings):
    _smtp(settings, closed_port(), **{"from": ""})
    _mail()
    row = _deliver()
    assert row.state == State.FAILED
    assert "发件人" in row.last_error


def test_wecom_gets_markdown_in_which_our_text_is_no_markup(settings):
    with running(HttpServer(OK)) as server:
        _robot(settings, "wecom", server)
        outbox.send("wecom", to="值班", title="告警", text="[点我](http://evil.example) <font>*急*")
        row = _deliver()
    assert row.state == State.SENT
    path, _, body = server.asked[0]
    assert path == "/send?key=geheim-key"
    assert body["msgtype"] == "markdown"
    assert "\\[点我\\](http://evil.example) \\<font\\>\\*急\\*" in body["markdown"]["content"]


def test_dingtalk_is_signed_as_its_robot_asks(settings):
    with running(HttpServer(OK)) as server:
        _robot(settings, "dingtalk", server)
        outbox.send("dingtalk", to="值班", title="告警", text="指标越限")
        assert _deliver().state == State.SENT
    asked = parse_qs(urlsplit(server.asked[0][0]).query)
    stamp = asked["timestamp"][0]
    mac = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(mac).decode()]
    assert server.asked[0][2]["markdown"]["title"] == "告警"


@pytest.mark.parametrize("channel", ["wecom", "dingtalk"])
@pytest.mark.parametrize(
    ("said", "status", "state"),
    [
        ({"errcode": 93000, "errmsg": "invalid webhook"}, 200, State.FAILED),
        ({"errcode": 45009, "errmsg": "freq"}, 200, State.QUEUED),
        ({"errcode": 130101, "errmsg": "freq"}, 200, State.QUEUED),
        ({"ok": True}, 200, State.FAILED),
        ([], 200, State.FAILED),
        (b"<html>", 200, State.FAILED),
        ("oops", 500, State.QUEUED),
        ("gone", 404, State.FAILED),
    ],
    ids=["bad-robot", "wecom-pace", "dingtalk-pace", "no-code", "list", "html", "500", "404"],
)
def test_an_answer_of_a_robot_is_read_and_not_only_its_status(settings, channel, said, status, state):
    with running(HttpServer(said, status=status)) as server:
        _robot(settings, channel, server)
        outbox.send(channel, to="值班", title="t", text="x")
        row = _deliver()
    assert row.state == state
    assert "geheim" not in row.last_error


def test_a_robot_that_hangs_is_left_and_its_address_stays_out_of_rows_and_logs(settings, caplog):
    caplog.set_level(logging.DEBUG)
    with running(HttpServer(OK, silent=True)) as server:
        _robot(settings, "dingtalk", server)
        outbox.send("dingtalk", to="值班", title="t", text="x")
        row = _deliver()
    assert row.state == State.QUEUED
    stored = " ".join(str(value) for value in Message.objects.values_list().get())
    assert "geheim" not in stored + caplog.text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"hosts": []}, "允许名单"),
        ({"hosts": ["qyapi.weixin.qq.com"]}, "允许名单"),
        ({"private": False}, "HTTPS"),
        ({"robots": {}}, "没有名为"),
    ],
)
def test_a_robot_outside_the_allow_list_is_never_called(settings, more, said):
    with running(HttpServer(OK)) as server:
        _robot(settings, "wecom", server, **more)
        outbox.send("wecom", to="值班", title="t", text="x")
        row = _deliver()
    assert row.state == State.FAILED
    assert said in row.last_error
    assert server.asked == []


def _sms(settings, server: HttpServer, **more: object) -> None:
    settings.ZJY_OUTBOX = {
        "sms": {
            "backend": "http", "url": f"{server.url}/sms", "hosts": ["127.0.0.1"], "private": True, "timeout": 0.3,
            "headers": {"authorization": "Bearer {secret.token}"}, "secrets": {"token": "geheim-token"},
            "json": {"mobile": "{to}", "content": ["{text}"], "requestId": "{key}", "raw": "{other}"},
            "ok": {"path": "result.code", "is": "0"}, "busy": ["LIMIT"], "receipt": "result.ids.0", **more,
        }
    }  # fmt: skip


def test_a_text_message_fills_the_template_and_nothing_in_it_is_evaluated(settings):
    with running(HttpServer({"result": {"code": 0, "ids": ["m-9"]}})) as server:
        _sms(settings, server)
        outbox.send("sms", to="13800138000", title="码", text="{secret.token} {to}", key="k")
        row = _deliver()
    assert (row.state, row.receipt) == (State.SENT, "m-9")
    path, headers, body = server.asked[0]
    assert headers["authorization"] == "Bearer geheim-token"
    assert body == {
        "mobile": "13800138000", "content": ["{secret.token} {to}"], "raw": "{other}",
        "requestId": hashlib.sha256(b"k").hexdigest()[:32],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"result": {"code": "LIMIT"}}, State.QUEUED),
        ({"result": {"code": 7}}, State.FAILED),
        ({}, State.FAILED),
    ],
    ids=["pace", "refused", "nonsense"],
)
def test_a_text_message_service_that_says_no_is_believed(settings, said, state):
    with running(HttpServer(said)) as server:
        _sms(settings, server)
        outbox.send("sms", to="13800138000", title="码", text="x")
        row = _deliver()
    assert row.state == state
    assert "13800138000" not in row.last_error


def test_a_second_try_carries_the_same_request_id(settings):
    with running(HttpServer("busy", status=503)) as server:
        _sms(settings, server)
        outbox.send("sms", to="13800138000", title="码", text="x", key="k")
        _deliver()
        outbox.resend(Message.objects.get())
        _deliver()
    ids = [body["requestId"] for _, _, body in server.asked]
    assert len(ids) == 2 and ids[0] == ids[1]

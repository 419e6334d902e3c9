"""Errors in Chinese, in one look, for people and for machines."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from zhujianyun.base.errors import Conflict, NotAllowed, NotFound, OutsideFailed, RuleBroken
from zhujianyun.ui.workbench.errors import PlatformErrors, wants_json

ERRORS = [
    RuleBroken("请补齐材料。", rule="a.b"),
    Conflict("他人已办。", rule="a.c"),
    NotAllowed("没有权限。", rule="a.d"),
    NotFound("没有找到。", rule="a.e"),
    OutsideFailed("对方没有回应。", peer="x", rule="a.f"),
]


def answered(error, **headers):
    request = RequestFactory().get("/", headers=headers)
    return PlatformErrors(lambda _: None).process_exception(request, error)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_person_reads_the_sentence_and_the_rule(error):
    answer = answered(error, accept="text/html")
    page = answer.content.decode()
    assert answer.status_code == error.http_status
    assert error.message_zh in page and error.rule in page and "回到工作台" in page


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_machine_gets_the_same_as_json(error):
    answer = answered(error, accept="application/json")
    assert answer.status_code == error.http_status
    assert error.message_zh in answer.content.decode()


def test_what_nobody_foresaw_is_left_to_the_server():
    assert answered(ValueError("x")) is None


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "wagtailadmin/404.html"]
)
def test_every_error_page_stands_by_itself_in_chinese(name):
    page = render_to_string(name)
    assert 'lang="zh-CN"' in page and "住建云" in page and "Wagtail" not in page


def test_a_browser_that_accepts_everything_gets_a_page():
    request = HttpRequest()
    request.META["HTTP_ACCEPT"] = "text/html,application/json;q=0.9,*/*"
    assert not wants_json(request)

"""Requests that bring too much (请求大小限制)."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import RequestFactory

from zhujianyun.config.limits import LIMIT, RequestSize


def answer(**head: str) -> HttpResponse:
    request = RequestFactory().post("/workbench/", **{"CONTENT_LENGTH": "", **head})
    return RequestSize(lambda _: HttpResponse("read"))(request)


def test_what_fits_is_read():
    for head in ({}, {"CONTENT_LENGTH": "0"}, {"CONTENT_LENGTH": str(LIMIT)}):
        assert answer(**head).content == b"read"


def test_what_announces_too_much_is_refused_unread_in_chinese():
    refused = answer(CONTENT_LENGTH=str(LIMIT + 1))
    assert refused.status_code == 413 and refused["Connection"] == "close"
    assert "超过 200 MB 的上限，请压缩" in refused.content.decode()


def test_what_does_not_say_how_large_it_is_is_refused():
    refused = answer(HTTP_TRANSFER_ENCODING="chunked")
    assert refused.status_code == 411 and "请用浏览器重新选择文件" in refused.content.decode()

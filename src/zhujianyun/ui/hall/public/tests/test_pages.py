"""The public pages as answers: headers, caching, figures, papers, verifiers (公众页面)."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from zhujianyun.kernel.case import papers
from zhujianyun.kernel.case.models import Paper
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.hall.public import figures

PAGES = (
    "/hall/", "/hall/notices/", "/hall/notices/?kind=decision", "/hall/notices/?kind=result", "/hall/figures/",
    "/hall/papers/", "/hall/about/", "/hall/verify/", "/hall/verify/draw/", "/hall/verify/clock/",
    "/hall/verify/paper/", "/hall/verify/offline/",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_guarded_and_holds_nothing_inline(counter, path):
    answer = Client().get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")
    assert answer["Referrer-Policy"] == "same-origin"
    scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))", page)
    assert not scripts and " style=" not in page and not re.search(r"\son[a-z]+=", page)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith("/hall/verify/")])
def test_a_verifier_may_not_connect(counter, path):
    assert "connect-src 'none'" in Client().get(path)["Content-Security-Policy"]


def test_a_stranger_may_share_a_public_page_for_a_minute(counter):
    answer = Client().get("/hall/about/")
    assert answer["Cache-Control"] == "public, max-age=60" and "Cookie" in answer["Vary"]
    again = Client().get("/hall/about/", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304 and "Content-Security-Policy" in again


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_whoever_brings_a_cookie_gets_a_page_of_his_own(counter, settings, cookie):
    settings.SESSION_COOKIE_NAME = "sessionid"
    browser = Client()
    browser.cookies[cookie] = "x"
    answer = browser.get("/hall/about/")
    assert answer["Cache-Control"] == "private, no-store" and "ETag" not in answer


def test_errors_are_not_kept(counter):
    answer = Client().get("/hall/notices/draw/999/")
    assert answer.status_code == 404 and answer["Cache-Control"] == "private, no-store"
    assert "没有这条公示" in answer.content.decode()


@pytest.mark.parametrize("path", ["/hall/notices/", "/hall/verify/paper/", "/hall/papers/"])
def test_public_pages_take_nothing(counter, path):
    assert Client().post(path, {"x": "1"}).status_code == 405


@pytest.mark.parametrize("name", ["settings.py", "draws.py", "..%2Fprove.py", "verify_draw"])
def test_only_the_three_scripts_can_be_fetched(counter, name):
    assert Client().get(f"/hall/verify/offline/{name}").status_code == 404


def test_the_public_keys_are_public_and_the_private_ones_are_not(counter):
    told = Client().get("/hall/verify/offline/keys.json").content.decode()
    assert "BEGIN PUBLIC KEY" in told and "PRIVATE" not in told


def test_a_paper_is_valid_then_corrected_or_revoked(counter):
    one = counter.granted("permit", "甲公司", project="朝阳综合楼")
    paper = Paper.objects.get(case=one, doc="许可决定书")

    def ask(row=paper):
        return Client().get("/hall/papers/", {"number": row.number, "code": row.digest[:8]}).content.decode()

    assert "该文书有效" in ask() and "甲公司" not in ask()
    counter.act(one, "void", counter.person("负责人", "chief"), reason="材料虚假")
    assert "撤销" in ask() and "不再具有效力" in ask()
    assert "该文书有效" in ask(Paper.objects.get(case=one, doc="撤销决定书"))


def test_a_wrong_code_tells_as_little_as_an_unknown_number(counter):
    one = counter.granted("permit", "甲公司")
    paper = Paper.objects.get(case=one, doc="许可决定书")
    for number, code in ((paper.number, "00000000"), ("没有此号", paper.digest[:8])):
        page = Client().get("/hall/papers/", {"number": number, "code": code}).content.decode()
        assert "没有这份文书，或校验码不符" in page and "许可决定书" not in page


def test_the_address_on_the_paper_leads_to_its_state(counter, settings):
    settings.ZJY_PAPER_CHECK_URL = "/hall/papers/"
    paper = Paper.objects.get(case=counter.granted("permit", "甲公司"), doc="许可决定书")
    assert "该文书有效" in Client().get(papers.address_of(paper)).content.decode()


def test_only_released_figures_are_public(db):
    every, cleared = indicators.all_(), figures.released()
    assert cleared
    assert all(one.release for one in cleared)
    kept = [one for one in every if not one.release]
    page = Client().get("/hall/figures/").content.decode()
    for one in kept[:3]:
        assert f"/hall/figures/{one.code}/" not in page
        assert Client().get(f"/hall/figures/{one.code}/").status_code == 404

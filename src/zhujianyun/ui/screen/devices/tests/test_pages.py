"""What a wall PC meets: never a sign-in, never a white page, never more than its screens."""

from __future__ import annotations

import pytest
from django.test import Client

from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import public, registry, tickets
from zhujianyun.ui.screen.devices import actions, visiting
from zhujianyun.ui.screen.devices.models import Device, Pairing

pytestmark = pytest.mark.django_db
FETCH = {"HTTP_SEC_FETCH_DEST": "empty"}


def paired(screens: tuple[str, ...] = ("main",), networks: str = "127.0.0.1/32", **said: object) -> Client:
    tv = Client()
    tv.get("/wall/")
    pairing = Pairing.objects.latest("pk")
    playlist = [{"screen": code, "seconds": 20} for code in screens]
    actions.approve(pairing.code, by=SYSTEM, name="大厅电视", playlist=playlist, networks=[networks], **said)
    assert tv.post("/wall/pairing").json() == {"state": "approved"}
    return tv


def test_a_tv_without_a_token_shows_a_code_and_keeps_it():
    tv = Client()
    page = tv.get("/wall/")
    code = Pairing.objects.get().code
    assert page.status_code == 200 and f"{code[:3]} {code[3:]}" in page.content.decode()
    tv.get("/wall/")
    assert Pairing.objects.count() == 1
    assert tv.post("/wall/pairing").json() == {"state": "waiting"}
    assert page.cookies["zjy_pair"]["httponly"] and page.cookies["zjy_pair"]["samesite"] == "Strict"


def test_asking_too_often_is_told_in_chinese_and_not_as_an_error():
    for _ in range(12):
        page = Client().get("/wall/")
    assert page.status_code == 200 and "请十分钟后再试" in page.content.decode()


def test_the_token_travels_in_a_cookie_that_no_script_reads_and_in_no_address():
    tv = paired()
    cookie = tv.cookies[visiting.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and int(cookie["max-age"]) > 300 * 86_400
    page = tv.get("/wall/")
    assert page.status_code == 200 and cookie.value not in page.content.decode()


def test_a_device_reads_its_screens_and_nothing_else():
    tv = paired(("main",))
    answer = tv.get("/screen/main/data")
    assert answer.status_code == 200
    assert tv.get("/screen/main/data", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert tv.get("/screen/main/frame").status_code == 200
    others = [screen.code for screen in registry.all_() if screen.code != "main"]
    assert others and all(tv.get(f"/screen/{code}/data").status_code == 404 for code in others)
    assert tv.get("/workbench/").status_code == 302
    code = registry.get("main").codes()[0]
    assert tv.get(f"/screen/figure/{code}/").url == "/wall/"
    assert tickets.holder(tv.get("/screen/ticket").content.decode()) == Device.objects.get().key


def test_a_revoked_device_is_told_so_and_shows_a_code_again():
    tv = paired()
    actions.revoke(Device.objects.get(), by=SYSTEM, reason="搬走了")
    answer = tv.get("/screen/main/data", **FETCH)
    assert answer.status_code == 401 and answer["X-Wall"] == "pair"
    page = tv.get("/wall/")
    assert "已被收回" in page.content.decode() and page["X-Wall"] == "pair"


def test_a_device_in_another_place_gets_a_code_never_a_sign_in():
    tv = paired(networks="10.0.0.0/8")
    page = tv.get("/wall/")
    assert page.status_code == 200 and "不在“大厅电视”的允许范围内" in page.content.decode()
    assert tv.get("/screen/main/").url == "/wall/"


def test_a_public_device_sees_released_figures_only_and_no_alarms():
    tv = paired(is_public=True)
    built = tv.get("/screen/main/data").json()
    released = {d.code for d in indicators.all_() if d.release}
    assert set(built["codes"]) <= released
    for widget in registry.get("main").widgets:
        if not set(widget.indicators) & released:
            assert built["widgets"][widget.id]["empty"] == public.NOT_PUBLIC
        told = {figure["code"] for figure in built["widgets"][widget.id].get("figures", ())}
        assert told <= released
    assert built["alarms"]["lines"] == []


def test_the_tag_differs_between_classes_of_viewers():
    own, public = paired(), paired(is_public=True)
    assert own.get("/screen/main/data")["ETag"] != public.get("/screen/main/data")["ETag"]

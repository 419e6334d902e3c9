"""A screen is taken along on paper, and shown to everybody (快照与公开屏幕)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_snapshot_is_a_pdf_with_its_as_of_and_the_same_twice(enter):
    person = enter("leader")
    person.opens("/screen/main/print")
    made = [person.context.request.get("/screen/fire/snapshot.pdf?at=2020-12-20T09:00") for _ in range(2)]
    assert all(one.status == 200 and one.body().startswith(b"%PDF") for one in made)
    assert made[0].body() == made[1].body()
    assert person.context.request.get("/screen/fire/snapshot.png").body().startswith(b"\x89PNG")


def test_without_script_the_screen_is_there_in_pictures_and_tables(enter):
    page = enter("leader", java_script_enabled=False).opens("/screen/main/")
    page.wait_for_url("**/print")
    assert page.locator("section svg").count() == page.locator("section").count() >= 8
    page.locator("summary").first.click()
    expect(page.locator("table").first).to_contain_text("数据接口调用")


def test_a_stranger_sees_the_public_screen_and_nothing_else(stranger):
    stranger.goto("/public/screen/fire/")
    expect(stranger.locator("h1")).to_have_text("消防审验")
    expect(stranger.locator("body")).not_to_contain_text("停用在效")
    stranger.get_by_role("link", name="消防设计审查办结率").click()
    expect(stranger.locator("body")).to_contain_text("期内办结 ÷ 期内受理")
    stranger.goto("/public/screen/main/")
    expect(stranger.locator("h1")).to_have_text("未公开")
    assert not stranger.context.cookies()

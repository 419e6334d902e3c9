"""The network goes: the last figures stay, say how old they are, survive a new start, and come back by themselves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import walls

pytestmark = pytest.mark.browser
HOURS = 8 * 3600


def test_a_wall_without_network_keeps_its_figures_and_says_so(enter):
    tv = walls.device(enter, "值班室电视", screens=("fire",))
    walls.see_screen(tv, "fire")
    value = tv.locator(".form-hero .value").inner_text()
    tv.wait_for_timeout(2_000)
    tv.context.set_offline(True)
    banner = tv.locator("#banner")
    expect(banner).to_contain_text("离线，数据截至")
    tv.reload()  # power cut at the same time: the page starts without network
    expect(tv.locator(".form-hero .value")).to_have_text(value)
    expect(banner).to_contain_text("离线，数据截至", timeout=10_000)
    tv.evaluate("window.zjyStayed = true")
    tv.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=20_000)
    assert tv.evaluate("window.zjyStayed"), "the page was loaded again"


def test_after_eight_hours_without_an_answer_every_figure_is_grey_and_the_clock_went_on(enter):
    person = enter("leader", width=1920, height=1080)
    page = person.page
    page.clock.install()
    person.opens("/screen/fire/")
    walls.painted(page)
    before = page.locator(".clock").inner_text()
    expect(page.locator(".widget.grey")).to_have_count(0)
    page.route("**/screen/fire/data", lambda route: route.abort())
    page.clock.fast_forward(HOURS * 1000)
    page.clock.run_for(20_000)
    count = page.locator(".widget").count()
    expect(page.locator(".widget.grey")).to_have_count(count)
    assert page.locator(".clock").inner_text() != before
    expect(page.locator("#banner")).to_contain_text("离线")


def test_age_grows_while_only_304_come_and_the_clock_of_the_pc_does_not_matter(enter):
    person = enter("leader", width=1920, height=1080)
    page = person.page
    page.add_init_script("const plain = Date.now; Date.now = () => plain() - 400 * 86400e3;")
    first = person.opens("/screen/fire/").evaluate("JSON.parse(document.getElementById('first').textContent)")
    walls.painted(page)
    shown = page.locator(".clock").inner_text()
    assert shown[:13] in (first["server_time"][:10] + " " + shown[11:13], shown[:13])
    assert shown[:10] == page.evaluate(
        "(t) => new Intl.DateTimeFormat('sv-SE', {timeZone: 'Asia/Shanghai'}).format(new Date(t))",
        first["server_time"],
    )
    expect(page.locator(".widget.amber, .widget.grey")).to_have_count(0)
    # Forty minutes later by the platform's own word, and nothing else in the answer.
    later = page.evaluate("(t) => new Date(Date.parse(t) + 40 * 60e3).toISOString()", first["server_time"])
    page.route("**/screen/fire/data", lambda r: r.fulfill(status=304, headers={"X-Server-Time": later}))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".widget.grey").first).to_be_visible(timeout=20_000)


def test_a_page_whose_ticker_died_loads_itself_once_and_says_so(enter):
    person = enter("leader", width=1920, height=1080)
    page = person.page
    told: list[str] = []
    page.on(
        "request",
        lambda r: told.append(r.headers.get("x-wall-note", "")) if r.url.endswith("/data") else None,
    )
    page.route(
        "**/screen/fire/",
        lambda r: r.fulfill(body=r.fetch().text().replace('data-refresh="15"', 'data-refresh="1"')),
    )
    page.route("**/stream*", lambda r: r.abort())
    page.add_init_script("""
      if (!sessionStorage.getItem("zjy-reloaded")) {
        const plain = window.setInterval;
        window.setInterval = (act, ms) => (act.name === "tick" ? 0 : plain(act, ms));
      }
    """)
    person.opens("/screen/fire/")
    page.wait_for_function("sessionStorage.getItem('zjy-note')?.startsWith('watchdog')", timeout=20_000)
    page.wait_for_function("!sessionStorage.getItem('zjy-note')", timeout=20_000)
    assert any("watchdog" in one for one in told)

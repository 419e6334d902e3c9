"""What people do in front of a wall, and what a wall PC does by itself (大屏前的动作)."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from .running import Site

TITLES = {"main": "住建数据总览", "fire": "消防审验"}


def painted(page: Page) -> Page:
    """The wall has painted (大屏已绘制)."""
    page.wait_for_selector("html[data-painted=yes]")
    return page


def see_screen(page: Page, code: str, timeout: float = 25_000) -> None:
    """This screen, and only it, is on the wall (正在播放)."""
    expect(page.locator(".frame:not([hidden]) h1")).to_have_text(TITLES[code], timeout=timeout)


def raise_alarms(site: Site, count: int, *, indicator: str, title: str, severity: str = "serious") -> None:
    """Programs raise alarms (发出告警)."""
    said = {"title": title, "severity": severity, "indicator": indicator}
    site.house.script(f"""
from zhujianyun.kernel.indicator import alarms
for number in range({count}):
    alarms.raise_("story.rule", str(number), text="演练", **{json.dumps(said)})
""")


def close_alarms(site: Site) -> None:
    """Nothing is wrong any more (关闭全部告警)."""
    site.house.script("""
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import alarms
for alarm in alarms.open_():
    alarms.close(alarm, by=SYSTEM, reason="演练结束")
""")


def approve(desk: Page, tv: Page, *, name: str, screens: tuple[str, ...] = ("main", "fire"), seconds: int = 5,
            networks: str = "127.0.0.0/8") -> None:  # fmt: skip
    """An administrator types the code that the TV shows (批准配对)."""
    code = tv.locator("#code").inner_text()
    desk.goto("/workbench/devices/")
    form = desk.locator("form[action$='approve/']")
    form.get_by_label("配对码").fill(code)
    form.get_by_label("名称").fill(name)
    for screen in screens:
        form.get_by_label(TITLES[screen]).check()
    form.get_by_label("每屏停留").fill(str(seconds))
    form.get_by_label("允许地址").fill(networks)
    form.get_by_role("button", name="批准并开始播放").click()
    expect(desk.locator("body")).to_contain_text(f"已批准“{name}”")


def device(enter, name: str, **said: object) -> Page:  # noqa: ANN001
    """A TV that was paired and plays (已授权的电视)."""
    tv = enter(width=1920, height=1080).page
    tv.goto("/wall/")
    desk = enter("system.officer")
    approve(desk.page, tv, name=name, **said)  # type: ignore[arg-type]
    tv.wait_for_selector("html[data-painted=yes]", timeout=30_000)
    return tv

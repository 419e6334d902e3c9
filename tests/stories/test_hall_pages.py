"""The applicants' pages hinder nobody and fit a phone (大厅页面的无障碍与手机宽度)."""

from __future__ import annotations

import pytest

from . import hall_people as hall
from .test_accessibility import RUN, axe  # noqa: F401 - a fixture
from .test_phone_width import WIDEST

pytestmark = pytest.mark.browser

ADMIN = "13800000001"
OPEN_TO_ALL = (
    "/hall/signin/", "/hall/register/", "/hall/forgotten/", "/hall/services/", "/hall/services/fire_design/",
    "/hall/services/check/?fact:subject.use=market&fact:subject.area_m2=9800", "/hall/track/",
)  # fmt: skip
HIS_OWN = (
    "/hall/mine/", "/hall/mine/?done=1", "/hall/account/", "/hall/account/close/", "/hall/enterprises/",
    "/hall/enterprises/claim/", "/hall/services/fire_filing/start/", "/hall/mine/none/",
)  # fmt: skip


def paths(page) -> list[str]:  # noqa: ANN001
    """The addresses to look at: fixed ones, and those of a draft and a case of his."""
    page.goto("/hall/mine/")
    links = page.locator("main a[href^='/hall/applications/'], main a[href^='/hall/mine/']")
    found = {str(one) for one in links.evaluate_all("links => links.map(one => one.getAttribute('href'))")}
    drafts = sorted(one for one in found if "applications" in one)[:1]
    cases = sorted(one for one in found if "/mine/" in one and "?" not in one and one != "/hall/mine/")[:3]
    assert drafts and cases
    return [*OPEN_TO_ALL, *HIS_OWN, *drafts, *(f"{one}summary/" for one in drafts), *cases]


def test_no_page_of_an_applicant_hinders_anybody(enter, axe: str):  # noqa: F811
    page = enter(bypass_csp=True).page
    hall.enters(page, ADMIN)
    hindrances = {}
    for path in paths(page):
        page.goto(path)
        page.evaluate(axe)
        if found := page.evaluate(RUN):
            hindrances[path] = found
    assert hindrances == {}


def test_every_page_of_an_applicant_fits_a_phone(enter):
    page = enter(width=390, height=844, is_mobile=True, has_touch=True, device_scale_factor=2).page
    hall.enters(page, ADMIN)
    wide = {}
    for path in paths(page):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 390:
            wide[path] = page.evaluate(WIDEST)
    assert wide == {}

"""On a phone no page scrolls sideways (手机宽度)."""

from __future__ import annotations

import pytest

from .pages import PLACES

pytestmark = pytest.mark.browser

WIDTH, HEIGHT = 390, 844
WIDEST = """() => {
  const width = document.documentElement.clientWidth;
  const inside = (one) => {
    for (let up = one.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !inside(one))
    .slice(0, 5).map((one) => `${one.tagName}.${one.className}`);
}"""


@pytest.mark.parametrize("name", PLACES)
def test_a_page_fits_a_phone(enter, stock, name: str):
    place = PLACES[name]
    person = enter(
        place.who, width=WIDTH, height=HEIGHT, is_mobile=True, has_touch=True, device_scale_factor=2
    )
    page = person.opens(place.path.format(design=stock["designs"][-1]))
    page.wait_for_load_state("load")
    page.wait_for_timeout(300)
    page.evaluate("scrollTo(200, 0)")
    assert page.evaluate("scrollX") == 0, page.evaluate(WIDEST)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, page.evaluate(WIDEST)
    assert page.evaluate("visualViewport.width") <= WIDTH + 1

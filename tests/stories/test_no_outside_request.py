"""No page asks an outside host, none complains in the console, none speaks English (页面自足、无外联)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage

from .pages import PLACES

pytestmark = pytest.mark.browser

OWN_SCHEMES = {"data", "blob", "about"}
ENGLISH = (
    "Search", "Settings", "Save", "Edit", "Delete", "Account", "Log out", "Logout", "Sign in", "Sign out",
    "Publish", "Help", "Dashboard", "Welcome", "Toggle", "Skip to", "Cancel", "Submit", "Next", "Previous",
    "Not Found", "Forbidden", "Password", "Choose File", "Menu", "Close", "More", "Loading",
)  # fmt: skip
LEFTOVER = re.compile(rf"\b(?:{'|'.join(ENGLISH)})\b")
SPOKEN = """() => {
  const said = [document.title, document.body.innerText];
  for (const one of document.querySelectorAll("[aria-label],[title],[placeholder],[alt],[value]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"]) said.push(one.getAttribute(name) || "");
  for (const one of document.querySelectorAll("input[type=submit],input[type=button]")) said.push(one.value);
  return said.filter(Boolean);
}"""


@pytest.mark.parametrize("name", PLACES)
def test_a_page_needs_nobody_else_and_speaks_chinese(enter, site, stock, name: str):
    place = PLACES[name]
    person = enter(place.who)
    if place.who:
        person.page.wait_for_url("**/workbench/")
    hosts: list[str] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        refused = place.status >= 400 and f"status of {place.status}" in message.text
        if message.type in {"error", "warning"} and not refused:
            complaints.append(message.text)

    person.page.on("request", lambda request: hosts.append(request.url))
    person.page.on("console", note)
    answer = person.page.goto(place.path.format(design=stock["designs"][-1]))
    assert answer is not None
    assert answer.status == place.status
    person.page.wait_for_load_state("load")
    person.page.wait_for_timeout(800)  # streams and late scripts

    own = {urlsplit(site.base).netloc, urlsplit(site.gateway).netloc}
    outside = [
        url for url in hosts if urlsplit(url).scheme not in OWN_SCHEMES and urlsplit(url).netloc not in own
    ]
    assert outside == []
    assert complaints == []
    english = sorted({found for text in person.page.evaluate(SPOKEN) for found in LEFTOVER.findall(text)})
    assert english == []
    assert person.page.evaluate("document.documentElement.lang").startswith("zh")

"""No serious hindrance for whoever reads by ear or by keyboard (无障碍)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import PLACES

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
CHECKED = (
    "signin", "main-screen", "fire-screen", "figure", "home", "list", "list-all", "handling", "draws", "account",
    "not-found",
)  # fmt: skip
RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")}  ${node.failureSummary || ""}`));
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker, which `make test-browser` fetches from npm: MPL-2.0, not part of this repository."""
    if not AXE.exists():
        pytest.skip("没有 axe-core：机器上有 npm 时，执行 make test-browser 会自动取来。")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHECKED)
def test_a_page_hinders_nobody(enter, stock, axe: str, name: str):
    place = PLACES[name]
    page = enter(place.who, bypass_csp=True).opens(place.path.format(design=stock["designs"][-1]))
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    page.evaluate(axe)
    assert page.evaluate(RUN) == []

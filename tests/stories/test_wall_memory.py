"""A wall is up for weeks: a thousand updates leave heap, nodes and listeners where they were."""

from __future__ import annotations

import pytest
from bench import wall

from . import walls

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WARM, UPDATES, MEGABYTES = 200, 1_000, 4.0


def test_a_thousand_updates_leave_nothing_behind(enter):
    person = enter("leader", width=1920, height=1080)
    page = person.page
    page.set_default_timeout(300_000)
    page.add_init_script(f"({wall.ACCELERATED})()")
    walls.painted(person.opens("/screen/main/"))
    page.evaluate(wall.UPDATE, [WARM, False])
    probe = person.context.new_cdp_session(page)
    probe.send("Performance.enable")
    before = wall._weigh(probe)
    page.evaluate(wall.UPDATE, [UPDATES, False])
    after = wall._weigh(probe)
    assert (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6 <= MEGABYTES
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 5
    assert after["Nodes"] <= before["Nodes"] * 1.05

"""One wall page: first paint and its requests, what a refresh costs the main thread, frames a second at rest.

.venv/bin/python bench/wall_page.py                                  # its own platform, two per cent
.venv/bin/python bench/wall_page.py http://localhost:8000 --var var  # the one that is running
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import wall  # noqa: E402
from tests.stories import running  # noqa: E402

LOADS, REFRESHES, FRAMES_SECONDS = 7, 40, 6
FRAMES = """(seconds) => new Promise((done) => {
  let frames = 0; const began = performance.now();
  const next = () => { frames += 1; if (performance.now() - began < seconds * 1000) requestAnimationFrame(next); else done(frames / seconds); };
  requestAnimationFrame(next);
})"""


def main() -> None:
    """Measure what was asked for (测量)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", nargs="?", default="", help="a running platform; none: start one")
    parser.add_argument("--var", default="", help="the folder of the running platform")
    chosen = parser.parse_args()
    with running.standing(chosen.address, chosen.var, "0.02") as site, wall.browser() as opened:
        print(f"load {os.getloadavg()[0]:.1f}")
        for code in ("main", "fire"):
            loads(opened, site, code)
            refreshes(opened, site, code)


def loads(opened: Any, site: running.Site, code: str) -> None:
    """Navigation to painted, with an empty cache, and how many requests for data that takes (首次绘制)."""
    times, asked = [], []
    for _ in range(LOADS + 1):
        context = wall.signed_in(opened, site)
        context.add_init_script(f"({wall.PAINTED})()")
        page = context.new_page()
        calls: list[str] = []
        page.on("request", lambda one, calls=calls: calls.append(one.url))
        page.goto(f"/screen/{code}/")
        page.wait_for_function("window.zjyPainted")
        times.append(page.evaluate("window.zjyPainted"))
        asked.append(float(sum(url.endswith("/data") for url in calls)))
        context.close()
    wall.say(f"{code}: navigation → painted, {LOADS} loads", times[1:], note="(budget 2000)")
    print(f"  requests for data beside the page that carries them: {max(asked[1:]):.0f}")


def refreshes(opened: Any, site: running.Site, code: str) -> None:
    """Every figure another one: what the main thread works for it; then frames at rest (刷新与帧率)."""
    context = wall.signed_in(opened, site)
    context.add_init_script(f"({wall.ACCELERATED})()")
    page = context.new_page()
    page.goto(f"/screen/{code}/")
    page.wait_for_selector("html[data-painted=yes]")
    page.evaluate(wall.UPDATE, [10, False])
    probe = context.new_cdp_session(page)
    probe.send("Performance.enable")
    spent = []
    for _ in range(REFRESHES):
        before = _worked(probe)
        page.evaluate(wall.UPDATE, [1, False])
        page.wait_for_timeout(150)
        spent.append((_worked(probe) - before) * 1000)
    wall.say(f"{code}: main thread for one refresh, {REFRESHES}×", spent, note="(budget 150)")
    print(f"  frames a second at rest: {page.evaluate(FRAMES, FRAMES_SECONDS):.0f} (budget 30)", flush=True)
    context.close()


def _worked(probe: Any) -> float:
    return {one["name"]: one["value"] for one in probe.send("Performance.getMetrics")["metrics"]}[
        "TaskDuration"
    ]


if __name__ == "__main__":
    main()

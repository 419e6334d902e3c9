"""Ten thousand updates of one wall page: heap, DOM nodes and listeners must stay where they are.

.venv/bin/python bench/wall_memory.py                                  # its own platform, two per cent
.venv/bin/python bench/wall_memory.py http://localhost:8000 --var var  # the one that is running
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench import wall  # noqa: E402
from tests.stories import running  # noqa: E402

WARM, ROUND = 500, 1_000


def main() -> None:
    """Measure (测量)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", nargs="?", default="", help="a running platform; none: start one")
    parser.add_argument("--var", default="", help="the folder of the running platform")
    parser.add_argument("--updates", type=int, default=10_000)
    parser.add_argument("--screen", default="main")
    chosen = parser.parse_args()
    with running.standing(chosen.address, chosen.var, "0.02") as site, wall.browser() as opened:
        print(
            f"{chosen.updates:,} updates of /screen/{chosen.screen}/ after {WARM}, load {os.getloadavg()[0]:.1f}"
        )
        context = wall.signed_in(opened, site)
        context.add_init_script(f"({wall.ACCELERATED})()")
        page = context.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"/screen/{chosen.screen}/")
        page.wait_for_selector("html[data-painted=yes]")
        page.evaluate(wall.UPDATE, [WARM, False])
        probe = context.new_cdp_session(page)
        probe.send("Performance.enable")
        first = wall._weigh(probe)
        began = time.perf_counter()
        for done in range(ROUND, chosen.updates + 1, ROUND):
            page.evaluate(wall.UPDATE, [ROUND, False])
            now = wall._weigh(probe)
            print(
                f"  {done:>6,}: heap {now['JSHeapUsedSize'] / 1e6:6.1f} MB  nodes {now['Nodes']:.0f}  "
                f"listeners {now['JSEventListeners']:.0f}",
                flush=True,
            )
        grown = (now["JSHeapUsedSize"] - first["JSHeapUsedSize"]) / 1e6 / chosen.updates * 1000
        print(
            f"heap {grown:+.2f} MB per 1,000 updates (budget 1), {(time.perf_counter() - began) / chosen.updates * 1000:.1f} ms each"
        )


if __name__ == "__main__":
    main()

"""How fast the workbench answers (工作台页面速度): list, search, handling page and home over HTTP.

    .venv/bin/python bench/case_pages.py                                   # its own platform, two per cent
    .venv/bin/python bench/case_pages.py --scale 1.0                       # its own platform, the whole year
    .venv/bin/python bench/case_pages.py http://localhost:8000 --var var   # the one that is running

One client after the other, then four at once; medians and p95 in milliseconds, the size of the page, and
the health page of the same server as the floor: what any answer costs here.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.stories import calls, running  # noqa: E402

SAMPLE = 40
TOGETHER, SECONDS = 4, 6.0
PAGES = {
    "health page (floor)": ("nanning.clerk", ["/healthz"]),
    "home, officer": ("nanning.clerk", ["/workbench/"]),
    "home, leader": ("leader", ["/workbench/"]),
    "list, officer's city": ("nanning.clerk", ["/workbench/cases/"]),
    "list, whole region": ("leader", ["/workbench/cases/?scope=all"]),
    "list by due date": ("leader", ["/workbench/cases/?scope=open&sort=due"]),
    "list, last page": ("leader", ["/workbench/cases/?scope=all&page=99999"]),
    "search by two characters": ("leader", ["/workbench/cases/?scope=all&q=%E5%AD%A6%E6%A0%A1"]),
    "handling page": ("leader", []),
    "figure with its records": ("leader", ["/screen/figure/fire_review.design_concluded/?year=2020"]),
}


def main() -> None:
    """Measure each page and print a table (测量)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", nargs="?", default="", help="a running platform; none: start one")
    parser.add_argument("--var", default="", help="the folder of the running platform")
    parser.add_argument("--scale", default="0.02", help="scale of the platform that is started")
    chosen = parser.parse_args()
    with running.standing(chosen.address, chosen.var, chosen.scale) as site:
        total = site.house.one("SELECT count(*) FROM case_case")
        print(f"{total:,} cases; {SAMPLE} requests one by one, then {TOGETHER} clients for {SECONDS:.0f} s")
        print(
            f"{'page':<28}{'median':>9}{'p95':>9}{'KB':>7}{f'{TOGETHER} at once: median':>20}{'p95':>9}{'pages/s':>9}"
        )
        for name, (account, paths) in PAGES.items():
            measure(site, name, account, paths or case_pages(site))


def case_pages(site: running.Site) -> list[str]:
    """Handling pages of cases picked by chance (随机办件)."""
    numbers = [one for (one,) in site.house.rows("SELECT number FROM case_case WHERE number IS NOT NULL")]
    return [
        f"/workbench/cases/{one}/" for one in random.Random(2020).sample(numbers, min(SAMPLE, len(numbers)))
    ]


def measure(site: running.Site, name: str, account: str, paths: list[str]) -> None:
    """One line of the table (一行)."""
    clients = [calls.client(site.base, account) for _ in range(TOGETHER)]
    sizes: list[int] = []

    def fetch(n: int, turn: int) -> None:
        answer = clients[n].get(paths[turn % len(paths)])
        if answer.status_code != 200:
            raise RuntimeError(
                f"{answer.status_code}: {answer.url} {re.sub('<[^>]+>', ' ', answer.text)[:200]}"
            )
        sizes.append(len(answer.content))

    for turn in range(3):
        fetch(0, turn)
    alone = [calls.timed(lambda turn=turn: fetch(0, turn)) for turn in range(SAMPLE)]
    together = calls.at_once(TOGETHER, SECONDS, lambda n: fetch(n, random.randrange(len(paths))))
    print(
        f"{name:<28}{statistics.median(alone):>9.1f}{calls.percentile(alone, 0.95):>9.1f}"
        f"{statistics.median(sizes) / 1000:>7.0f}{statistics.median(together):>20.1f}"
        f"{calls.percentile(together, 0.95):>9.1f}{len(together) / SECONDS:>9.1f}",
        flush=True,
    )
    for one in clients:
        one.close()


if __name__ == "__main__":
    main()

"""Ten viewers of each of fifteen screens, asking every fifteen seconds with the tag of what they have.

    .venv/bin/python bench/wall_load.py                                  # its own platform, two per cent
    .venv/bin/python bench/wall_load.py http://localhost:8000 --var var  # the one that is running

While fewer than fifteen screens are declared, those that are share the 150 viewers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import httpx  # noqa: E402
from bench import wall  # noqa: E402
from tests.stories import calls, running  # noqa: E402

VIEWERS, EVERY = 150, 15.0


def main() -> None:
    """Measure (测量)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", nargs="?", default="", help="a running platform; none: start one")
    parser.add_argument("--var", default="", help="the folder of the running platform")
    parser.add_argument("--seconds", type=float, default=45.0)
    chosen = parser.parse_args()
    with running.standing(chosen.address, chosen.var, "0.02") as site:
        with closing(calls.client(site.base, "leader")) as client:
            cookies = {one.name: one.value for one in client.cookies.jar}
            page = client.get("/screen/main/").text
            codes = [
                code
                for code in ("main", "fire", "systems")
                if client.get(f"/screen/{code}/data").status_code == 200
            ]
        assert "data-refresh" in page
        print(
            f"{VIEWERS} viewers of {len(codes)} screens, one request each {EVERY:.0f} s, load {os.getloadavg()[0]:.1f}"
        )
        asyncio.run(_watch(site.base, cookies, codes, chosen.seconds))


async def _watch(base: str, cookies: dict[str, str], codes: list[str], seconds: float) -> None:
    spent: list[float] = []
    statuses: list[int] = []
    sent = 0
    until = time.monotonic() + seconds

    async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=30, trust_env=False,
                                 limits=httpx.Limits(max_connections=VIEWERS)) as client:  # fmt: skip

        async def view(number: int) -> None:
            nonlocal sent
            tag, url = "", f"/screen/{codes[number % len(codes)]}/data"
            await asyncio.sleep(random.uniform(0, EVERY))
            while time.monotonic() < until:
                began = time.perf_counter()
                answer = await client.get(url, headers={"If-None-Match": tag} if tag else {})
                spent.append((time.perf_counter() - began) * 1000)
                statuses.append(answer.status_code)
                sent += len(answer.content)
                tag = answer.headers.get("ETag", "")
                await asyncio.sleep(EVERY)

        await asyncio.gather(*(view(number) for number in range(VIEWERS)))
    wall.say("answer to one request", spent, note=f"{len(spent) / seconds:.1f} requests/s (budget 10)")
    print(
        f"  304: {statuses.count(304) / len(statuses):.1%}, {sent / 1000 / seconds:.1f} KB/s, median {statistics.median(spent):.1f} ms"
    )


if __name__ == "__main__":
    main()

"""P1: the proxy plane with key, grant, quota, durable log and no mask, against nginx with key, limit and log.

.venv/bin/python bench/exchange/p1.py [PASSES [SECONDS]]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import proxying as bench

from zhujianyun.apps.data_gateway.api.proxy.tests import grounds

QUOTA = {"per_second": 1_000_000, "per_day": 100_000_000, "total": 1_000_000_000}


def main(turns: int = 6, seconds: int = 3) -> None:
    """Measure and print."""
    service, terms, offered = grounds.plain(bench.base(), timeout_ms=5000)
    with bench.provider(), bench.peer(), bench.plane((service, replace(terms, quota=QUOTA), offered)):
        headers, body = bench.check(bench.PLANE)
        assert body.decode() == bench.WHOLE and headers["x-road-request-hash"], headers
        sides = {
            "nginx key+limit+log": lambda: bench.wrk(bench.PEER, seconds=seconds),
            "proxy plane": lambda: bench.wrk(bench.PLANE, seconds=seconds),
        }
        bench.tell("p1", bench.alternate(turns, sides))
    bench.clean()


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))

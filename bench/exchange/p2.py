"""P2: as P1, and each answer of twelve fields cut to four, two of them masked, with a signed receipt.

.venv/bin/python bench/exchange/p2.py [PASSES [SECONDS]]
"""

from __future__ import annotations

import sys
from dataclasses import replace

import orjson
import proxying as bench
from p1 import QUOTA

from zhujianyun.apps.data_gateway.api.proxy.tests import grounds


def main(turns: int = 5, seconds: int = 3) -> None:
    """Measure and print."""
    keys = bench.FOLDER / "keys"
    keys.mkdir(mode=0o700)
    service = grounds.service("masked", bench.base(), timeout_ms=5000)
    terms = replace(grounds.terms("masked", items=bench.ITEMS), quota=QUOTA)
    offered = grounds.offered(*bench.ITEMS, bound=True)
    triple = (service, terms, offered)
    with bench.provider(), bench.peer(), bench.plane(triple, keys_folder=str(keys)):
        headers, body = bench.check(bench.PLANE, "masked", X_Zjy_Receipt="1")
        assert set(orjson.loads(body)) == set(bench.ITEMS) and "450103199003078412" not in body.decode()
        assert headers["x-zjy-receipt-signature"], headers
        sides = {
            "nginx key+limit+log": lambda: bench.wrk(bench.PEER, seconds=seconds),
            "mask + receipt": lambda: bench.wrk(
                bench.PLANE, seconds=seconds, code="masked", X_Zjy_Receipt="1"
            ),
            "mask": lambda: bench.wrk(bench.PLANE, seconds=seconds, code="masked"),
        }
        bench.tell("p2", bench.alternate(turns, sides))
    bench.clean()


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))

"""P9: one consumer asks at ten times its quota; how the other's answers change.

    .venv/bin/python bench/exchange/p9.py [PASSES [SECONDS]]

The greedy consumer may make 100 calls a second. It makes 95 in the passes "within", 1 000 in the passes
"tenfold", evenly over eight connections; both alternate. The other consumer asks all the while.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from dataclasses import replace

import proxying as bench

from zhujianyun.apps.data_gateway.api.proxy.tests import grounds

LIMIT, CONNECTIONS = 100, 8


class Greedy:
    """A consumer that asks so many times a second until it is told to stop."""

    def __init__(self, per_second: float) -> None:
        self.answers: Counter[int] = Counter()
        self._pause = CONNECTIONS / per_second
        self._ended = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Greedy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join(10)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(CONNECTIONS):
                group.create_task(self._ask(number * self._pause / CONNECTIONS))

    async def _ask(self, first: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.PLANE)
        raw, loop = grounds.head("greedy", "/v1/items"), asyncio.get_running_loop()
        due = loop.time() + first
        while not self._ended:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due += self._pause
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            self.answers[int(head[9:12])] += 1
        writer.close()


def main(turns: int = 6, seconds: int = 3) -> None:
    """Measure and print."""
    plain = grounds.plain(bench.base())
    service, terms, offered = grounds.plain(bench.base(), "greedy")
    limited = (service, replace(terms, quota={"per_second": LIMIT}), offered)
    told: dict[str, Counter[int]] = {"within": Counter(), "tenfold": Counter()}

    def beside(name: str, rate: float) -> bench.Pass:
        with Greedy(rate) as greedy:
            made = bench.wrk(bench.PLANE, seconds=seconds, callers=4)
        told[name] += greedy.answers
        return made

    with bench.provider(), bench.plane(plain, limited):
        bench.check(bench.PLANE)
        sides = {
            "within": lambda: beside("within", 0.95 * LIMIT),
            "tenfold": lambda: beside("tenfold", 10 * LIMIT),
        }
        bench.tell("p9", bench.alternate(turns, sides))
    for name, answers in told.items():
        print(f"  the greedy one, {name}: {dict(sorted(answers.items()))}")
    bench.clean()


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))

"""P8: kill -9 of the table plane under load, again and again: calls lost, and the quota against what was served.

    .venv/bin/python bench/exchange/p8.py [KILLS [CLIENTS]]

Clients count the answers they got whole. Afterwards the logs must hold at least as many succeeded calls, at most
those and what was under way at a kill, and never more than the quota and what was under way.
"""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import tables as bench

from zhujianyun.apps.data_gateway.api.gate.ledger import used_in


class Clients:
    """Callers that count whole answers (调用方)."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.whole, self.refused = port, 0, 0
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(n,), daemon=True) for n in range(number)]
        for one in self._threads:
            one.start()

    def _call(self, seed: int) -> None:
        draw = random.Random(seed)
        connection = None
        while not self._ended.is_set():
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                path = f"/r1/{bench.policies.PATH}/v1/items/{bench.key_of(draw.randrange(20_000))}"
                connection.request("GET", path, headers=bench.HEADERS)
                answer = connection.getresponse()
                answer.read()
                with self._lock:
                    self.whole += answer.status == 200
                    self.refused += answer.status == 429
            except (OSError, http.client.HTTPException):
                connection = None
                time.sleep(0.05)

    def end(self) -> None:
        """Stop calling (停止)."""
        self._ended.set()
        for one in self._threads:
            one.join(6)


def run(kills: int, clients: int, per_day: int) -> tuple[int, int, int]:
    """Kill and start again; (whole answers, logged calls, refused)."""
    ours, _ = bench.build(20_000)
    serving, port = Path(tempfile.mkdtemp(prefix="zjy-bench-kill-")), bench.free_port()
    (bench.FOLDER / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    bench.policies.put(serving, bench.policy(ours, quota={"per_day": per_day}))
    calling = Clients(port, clients)
    draw = random.Random(8)
    process: subprocess.Popen[bytes] | None = None
    for _ in range(kills + 1):
        process = bench.start(serving, port)
        _ready(port)
        os.utime(serving / "policy.json")
        time.sleep(0.3 + draw.random())
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    calling.end()
    logged: Counter[tuple[str, str]] = Counter()
    for path in (serving / "calls").glob("*.log"):
        logged += used_in(path)
    shutil.rmtree(serving, ignore_errors=True)
    return calling.whole, logged[("G1", "total")], calling.refused


def _ready(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    raise RuntimeError("the plane does not answer")


def main(kills: int = 10, clients: int = 8) -> None:
    """Measure and print, once without and once with a quota that is met."""
    for per_day in (500_000_000, 3_000):
        whole, logged, refused = run(kills, clients, per_day)
        print(
            f"P8, {kills} kills, {clients} clients, quota {per_day:,}: {whole:,} whole answers, {logged:,} logged, "
            f"{refused:,} refused; lost {max(0, whole - logged)}, over the quota {max(0, logged - per_day)}"
        )
        assert whole <= logged <= whole + (kills + 1) * clients, (whole, logged)
        assert logged <= per_day + (kills + 1) * clients


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))

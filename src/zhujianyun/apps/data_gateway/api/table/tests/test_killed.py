"""The table plane as a real server, killed at random moments under calls."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from zhujianyun.apps.data_gateway.api.gate.ledger import used_in
from zhujianyun.apps.data_gateway.api.table.tests.conftest import COLUMNS, ROWS
from zhujianyun.apps.data_gateway.tests import policies, tables

CLIENTS, KILLS = 4, 3
HEADERS = {"Authorization": f"Bearer {policies.SECRET}", "X-Road-Client": policies.CLIENT,
           "X-Zjy-Purpose": quote("资格核验")}  # fmt: skip


def start(serving: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws",
         "--log-level", "warning", "--factory", "zhujianyun.apps.data_gateway.api.table.app:application"],
        env={**os.environ, "ZJY_SERVING": str(serving)}, start_new_session=True,
    )  # fmt: skip
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    os.utime(serving / "policy.json")
    return process


def caller(port: int, ended: threading.Event, whole: Counter) -> Callable[[], None]:
    lock = threading.Lock()

    def call() -> None:
        connection = None
        while not ended.is_set():
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", f"/r1/{policies.PATH}/v1/items/U0001", headers=HEADERS)
                answer = connection.getresponse()
                answer.read()
                with lock:
                    whole[answer.status] += 1
            except (OSError, http.client.HTTPException):
                connection = None
                time.sleep(0.02)

    return call


def _wait_for_calls(whole: Counter, seconds: float = 30.0) -> None:
    """Until the new server has answered somebody."""
    before, end = whole.total(), time.monotonic() + seconds
    while whole.total() == before and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("per_day", [100_000_000, 400])
def test_no_acknowledged_call_is_lost_and_no_quota_exceeded(tmp_path, per_day):
    file = tables.write(tmp_path / "tables" / "3-1.sqlite", COLUMNS, ["uscc"], ROWS)
    service = policies.service(file=str(file), snapshot=3)
    policies.put(tmp_path, policies.made((policies.terms(quota={"per_day": per_day}),), (service,)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ended, whole, draw = threading.Event(), Counter(), random.Random(5)
    call = caller(port, ended, whole)
    threads = [threading.Thread(target=call, daemon=True) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for _ in range(KILLS):
        process = start(tmp_path, port)
        _wait_for_calls(whole)
        time.sleep(draw.random())  # the moment of the kill is drawn, whatever stands there
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    ended.set()
    for one in threads:
        one.join(40)
    logged: Counter = Counter()
    for path in (tmp_path / "calls").glob("*.log"):
        logged += used_in(path)
    assert whole[200] > 0
    assert whole[200] <= logged[("G1", "total")] <= whole[200] + KILLS * CLIENTS
    assert logged[("G1", "total")] <= per_day

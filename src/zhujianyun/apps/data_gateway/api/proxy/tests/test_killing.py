"""kill -9 of a plane under load: what was acknowledged is counted, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import orjson
import pytest

from zhujianyun.apps.data_gateway.api.gate.ledger import Ledger, used_in
from zhujianyun.apps.data_gateway.api.proxy.tests import grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import PATIENCE, Line, Stand, free_port, until
from zhujianyun.apps.data_gateway.rules import records

LIMIT = 100_000


class Load:
    """Callers that ask as fast as they are answered, and count what they were told."""

    def __init__(self, port: int, callers: int = 4) -> None:
        self.port, self.acknowledged, self._lock = port, 0, threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(callers)]
        for one in self._threads:
            one.start()

    def _run(self) -> None:
        raw = grounds.head("plain", "/v1/persons/good")
        try:
            with Line(self.port) as line:
                while True:
                    line.send(raw)
                    status, headers, body = line.answer()
                    if status != 200 or len(body) != int(headers["content-length"]):
                        return
                    with self._lock:
                        self.acknowledged += 1
        except OSError:
            return

    def wait(self) -> None:
        for one in self._threads:
            one.join(PATIENCE)


@pytest.fixture
def ground(tmp_path):
    """A provider without a plane: the plane is a process of its own here."""
    stand = Stand(tmp_path)
    service = grounds.service("plain", stand.base)
    terms = grounds.terms("plain", quota={"per_day": LIMIT})
    grounds.lay_services(tmp_path, (service, terms, grounds.offered()))
    yield stand
    stand.loop.call_soon_threadsafe(stand.loop.stop)


def _start(serving, port: int) -> subprocess.Popen:
    made = [sys.executable, "-m", "zhujianyun.apps.data_gateway.api.proxy"]
    process = subprocess.Popen(
        [*made, "--serving", str(serving), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert "就绪".encode() in process.stdout.readline()
    return process


def test_what_was_acknowledged_before_a_kill_is_counted(ground, tmp_path):
    port = free_port()
    acknowledged = 0
    for _ in range(3):
        process = _start(tmp_path, port)
        load = Load(port)
        assert until(lambda load=load: load.acknowledged > 60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        load.wait()
        acknowledged += load.acknowledged
    counted = 0
    for file in (tmp_path / "calls").glob("*.log"):
        rows = [row for row, _ in records.read(file.read_bytes())]
        gone = {row["id"] for row in rows if row["k"] == "abort"}
        counted += sum(row["k"] == "call" and row["succeeded"] and row["id"] not in gone for row in rows)
    in_flight = 3 * 4
    assert acknowledged <= counted <= acknowledged + in_flight


def test_the_quota_knows_after_a_kill_what_was_used(ground, tmp_path):
    port = free_port()
    process = _start(tmp_path, port)
    load = Load(port)
    assert until(lambda: load.acknowledged > 60)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    load.wait()
    (file,) = (tmp_path / "calls").glob("*.log")
    ledger = Ledger(tmp_path, "afterwards")
    (day,) = {period for _, period in used_in(file) if period.isdigit()}
    assert load.acknowledged <= ledger.used("G-plain", day) <= load.acknowledged + 4
    ledger.close()


def test_a_plane_told_to_stop_lets_its_calls_end(ground, tmp_path):
    port = free_port()
    process = _start(tmp_path, port)
    try:
        with Line(port) as line:
            line.send(grounds.head("plain", "/v1/persons/held"))
            assert until(lambda: ground.provider.held == 1)
            process.terminate()
            assert until(lambda: not _listens(port))
            ground.provider.release()
            status, _, body = line.answer()
        assert (status, orjson.loads(body)["months"]) == (200, 12)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()


def _listens(port: int) -> bool:
    try:
        Line(port).socket.close()
    except OSError:
        return False
    return True

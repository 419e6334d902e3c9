"""Ticks (节拍): small things that a worker does again and again beside its jobs.

Each tick has a thread and a database connection of its own, so that one that fails or hangs does not
hold up the others. A failure is one line in the log and a growing pause; a success ends both.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections

from zhujianyun.base.jobs.models import machine_now
from zhujianyun.base.jobs.stopping import Stop

log = logging.getLogger("zhujianyun.jobs")
LONGEST_PAUSE = 300.0  # seconds


@dataclass(slots=True)
class Tick:
    """One tick (节拍): name, function, seconds between two turns."""

    name: str
    function: Callable[[], Any]
    every: float
    failures: int = 0
    error: str = ""
    turned_at: str = ""
    thread: threading.Thread | None = field(default=None)

    def pause(self) -> float:
        """Seconds until the next turn: doubled with every failure in a row (下次间隔)."""
        if not self.failures:
            return self.every
        return max(self.every, min(LONGEST_PAUSE, max(self.every, 0.5) * 2 ** min(self.failures, 20)))

    def turn(self) -> bool:
        """Do it once (执行一次); whether it went well. Never raises."""
        try:
            self.function()
        except Exception as e:  # noqa: BLE001 - whatever a tick does wrong, the others go on
            self.failures += 1
            self.error = f"{type(e).__name__}: {e}".replace("\n", " ")[:500]
            if not connection.in_atomic_block:
                connection.close()
            log.error(
                "节拍 %s 第 %s 次失败，%.0f 秒后再试：%s", self.name, self.failures, self.pause(), self.error
            )
            return False
        self.failures, self.error, self.turned_at = 0, "", machine_now().isoformat(timespec="seconds")
        return True

    def report(self) -> dict[str, Any]:
        """How it fares, for the register of workers (节拍状态)."""
        return {"failures": self.failures, "error": self.error, "turned_at": self.turned_at}

    def start(self, stop: Stop) -> None:
        """Turn in a thread of its own until told to stop (启动)."""
        self.thread = threading.Thread(target=self._turn_until, args=(stop,), name=self.name, daemon=True)
        self.thread.start()

    def _turn_until(self, stop: Stop) -> None:
        try:
            while not stop.wait(self.pause() if self.turned_at or self.failures else 0.0):
                connection.close_if_unusable_or_obsolete()
                self.turn()
        finally:
            connections.close_all()

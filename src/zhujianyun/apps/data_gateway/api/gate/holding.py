"""The policy in a process (策略持有): looked at once a second at most, refused when nobody keeps it."""

from __future__ import annotations

import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from zhujianyun.apps.data_gateway.rules import policy
from zhujianyun.apps.data_gateway.rules.deciding import Compiled
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.base import clock

FILE = "policy.json"
LOOK_EVERY = 0.5  # seconds
_JUMP = 1.0  # seconds by which the platform's clock must have moved to be put anew
log = logging.getLogger("zhujianyun.gateway")


class PolicyHolder:
    """The policy of this process (策略持有者)."""

    def __init__(self, serving: Path) -> None:
        self.path = serving / FILE
        self._compiled: Compiled | None = None
        self._held: BinaryIO | None = None  # stays open: so its inode is not given to a later file
        self._inode = 0
        self._touched = 0.0
        self._look_at = 0.0

    def current(self) -> Compiled:
        """The policy in force (现行策略).

        Raises:
            Fault: Server.ClientProxy.PolicyStale when there is none, or nobody touched it for `STALE_AFTER`.
        """
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self._look()
        if self._compiled is None or time.time() - self._touched > policy.STALE_AFTER:
            raise Fault("Server.ClientProxy.PolicyStale", retry_after=5.0)
        return self._compiled

    def _look(self) -> None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return  # what is held grows stale
        self._touched = stat.st_mtime
        if stat.st_ino != self._inode:
            self._take(self.path.open("rb"))

    def _take(self, file: BinaryIO) -> None:
        if self._held is not None:
            self._held.close()
        self._held, self._inode = file, os.fstat(file.fileno()).st_ino
        try:
            loaded = policy.load(file.read())
        except (OSError, ValueError, KeyError, TypeError):
            log.exception("运行策略读不懂，停止供数，等待下一版")
            self._compiled = None  # what is not understood is not served from
            return
        self._compiled = Compiled(loaded)
        _set_clock(loaded.offset)


def _set_clock(offset: float) -> None:
    """Let this process's clock stand where the platform's does (对时)."""
    really = clock.MachineClock().now()
    if abs((clock.now() - really).total_seconds() - offset) > _JUMP:
        clock.use(clock.OffsetClock(stands_at=really + timedelta(seconds=offset), when_really=really))

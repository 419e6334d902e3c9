"""The wish to stop (停止信号): said once, heard by every thread, safe to say inside a signal handler.

A ``threading.Event`` is not: set by a handler that interrupts ``wait`` in the same thread it can
lock itself out. A pipe that becomes readable cannot.
"""

from __future__ import annotations

import os
import select
import weakref


class Stop:
    """Once set, set for good (停止标记)."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        weakref.finalize(self, _close, self._read, self._write)
        self._said = False

    def set(self) -> None:
        """Say it (置停)."""
        if not self._said:
            self._said = True
            os.write(self._write, b"x")

    def is_set(self) -> bool:
        """Whether it was said (是否已置停)."""
        return self._said

    def wait(self, seconds: float) -> bool:
        """Wait until it is said or the time is over; whether it was said (等待)."""
        if self._said:
            return True
        ready, _, _ = select.select([self._read], [], [], max(seconds, 0.0))
        return bool(ready)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)

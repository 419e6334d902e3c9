"""The keeper of one child process (进程看护): stands between the supervisor and a server.

A server such as Granian has workers of its own; killed the hard way it leaves them behind, holding
the port. The keeper leads the process group, adopts what is orphaned in it, and does not end before
everything in it has ended: when the server ends, when it is told to, and when the supervisor dies,
even by ``kill -9`` (the kernel then sends the keeper SIGTERM).

``python -m zhujianyun.config.keeper SUPERVISOR_PID ARGV…`` — started by the supervisor only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

GRACE = 6.0  # seconds for the server after SIGTERM; the worker needs up to 5
LEFTOVERS = 1.0  # seconds for what the server left behind
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def group_members(group: int) -> set[int]:
    """The living processes of a group, zombies not counted (进程组成员)."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == group and fields[0] not in ("Z", "X"):
                    found.add(int(entry.name))
    return found


def tied_to_parent() -> None:
    """The kernel tells us when the supervisor dies, and gives us our orphans (随父进程结束)."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Keeper:
    """One server and everything it starts (看护)."""

    def __init__(self, argv: list[str]) -> None:
        self.told = False
        self.code: int | None = None
        self._wake, wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._tell)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.pid = os.posix_spawnp(argv[0], argv, os.environ, setsigdef=[signal.SIGPIPE])

    def _tell(self, *_: object) -> None:
        self.told = True

    def _listen(self, seconds: float) -> None:
        """Sleep until a signal comes; then see who has ended."""
        select.select([self._wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == self.pid:
                    self.code = os.waitstatus_to_exitcode(ended[1])

    def keep(self) -> int:
        """Stay until the server has ended and nothing of it is left; its exit code (看护到底)."""
        while self.code is None and not self.told:
            self._listen(60.0)
        if self.code is None:
            os.kill(self.pid, signal.SIGTERM)
            deadline = time.monotonic() + GRACE
            while self.code is None and (left := deadline - time.monotonic()) > 0:
                self._listen(left)
        self._clear()
        code = self.code if self.code is not None else -signal.SIGKILL
        return code if code >= 0 else 128 - code

    def _clear(self) -> None:
        """End whatever is left in the group, gently, then for good (清理残余)."""
        deadline = time.monotonic() + LEFTOVERS
        number = signal.SIGTERM
        while others := group_members(os.getpgrp()) - {os.getpid()}:
            for pid in others:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            self._listen(0.1)
            if time.monotonic() > deadline:
                number = signal.SIGKILL


def main() -> int:
    """Keep one server (入口)."""
    tied_to_parent()
    if os.getppid() != int(sys.argv[1]):
        return 0  # the supervisor died before we were tied to it
    try:
        return Keeper(sys.argv[2:]).keep()
    except OSError as e:
        print(f"无法启动 {sys.argv[2]}：{e.strerror}", flush=True)
        return 127


if __name__ == "__main__":
    sys.exit(main())

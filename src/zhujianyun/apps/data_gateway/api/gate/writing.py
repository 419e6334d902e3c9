"""The log of one process (调用日志写入): appended before the answer's last byte, synced in groups.

``os.write`` to a file opened for appending survives a kill; a thread syncs to the disk within 20 ms of a
write, so that a power cut loses no more than that. The file is locked as long as its process lives: who can
lock it knows that the process is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from zhujianyun.apps.data_gateway.rules import records
from zhujianyun.apps.data_gateway.rules.faults import Fault

SYNC_EVERY = 0.015  # seconds
FOLDER = "calls"
LARGEST = 64 * 1024**2  # bytes, after which a process begins another file


class LogWriter:
    """The call log of one process (日志写入器).

    Raises:
        OSError: when the folder cannot be written.
    """

    def __init__(self, serving: Path, plane: str) -> None:
        self._folder = serving / FOLDER
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._plane = plane
        self._number = 0
        self._lock, self._waiting = threading.Lock(), b""
        self._dirty, self._ended = threading.Event(), threading.Event()
        self._open()
        self._thread = threading.Thread(target=self._sync, name="call-log", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        self._number += 1
        self.name = f"{self._plane}-{time.time_ns():x}-{os.getpid()}-{self._number}.log"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._fd = os.open(self._folder / self.name, flags, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.size = 0

    def append(self, line: bytes) -> None:
        """One whole line (追加一行): when this returns, a kill no longer loses it.

        Raises:
            Fault: Server.ClientProxy.LogFailed: then the answer must not be finished.
        """
        try:
            with self._lock:
                self._write(self._waiting + line)
                self._waiting = b""
        except OSError as error:
            raise Fault("Server.ClientProxy.LogFailed") from error
        if not self._dirty.is_set():
            self._dirty.set()

    def _write(self, data: bytes) -> None:
        if os.write(self._fd, data) != len(data):
            os.ftruncate(self._fd, self.size)  # what was cut must not join the next line
            raise OSError("short write")
        self.size += len(data)

    def record(self, record: records.CallRecord) -> None:
        """The record of a call, before the last byte of its answer (写入调用记录)."""
        self.append(records.line(record))

    def left(self, id_: str, at_us: int) -> None:
        """The answer has left whole (答复已送出): the line goes with the next write, 15 ms later at most.

        Nothing hangs on it: a call without an end counts.
        """
        with self._lock:
            self._waiting += records.out_line(id_, at_us)
        if not self._dirty.is_set():
            self._dirty.set()

    def aborted(self, id_: str, at_us: int) -> None:
        """The caller hung up before the end (对方中断)."""
        self.append(records.abort_line(id_, at_us))

    def turn_over(self, tell: Callable[[str], None]) -> None:
        """Begin another file (换文件); ``tell`` hears its name before the lock of the finished one goes."""
        self.flush()
        finished = self._fd
        self._open()
        tell(self.name)
        os.fsync(finished)
        os.close(finished)

    def _sync(self) -> None:
        while not self._ended.is_set():
            self._dirty.wait(1.0)
            if self._dirty.is_set():
                self._ended.wait(SYNC_EVERY)
                self._dirty.clear()
                with contextlib.suppress(OSError):  # turned over meanwhile: that one was synced
                    self.flush()
                    os.fdatasync(self._fd)

    def flush(self) -> None:
        """Write what waits (写出待写行)."""
        with self._lock:
            if self._waiting:
                self._write(self._waiting)
                self._waiting = b""

    def close(self) -> None:
        """Sync and let go of the file (关闭)."""
        self._ended.set()
        self._dirty.set()
        self._thread.join(2.0)
        self.flush()
        os.fsync(self._fd)
        os.close(self._fd)


def is_gone(path: Path) -> bool:
    """Whether the process that wrote a log file is gone (进程是否已结束); true also for a file that is away."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True

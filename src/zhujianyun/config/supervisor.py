"""Supervisor of the platform's processes (进程管理): starts them, restarts them, leaves nothing behind.

Every child lives in a process group of its own under a keeper (``config.keeper``); whatever way this
process ends, the whole group ends with it. Output goes to ``VAR/logs/<name>.log``, each line with its
time, ten files of 10 MB at most.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.jobs.stopping import Stop
from zhujianyun.config.keeper import group_members

READY_SECONDS = 90.0
GIVE_UP_DEATHS, GIVE_UP_SECONDS = 5, 60.0
STOP_SECONDS = 8.0  # a little more than the keeper takes
_LOOK_EVERY = 0.1  # seconds
_LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep running (子进程): name, command, where it answers when it is ready."""

    name: str
    argv: list[str]
    env: Mapping[str, str] | None = None
    ready_url: str | None = None
    port: int | None = None

    @property
    def listens_at(self) -> int | None:
        """The port that must be free before the start (监听端口)."""
        return self.port or (urlsplit(self.ready_url).port if self.ready_url else None)


def check_ports(children: list[Child]) -> None:
    """Refuse to start when somebody else holds one of the ports (端口检查).

    Raises:
        RuleBroken: ``supervisor.port`` names child and port.
    """
    for child in children:
        port = child.listens_at
        if port is not None and not _is_free(port):
            raise RuleBroken(
                f"端口 {port} 已被其他程序占用，{child.name} 无法启动。"
                f"请用 ss -ltnp 'sport = :{port}' 找到并结束该程序，或用 --port 换一个端口。",
                rule="supervisor.port",
                port=port,
                child=child.name,
            )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as e:
            if e.errno == errno.EADDRINUSE:
                return False
            raise RuleBroken(
                f"无法使用端口 {port}：{e.strerror}。请换一个大于 1024 的端口。",
                rule="supervisor.port",
                port=port,
            ) from e
    return True


class _Kept:
    """A child at run time (运行中的子进程)."""

    def __init__(self, child: Child, logs: Path) -> None:
        self.child = child
        self.log = logs / f"{child.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths: deque[float] = deque(maxlen=GIVE_UP_DEATHS)
        self.start_at = 0.0
        self.ready = child.ready_url is None
        self._handler = RotatingFileHandler(self.log, maxBytes=10 * 1024**2, backupCount=9, encoding="utf-8")
        self._handler.setFormatter(logging.Formatter(f"%(asctime)s {child.name} | %(message)s"))
        self._pump: threading.Thread | None = None

    def start(self) -> None:
        """Start it under a keeper (启动). Only from the main thread: see PR_SET_PDEATHSIG."""
        keeper = [sys.executable, "-m", "zhujianyun.config.keeper", str(os.getpid()), *self.child.argv]
        self.write(f"启动：{' '.join(self.child.argv)}")
        self.process = subprocess.Popen(
            keeper,
            env=dict(self.child.env) if self.child.env is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._pump = threading.Thread(target=self._copy, args=(self.process.stdout,), daemon=True)
        self._pump.start()

    def _copy(self, output: IO[bytes]) -> None:
        with output:
            while line := output.readline(8192):
                self.write(line.decode("utf-8", errors="replace").rstrip())

    def write(self, text: str) -> None:
        """One line into the log (写日志)."""
        self._handler.handle(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))

    def last_lines(self) -> str:
        """The end of the log, for whoever must find out why (日志末尾)."""
        if self._pump is not None and self.process is None:
            self._pump.join(1.0)  # its last words may still be on the way
        return "\n".join(self.log.read_text(encoding="utf-8").splitlines()[-_LAST_LINES:])

    def has_died(self) -> bool:
        """Whether it ended since it was started; what is left of its group ends too (是否已退出)."""
        if self.process is None or self.process.poll() is None:
            return False
        self.write(f"已退出，代码 {self.process.returncode}")
        self.kill_group()
        self.process = None
        return True

    def kill_group(self) -> None:
        """End the whole group at once; returns when nothing of it is left (结束整组)."""
        if self.process is None:
            return
        group = self.process.pid
        while members := group_members(group):
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        self.process.wait()

    def tell(self) -> None:
        """Ask the keeper to end it (通知停止)."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def close(self) -> None:
        """Finish the log (关闭日志)."""
        if self._pump is not None:
            self._pump.join(2.0)
        self._handler.close()

    def answers(self) -> bool:
        """Whether it is ready to serve (是否就绪)."""
        if not self.ready and self.child.ready_url:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            try:
                with opener.open(self.child.ready_url, timeout=1.0) as answer:
                    self.ready = answer.status == 200
            except (OSError, HTTPException):
                self.ready = False  # not yet
        return self.ready


def _logs_folder() -> Path:
    return Path(os.environ.get("ZJY_VAR", "var")).resolve() / "logs"


class Supervisor:
    """Keeps some processes running until told to stop (进程管理器).

    Args:
        processes: in the order in which they are started.
        logs: folder of the logs; default ``VAR/logs``.
        ready_seconds: how long the children may take until all answer.
    """

    def __init__(
        self,
        processes: list[Child],
        *,
        logs: Path | None = None,
        ready_seconds: float = READY_SECONDS,
        say: Callable[[str], None] = print,
    ) -> None:
        self.processes = processes
        self.logs = logs or _logs_folder()
        self.ready_seconds = ready_seconds
        self._say = say
        self._stop = Stop()
        self._impatient = False

    def run(self, on_ready: Callable[[], object] | None = None) -> int:
        """Start everything and stay (运行): 0 when told to stop, 1 when something could not be kept.

        SIGINT, SIGTERM and SIGHUP stop it; a second one does not wait.
        """
        try:
            check_ports(self.processes)
        except RuleBroken as e:
            self._say(f"✗ {e.message_zh}")
            return 1
        self.logs.mkdir(parents=True, exist_ok=True)
        kept = [_Kept(child, self.logs) for child in self.processes]
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        former = {number: signal.signal(number, self._told) for number in numbers}
        try:
            return self._keep(kept, on_ready)
        finally:
            self._end(kept)
            for number, handler in former.items():
                signal.signal(number, handler)

    def _told(self, *_: object) -> None:
        self._impatient = self._stop.is_set()
        self._stop.set()

    def _keep(self, kept: list[_Kept], on_ready: Callable[[], object] | None) -> int:
        for one in kept:
            one.start()
        announced, deadline = False, time.monotonic() + self.ready_seconds
        while not self._stop.wait(_LOOK_EVERY):
            for one in kept:
                if not self._look_after(one):
                    return 1
            if announced:
                continue
            if all(one.answers() and one.process for one in kept):
                announced = True
                if on_ready:
                    on_ready()
            elif time.monotonic() > deadline:
                self._say(self._not_ready(kept))
                return 1
        return 0

    def _look_after(self, one: _Kept) -> bool:
        """Restart a child that died, after a growing pause; false when it dies too often (看护一个)."""
        now = time.monotonic()
        if one.has_died():
            one.deaths.append(now)
            recent = sum(now - death < GIVE_UP_SECONDS for death in one.deaths)
            if recent >= GIVE_UP_DEATHS:
                self._say(
                    f"✗ {one.child.name} 在一分钟内退出 {recent} 次，已停止重试。"
                    f"请查看日志 {one.log}，最后几行是：\n{one.last_lines()}"
                )
                return False
            one.start_at = now + 0.25 * 2 ** (recent - 1)
            one.write(f"{one.start_at - now:.2f} 秒后重新启动")
        elif one.process is None and now >= one.start_at:
            one.start()
        return True

    def _not_ready(self, kept: list[_Kept]) -> str:
        late = [one for one in kept if not one.ready]
        names = "、".join(one.child.name for one in late) or "子进程"
        lines = "\n".join(one.last_lines() for one in late)
        return f"✗ {names} 在 {self.ready_seconds:.0f} 秒内没有就绪。请查看日志目录 {self.logs}，最后几行是：\n{lines}"

    def _end(self, kept: list[_Kept]) -> None:
        """Tell all, wait for all, then leave nothing (停止全部)."""
        for one in kept:
            one.tell()
        deadline = time.monotonic() + STOP_SECONDS
        while any(one.process is not None and one.process.poll() is None for one in kept):
            if self._impatient or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for one in kept:
            one.kill_group()
            one.close()

"""The loop of a worker (后台循环): jobs in the main thread, ticks and the heartbeat beside them.

On SIGTERM or SIGINT nothing new is begun. A job that runs has ``GRACE`` seconds to end; then it is
interrupted, undone and put back without counting the try. After ``LAST`` seconds the process ends
in any case: what it held is taken back by the next worker, who sees that the process is gone.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, connections

from zhujianyun.base.jobs import housekeeping, orphans, running, schedule, workers  # noqa: F401 - its plan
from zhujianyun.base.jobs.models import Worker
from zhujianyun.base.jobs.outcomes import Stopped
from zhujianyun.base.jobs.stopping import Stop
from zhujianyun.base.jobs.ticks import Tick

log = logging.getLogger("zhujianyun.jobs")
GRACE, JOIN, LAST = 3.0, 3.8, 4.5  # seconds after the signal: job, ticks, everything
BEAT_EVERY, SWEEP_EVERY, SCHEDULE_EVERY = 5.0, 10.0, 1.0  # seconds
_ERROR_PAUSE = 2.0


class Loop:
    """A worker (后台循环).

    Args:
        ticks: ``(name, function, every_seconds)`` besides the built-in schedule, sweep and heartbeat.
        poll_seconds: how often an idle worker looks for jobs.
    """

    def __init__(
        self,
        ticks: Iterable[tuple[str, Callable[[], Any], float]] = (),
        *,
        poll_seconds: float = 0.3,
    ) -> None:
        self.ticks = [Tick(*tick) for tick in ticks]
        self.ticks.append(Tick("jobs.schedule", schedule.run_due, SCHEDULE_EVERY))
        self.ticks.append(Tick("jobs.sweep", self._sweep, SWEEP_EVERY))
        self.poll_seconds = poll_seconds
        self.stop = Stop()
        self.worker: Worker | None = None
        self._job: str | None = None
        self._may_interrupt = False
        self._told_at = 0.0

    def run(self) -> None:
        """Work until told to stop (运行). In the main thread it listens to SIGTERM and SIGINT."""
        main = threading.current_thread() is threading.main_thread()
        former = self._listen() if main else {}
        self._sign_on()
        threads = [Tick("jobs.heartbeat", self._beat, BEAT_EVERY), *self.ticks]
        for tick in threads:
            tick.start(self.stop)
        threading.Thread(target=self._end_anyway, name="jobs.last", daemon=True).start()
        try:
            while not self.stop.is_set():
                self._work()
        finally:
            self._told_at = self._told_at or time.monotonic()
            self.stop.set()
            if main:
                signal.setitimer(signal.ITIMER_REAL, 0)
            self._put_down(threads)
            for number, handler in former.items():
                signal.signal(number, handler)

    def drain(self) -> int:
        """Run what is due and ready until nothing is left, then return (清空队列); how many jobs."""
        self._sign_on()
        assert self.worker is not None
        beat = Tick("jobs.heartbeat", self._beat, BEAT_EVERY)
        if not connection.in_atomic_block:  # under test everything happens in one transaction
            beat.start(self.stop)
        count = 0
        try:
            self._sweep()
            schedule.run_due()
            while self._one_job():
                count += 1
        finally:
            self._told_at = time.monotonic()
            self.stop.set()
            self._put_down([beat])
        return count

    def _listen(self) -> dict[int, Any]:
        handlers = {
            signal.SIGTERM: self._told,
            signal.SIGINT: self._told,
            signal.SIGALRM: self._out_of_patience,
        }
        return {number: signal.signal(number, handler) for number, handler in handlers.items()}

    def _told(self, number: int, _frame: object) -> None:
        self._told_at = time.monotonic()
        self.stop.set()
        signal.setitimer(signal.ITIMER_REAL, GRACE, 0.5)

    def _out_of_patience(self, _number: int, _frame: object) -> None:
        if self._may_interrupt:
            self._may_interrupt = False
            raise Stopped

    def _end_anyway(self) -> None:
        """The last resort against a job or tick that hears nothing (强制退出)."""
        while not self.stop.wait(3600.0):
            continue
        time.sleep(LAST)
        if self.worker is not None:
            log.error("后台进程未能在 %.1f 秒内停下，强制退出；未完成的任务由下一个后台进程接手", LAST)
            os._exit(75)

    def _sign_on(self) -> None:
        self.worker = workers.register()
        log.info("后台进程 %s 已启动", self.worker.id)

    def _put_down(self, threads: list[Tick]) -> None:
        """Wait for the ticks to end their turn, then sign off (收尾)."""
        for tick in threads:
            if tick.thread is not None:
                tick.thread.join(max(0.0, self._told_at + JOIN - time.monotonic()))
                if tick.thread.is_alive():
                    log.warning("节拍 %s 没有按时停下，已丢下", tick.name)
        if self.worker is not None:
            workers.sign_off(self.worker.id)
            log.info("后台进程 %s 已停止", self.worker.id)
        self.worker = None
        if not connection.in_atomic_block:
            connections.close_all()

    def _beat(self) -> None:
        if self.worker is not None:
            workers.beat(self.worker, {tick.name: tick.report() for tick in self.ticks})

    def _sweep(self) -> int:
        return orphans.sweep(worker_id=self.worker.id if self.worker else "", busy_with=self._job)

    def _work(self) -> None:
        """One turn of the main thread; never raises (一轮)."""
        try:
            connection.close_if_unusable_or_obsolete()
            if not self._one_job():
                self.stop.wait(self.poll_seconds)
        except Stopped:
            log.info("任务在登记时被停止信号打断")
        except Exception as e:  # noqa: BLE001 - the database may be away for a while; the worker waits for it
            log.error("后台循环出错，%.0f 秒后继续：%s: %s", _ERROR_PAUSE, type(e).__name__, e)
            connection.close()
            self.stop.wait(_ERROR_PAUSE)

    def _one_job(self) -> bool:
        """Claim and run one job; whether there was one (执行一个任务)."""
        assert self.worker is not None
        found = running.claim(self.worker.id)
        if found is None:
            return False
        self._job = str(found.row.pk)
        try:
            self._may_interrupt = True
            running.execute(found)
        finally:
            self._may_interrupt = False
            self._job = None
        return True

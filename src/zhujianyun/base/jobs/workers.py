"""The register of worker processes (后台进程登记): signing on, heartbeats, signing off."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import timedelta
from typing import Any

from zhujianyun.base.jobs import hosts
from zhujianyun.base.jobs.models import Worker, machine_now

KEEP = timedelta(days=7)  # how long a worker that is gone stays on the list


def register() -> Worker:
    """Sign this process on as a worker (登记后台进程)."""
    Worker.objects.filter(seen_at__lt=machine_now() - KEEP).delete()
    pid = os.getpid()
    name = f"{socket.gethostname()[:30]}-{pid}-{uuid.uuid4().hex[:8]}"
    return Worker.objects.create(id=name, host=hosts.here(), pid=pid, born=hosts.born(pid))


def beat(worker: Worker, ticks: dict[str, Any]) -> None:
    """Say that the worker lives, and how its ticks fare (心跳)."""
    worker.seen_at, worker.ticks = machine_now(), ticks
    if not Worker.objects.filter(pk=worker.pk).update(seen_at=worker.seen_at, ticks=ticks):
        worker.save(force_insert=True)  # somebody cleared the list


def sign_off(worker_id: str) -> None:
    """The worker has put everything down (注销后台进程)."""
    Worker.objects.filter(pk=worker_id).update(stopped_at=machine_now(), seen_at=machine_now())

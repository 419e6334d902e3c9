"""Starts web, gateway and worker under one supervisor (一键启动)."""

from __future__ import annotations

import os
import sys

from zhujianyun.config import demo_clock
from zhujianyun.config.supervisor import Child, Supervisor


def children(*, host: str, port: int) -> list[Child]:
    """The three processes of the platform (三个进程)."""
    env = {
        **os.environ,
        "ZJY_GATEWAY_URL": os.environ.get("ZJY_GATEWAY_URL", f":{port + 1}"),
        "PYTHONUNBUFFERED": "1",
    }
    granian = [sys.executable, "-m", "granian", "--host", host, "--no-ws", "--log-level", "warning"]
    return [
        Child(
            name="web",
            argv=[*granian, "--interface", "wsgi", "--port", str(port), "--blocking-threads", "4",
                  "--respawn-failed-workers", "zhujianyun.config.wsgi:application"],
            env=env,
            ready_url=f"http://{_reachable(host)}:{port}/healthz",
            port=port,
        ),
        Child(
            name="gateway",
            argv=[*granian, "--interface", "asginl", "--port", str(port + 1),
                  "--respawn-failed-workers", "zhujianyun.config.gateway:application"],
            env=env,
            ready_url=f"http://{_reachable(host)}:{port + 1}/healthz",
            port=port + 1,
        ),
        Child(name="worker", argv=[sys.executable, "-m", "zhujianyun", "worker"], env=env, ready_url=None),
    ]  # fmt: skip


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host


def run(*, host: str, port: int, announce=None) -> int:  # noqa: ANN001
    """Start everything and stay until Ctrl-C; the exit code."""
    demo_clock.take_up()
    supervisor = Supervisor(children(host=host, port=port))
    return supervisor.run(
        on_ready=announce or (lambda: print(f"✓ 已启动：http://{_reachable(host)}:{port}/  （Ctrl-C 结束）"))
    )

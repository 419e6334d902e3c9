"""Starts web, gateway and worker under one supervisor (一键启动)."""

from __future__ import annotations

import os
import socket
import sys

from zhujianyun.base.errors import RuleBroken
from zhujianyun.config import demo_clock
from zhujianyun.config.supervisor import Child, Supervisor, check_ports


def children(*, host: str, port: int) -> list[Child]:
    """The three processes of the platform (三个进程), those of its apps, and in a demo the systems it probes."""
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
        *_of_apps(env, host, port),
        *_neighbours(env),
    ]  # fmt: skip


def _of_apps(env: dict[str, str], host: str, port: int) -> list[Child]:
    """The processes that apps bring (应用进程)."""
    from django.conf import settings

    from zhujianyun.config.assembly import manifests

    return [
        Child(
            name=one.name,
            argv=[
                part.format(python=sys.executable, host=host, port=port + one.port_offset)
                for part in one.argv
            ],
            env={**env, **{name: str(getattr(settings, name)) for name in one.settings}},
            ready_url=f"http://{_reachable(host)}:{port + one.port_offset}{one.ready_path}",
            port=port + one.port_offset,
        )
        for manifest in manifests().values()
        for one in manifest.brings
    ]


def _neighbours(env: dict[str, str]) -> list[Child]:
    """In a demo, the outside systems that some app probes (扮演外部系统)."""
    from django.conf import settings

    from zhujianyun.config.assembly import manifests

    if not getattr(settings, "ZJY_DEMO", False) or not any(one.neighbours for one in manifests().values()):
        return []
    return [Child(name="probed", argv=[sys.executable, "-m", "zhujianyun", "probed"], env=env)]


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host


def check_host(host: str) -> None:
    """Refuse an address on which this machine cannot listen (监听地址检查).

    Raises:
        RuleBroken: ``up.host`` names it.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(address)
    except OSError as error:
        raise RuleBroken(
            f"不能在地址 {host} 上监听，请用 --host 指定本机的地址，例如 127.0.0.1 或 0.0.0.0。",
            rule="up.host",
            host=host,
        ) from error


def run(*, host: str, port: int, announce=None) -> int:  # noqa: ANN001
    """Start everything and stay until Ctrl-C; the exit code.

    Raises:
        RuleBroken: an address that this machine does not have, or a port in use.
    """
    check_host(host)
    kept = children(host=host, port=port)
    check_ports(kept)
    demo_clock.take_up()
    supervisor = Supervisor(kept)
    return supervisor.run(
        on_ready=announce or (lambda: print(f"✓ 已启动：http://{_reachable(host)}:{port}/  （Ctrl-C 结束）"))
    )

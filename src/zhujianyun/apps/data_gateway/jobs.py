"""What the worker does for the gateway (共享接口节拍)."""

from __future__ import annotations

from zhujianyun.apps.data_gateway.actions import absorbing, probing, publishing, serving
from zhujianyun.base import jobs

PUBLISH_EVERY, SERVE_EVERY, ABSORB_EVERY, SWEEP_EVERY = 0.5, 2.0, 1.0, 3600.0  # seconds
HERE = "zhujianyun.apps.data_gateway.jobs"
TICKS = (
    ("data_gateway.publish", f"{HERE}:publish", PUBLISH_EVERY),
    ("data_gateway.serve", f"{HERE}:serve", SERVE_EVERY),
    ("data_gateway.absorb", f"{HERE}:absorb", ABSORB_EVERY),
    ("data_gateway.sweep", f"{HERE}:sweep", SWEEP_EVERY),
)


def publish() -> bool:
    """Publish the policy when something changed, touch it otherwise (发布策略)."""
    return publishing.tick()


def serve() -> int:
    """Make the serving files of new snapshots (制作供数文件)."""
    return serving.build_missing()


def absorb() -> int:
    """Take over the planes' logs (接收调用日志)."""
    return absorbing.absorb()


def sweep() -> int:
    """Remove logs that were taken over long ago (清理日志)."""
    return absorbing.sweep()


@jobs.every(minutes=5)
@jobs.job(retries=0, zh="探测共享服务")
def probe() -> int:
    """Look whether the open services answer (探测共享服务)."""
    return probing.probe()

"""A worker process for the tests (测试用后台进程): ``python -m zhujianyun.base.jobs.tests.work [tick …]``."""

from __future__ import annotations

import logging
import sys
import time

import django

django.setup()

from zhujianyun.base import jobs  # noqa: E402
from zhujianyun.base.jobs import orphans  # noqa: E402
from zhujianyun.base.jobs.tests import played  # noqa: E402


def fails() -> None:
    raise RuntimeError("节拍\n坏了")


def works() -> None:
    played.effect("tick")


def hangs() -> None:
    time.sleep(600)


TICKS = {"fails": ("fails", fails, 0.05), "works": ("works", works, 0.05), "hangs": ("hangs", hangs, 0.05)}

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    loop = jobs.Loop([TICKS[name] for name in sys.argv[1:]], poll_seconds=0.05)
    for tick in loop.ticks:
        if tick.function == loop._sweep:
            tick.every = 0.2
    assert orphans.STALE.total_seconds() == 60
    loop.run()
    print("ended", flush=True)

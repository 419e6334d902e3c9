"""Starting the proxy plane (接口代理启动): one process per call of `serve`; several share a port."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import uvloop

from zhujianyun.apps.data_gateway.api.gate import Gate
from zhujianyun.apps.data_gateway.api.proxy.plane import Plane


async def run(serving: Path, host: str, port: int, *, shared: bool = False, ca_file: str = "") -> None:
    """Serve until told to stop (运行)."""
    plane = Plane(Gate(serving, "proxy"), ca_file=ca_file)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, ended.set)
    gc.freeze()  # what stands now stands for good; a call makes no circles worth looking for often
    gc.set_threshold(20_000, 20, 20)
    found = await plane.start(host, port, shared=shared)
    print(f"接口代理已就绪：http://{host}:{found}", flush=True)
    await ended.wait()
    await plane.stop()


def main(given: Sequence[str] | None = None) -> None:
    """The command line (命令行): ``python -m zhujianyun.apps.data_gateway.api.proxy``."""
    parser = argparse.ArgumentParser(prog="zhujianyun-proxy", description="接口代理进程")
    parser.add_argument(
        "--serving", type=Path, default=os.environ.get("ZJY_SERVING"), help="共享网关目录（ZJY_SERVING）"
    )
    parser.add_argument("--host", default="127.0.0.1", help="监听地址")
    parser.add_argument("--port", type=int, default=18642, help="监听端口，0 为任选")
    parser.add_argument("--shared", action="store_true", help="与其他进程共用端口")
    parser.add_argument("--ca-file", default=os.environ.get("ZJY_CA_FILE", ""), help="内网根证书文件")
    asked = parser.parse_args(given)
    if asked.serving is None:
        parser.error("请用 --serving 或环境变量 ZJY_SERVING 指明共享网关目录。")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(
            run(Path(asked.serving), asked.host, asked.port, shared=asked.shared, ca_file=asked.ca_file)
        )

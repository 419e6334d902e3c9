"""Commands that start things (启动类命令): demo, up, worker, doctor."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    """Add demo, up, worker and doctor."""
    demo = commands.add_parser(
        "demo",
        help="建库、演完 2020 年并启动",
        description="建立演示数据并启动全部进程。再次执行沿用已有数据；中断后从断点继续。",
    )
    demo.add_argument("--scale", type=float, default=1.0, help="数据规模，1.0 为全量（默认）")
    demo.add_argument("--seed", type=int, default=2020, help="随机种子（默认 2020）")
    demo.add_argument("--no-serve", action="store_true", help="只准备数据，不启动")
    demo.add_argument("--reset", action="store_true", help="清空后从头再来")
    demo.add_argument("--port", type=int, default=8000, help="网站端口（默认 8000，共享接口用下一个）")
    demo.set_defaults(run=_demo, needs_django=False)

    up = commands.add_parser(
        "up",
        help="启动网站、接口和后台进程",
        description="在一个监督进程下启动 web、gateway、worker；Ctrl-C 全部结束。",
    )
    up.add_argument("--host", default="127.0.0.1", help="监听地址（默认 127.0.0.1）")
    up.add_argument("--port", type=int, default=8000, help="网站端口（默认 8000，共享接口用下一个）")
    up.set_defaults(run=_up)

    worker = commands.add_parser(
        "worker", help="只运行后台进程", description="执行任务与计划、封存留痕、推送订阅、刷新指标。"
    )
    worker.add_argument("--once", action="store_true", help="把积压做完就退出")
    worker.set_defaults(run=_worker)

    doctor = commands.add_parser(
        "doctor",
        help="体检：环境、字体、数据库、密钥、端口",
        description="逐项检查运行条件，每个问题给出一句处理办法。",
    )
    doctor.add_argument("--port", type=int, default=8000, help="要检查的网站端口")
    doctor.set_defaults(run=_doctor)


def _demo(chosen: argparse.Namespace) -> int:
    from zhujianyun.config import demo

    return demo.run(
        scale=chosen.scale, seed=chosen.seed, serve=not chosen.no_serve, reset=chosen.reset, port=chosen.port
    )


def _up(chosen: argparse.Namespace) -> int:
    from zhujianyun.config import up

    return up.run(host=chosen.host, port=chosen.port)


def _worker(chosen: argparse.Namespace) -> int:
    from zhujianyun.config import worker

    return worker.run(once=chosen.once)


def _doctor(chosen: argparse.Namespace) -> int:
    from zhujianyun.config import doctor

    return doctor.run(port=chosen.port)

"""Commands that start things (启动类命令): demo, up, worker, doctor."""

from __future__ import annotations

import argparse
from typing import Any

from zhujianyun.base.errors import RuleBroken

OFFICERS = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}


def add_to(commands: Any) -> None:
    """Add demo, up, worker, found and doctor."""
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

    probed = commands.add_parser(
        "probed",
        help="演示：在本机扮演被探测的外部系统",
        description="由演示自动启动。只监听本机，端口从 ZJY_PROBED_PORT 起（默认 18620），其中一些故意出错。",
    )
    probed.set_defaults(run=_probed)

    found = commands.add_parser(
        "found",
        help="设立平台：登记角色、单位，开立首任三员",
        description="正式安装后执行一次：登记各应用的角色，开立系统、安全、审计三员和全区各级单位。口令只显示一次，首次登录须修改。",
    )
    for duty, zh in OFFICERS.items():
        found.add_argument(
            f"--{duty}", required=True, metavar="账号名:姓名", help=f"{zh}，例如 {duty}01:张三"
        )
    found.set_defaults(run=_found)

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


def _probed(chosen: argparse.Namespace) -> int:
    import importlib
    import threading

    from zhujianyun.config.assembly import manifests

    for path in [manifest.neighbours for manifest in manifests().values() if manifest.neighbours]:
        module, name = path.split(":")
        threading.Thread(target=getattr(importlib.import_module(module), name), daemon=True).start()
    threading.Event().wait()
    return 0


def _found(chosen: argparse.Namespace) -> int:
    from django.db import transaction

    from zhujianyun.kernel import access
    from zhujianyun.kernel.access import actions

    access.sync_roles()
    founders = {duty: _founder(getattr(chosen, duty), zh) for duty, zh in OFFICERS.items()}
    with transaction.atomic():
        duties = actions.found_platform(**founders)
        actions.open_offices_from_divisions(by=access.actor(duties["system"].account))
    print("✓ 平台已设立。请当面交付口令，首次登录须修改并绑定动态口令：")
    for duty, zh in OFFICERS.items():
        print(f"  {zh}\t{founders[duty].username}\t{founders[duty].password}")
    return 0


def _founder(given: str, zh: str) -> Any:
    import secrets

    from zhujianyun.kernel.access.actions import Founder

    username, _, name = given.partition(":")
    if not username or not name:
        raise RuleBroken(f"{zh}须写成“账号名:姓名”，例如 sys01:张三。", rule="found.officer")
    return Founder(username, name, password=f"Zj-{secrets.token_urlsafe(12)}-7")


def _doctor(chosen: argparse.Namespace) -> int:
    from zhujianyun.config import doctor

    return doctor.run(port=chosen.port)

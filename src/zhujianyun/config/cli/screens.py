"""Commands on screens (屏幕命令): snapshot, check."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken


def add_to(commands: Any) -> None:
    """Add `screen snapshot|check`."""
    screen = commands.add_parser(
        "screen", help="屏幕：snapshot 出快照、check 检查布局文件", description="给屏幕出快照，检查布局文件。"
    )
    acts = screen.add_subparsers(dest="act", metavar="动作", required=True)
    snapshot = acts.add_parser(
        "snapshot", help="屏幕快照（PDF 或 PNG）", description="把一块屏幕出成 PDF 或 PNG，页脚带数据摘要。"
    )
    snapshot.add_argument("code", metavar="屏幕")
    snapshot.add_argument("--output", type=Path, required=True, help="写入的文件，扩展名 .pdf 或 .png")
    snapshot.add_argument("--at", help="回放时刻，如 2020-12-19T09:00（默认现在）")
    snapshot.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="light 浅色（默认）、dark 深色"
    )
    snapshot.set_defaults(run=_snapshot)
    check = acts.add_parser("check", help="检查布局文件", description="按启动时的规则检查布局文件。")
    check.add_argument("files", nargs="+", type=Path, metavar="文件")
    check.set_defaults(run=_check)


def _snapshot(chosen: argparse.Namespace) -> int:
    from zhujianyun.base import clock
    from zhujianyun.ui.screen import snapshots

    kind = chosen.output.suffix.removeprefix(".").lower()
    if kind not in snapshots.KINDS:
        raise RuleBroken("输出文件的扩展名应为 .pdf 或 .png。", rule="screen.snapshot")
    at = None
    if chosen.at:
        try:
            read = datetime.fromisoformat(chosen.at)
        except ValueError as error:
            raise RuleBroken("回放时刻应写成 2020-12-19T09:00。", rule="screen.at") from error
        at = read if read.tzinfo else read.replace(tzinfo=clock.SHANGHAI)
    made = snapshots.sheet(chosen.code, at, snapshots.THEMES[chosen.theme])
    chosen.output.write_bytes(snapshots.render(made, kind, theme=chosen.theme))
    print(f"✓ {chosen.output}：{made.title}，数据截至 {made.as_of}，摘要 {made.digest[:32]}")
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from zhujianyun.ui.screen import registry

    faults = 0
    for file in chosen.files:
        if not file.is_file():
            raise NotFound(f"找不到文件 {file}，请检查路径。")
        try:
            screen = registry.read(file.read_text(encoding="utf-8"), "", str(file))
            print(f"✓ {file}：{screen.title}，{len(screen.declared)} 个组件")
        except PlatformError as error:
            faults += 1
            print(f"✗ {error.message_zh}", file=sys.stderr)
    return 1 if faults else 0

"""Commands on shared data (数据共享命令): a day's calls answered again under other terms."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from zhujianyun.base.errors import RuleBroken


def add_to(commands: Any) -> None:
    """Add `sharing replay`."""
    sharing = commands.add_parser(
        "sharing", help="数据共享：replay 按另一种条款重放某天的调用", description="数据共享。"
    )
    acts = sharing.add_subparsers(dest="act", metavar="动作", required=True)
    replay = acts.add_parser(
        "replay",
        help="某天的调用换一种脱敏、信息项或目录版本会得到什么",
        description="由快照重算某天的调用在另一种条款下会得到什么，逐项列出差异。不改变授权，操作留痕。",
    )
    replay.add_argument("grant", metavar="授权编号")
    replay.add_argument("day", metavar="日期", type=date.fromisoformat, help="例如 2020-12-31")
    replay.add_argument(
        "--mask", action="append", default=[], metavar="信息项=方式", help="可写多次；等号后留空为不脱敏"
    )
    replay.add_argument("--items", default="", metavar="信息项", help="改用的信息项，逗号分隔")
    replay.add_argument("--edition", type=int, metavar="版本", help="改用的目录版本")
    replay.set_defaults(run=_replay)


def _replay(chosen: argparse.Namespace) -> int:
    try:
        from zhujianyun.apps.data_gateway.actions import replaying
    except ImportError as error:
        raise RuleBroken("没有安装应用 data_gateway。", rule="sharing.app") from error
    from zhujianyun.kernel.access import SYSTEM

    if any("=" not in one for one in chosen.mask):
        raise RuleBroken("--mask 请写成 信息项=脱敏方式，例如 id_no=id_card。", rule="sharing.mask")
    masks = {item: kind for item, _, kind in (one.partition("=") for one in chosen.mask)}
    items = tuple(one for one in chosen.items.split(",") if one)
    found = replaying.replay(
        chosen.grant, chosen.day, replaying.Changed(masks, items, chosen.edition), by=SYSTEM
    )
    print(f"{found.grant.code}  {found.day}  {found.calls:,} 次调用，{found.rows:,} 行")
    if found.refused:
        print(f"改用后不再供数：{found.refused}")
    for line in found.lines:
        told = f"{line.before} → {line.after}，{line.values:,} 行的值不同" if line.differs else "不变"
        print(f"  {line.zh}（{line.code}）：{told}")
    if found.wider or found.gone:
        print(
            f"  另有筛选条件的调用 {found.wider:,} 次（行数偏多），数据版本已不保留的 {found.gone:,} 次（未计）"
        )
    return 0

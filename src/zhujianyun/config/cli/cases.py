"""Commands on cases (办件命令): show, prove."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def add_to(commands: Any) -> None:
    """Add `case show|prove NUMBER`."""
    case = commands.add_parser(
        "case",
        help="办件：show 查看、prove 导出时限证明",
        description="查看办件，或导出可独立复算的时限证明。",
    )
    acts = case.add_subparsers(dest="act", metavar="动作", required=True)
    show = acts.add_parser("show", help="查看一个办件的要素、经过与时限", description="查看一个办件。")
    show.add_argument("number", metavar="办件编号")
    show.set_defaults(run=_show)
    prove = acts.add_parser(
        "prove",
        help="导出时限证明（JSON）",
        description="导出时限证明；用 recompute_clock.py 可在任何机器上复算，不需要本平台。",
    )
    prove.add_argument("number", metavar="办件编号")
    prove.add_argument("--output", type=Path, help="写入文件（默认打印）")
    prove.set_defaults(run=_prove)


def _show(chosen: argparse.Namespace) -> int:
    from rich.console import Console

    from zhujianyun.config.cli import case_view
    from zhujianyun.kernel.case import queries

    case_view.show(Console(), queries.by_number(chosen.number))
    return 0


def _prove(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.case import prove, queries

    proof = json.dumps(
        prove.prove(queries.by_number(chosen.number)), ensure_ascii=False, indent=2, sort_keys=True
    )
    if chosen.output:
        chosen.output.write_text(proof + "\n", encoding="utf-8")
        print(f"✓ 时限证明已写入 {chosen.output}，可执行 python recompute_clock.py {chosen.output} 复算。")
    else:
        print(proof)
    return 0

"""Commands on the full-text index (检索命令): rebuild."""

from __future__ import annotations

import argparse
import sys
from time import monotonic
from typing import Any

from zhujianyun.base.errors import RuleBroken


def add_to(commands: Any) -> None:
    """Add `search rebuild`."""
    search = commands.add_parser(
        "search", help="全文检索：rebuild 重建索引", description="重建全文检索的索引。"
    )
    acts = search.add_subparsers(dest="act", metavar="动作", required=True)
    rebuild = acts.add_parser(
        "rebuild",
        help="重建索引，期间照常可检索；中断后重来即可",
        description="重建索引，期间照常可检索；中断后重来即可。平时由后台进程随留痕自动更新，无须手工重建。",
    )
    rebuild.add_argument("kinds", nargs="*", metavar="种类", help="只重建这些种类，例如 case；不写则全部")
    rebuild.set_defaults(run=_rebuild)


def _rebuild(chosen: argparse.Namespace) -> int:
    from zhujianyun.ui.search import index, registry

    known = {one.kind: one for one in registry.all_()}
    unknown = [kind for kind in chosen.kinds if kind not in known]
    if unknown:
        raise RuleBroken(f"没有检索种类 {unknown[0]}，可选：{'、'.join(known)}。", rule="search.kind")
    started = monotonic()
    counts = index.rebuild([known[kind] for kind in chosen.kinds] if chosen.kinds else None, _say)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    told = "，".join(f"{known[kind].zh} {count:,} 条" for kind, count in counts.items())
    print(f"✓ 索引已重建：{told}，用时 {monotonic() - started:.1f} 秒。")
    return 0


def _say(kind: str, count: int) -> None:
    if sys.stdout.isatty():
        print(f"\r  {kind} {count:,}", end="", flush=True)

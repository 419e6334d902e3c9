"""Commands on the journal (留痕命令): verify, seal, export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from zhujianyun.base.errors import NotFound


def add_to(commands: Any) -> None:
    """Add `journal verify|seal|export`."""
    journal = commands.add_parser(
        "journal", help="留痕：verify 校验、seal 封存、export 导出", description="校验、封存与导出留痕。"
    )
    acts = journal.add_subparsers(dest="act", metavar="动作", required=True)
    verify = acts.add_parser(
        "verify",
        help="逐条校验，指出第一条被改动的记录",
        description="重算哈希链、默克尔树与检查点签名，指出第一条有问题的记录。",
    )
    verify.add_argument(
        "--checkpoints", type=Path, help="库外检查点文件（默认 var/checkpoints/checkpoints.jsonl）"
    )
    verify.set_defaults(run=_verify)
    seal = acts.add_parser(
        "seal", help="立即封存尚未封存的记录并签发检查点", description="立即封存并签发检查点。"
    )
    seal.set_defaults(run=_seal)
    export = acts.add_parser(
        "export", help="导出供离线校验", description="导出为 JSON 行文件，可用独立脚本离线校验。"
    )
    export.add_argument("file", type=Path, help="目标文件")
    export.set_defaults(run=_export)


def _verify(chosen: argparse.Namespace) -> int:
    from django.conf import settings

    from zhujianyun.kernel import journal

    outside = chosen.checkpoints or Path(settings.ZJY_CHECKPOINTS) / "checkpoints.jsonl"
    if chosen.checkpoints and not outside.is_file():
        raise NotFound(f"找不到检查点文件 {outside}，请检查路径。")
    report = journal.verify(external=outside if outside.is_file() else None)
    print(("✓ " if report.ok else "✗ ") + report.reason_zh)
    for notice in report.notices_zh:
        print(f"  {notice}")
    return 0 if report.ok else 1


def _seal(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel import journal

    total = 0
    while count := journal.seal():
        total += count
    journal.checkpoint()
    print(f"✓ 新封存 {total:,} 条，已签发检查点。")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel import journal

    journal.export(chosen.file)
    print(f"✓ 已导出到 {chosen.file}。")
    return 0

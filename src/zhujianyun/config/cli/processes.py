"""Commands on process definitions (流程命令): lint, walk, draw."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from zhujianyun.base.errors import NotFound


def add_to(commands: Any) -> None:
    """Add `process lint|walk|draw`."""
    process = commands.add_parser(
        "process", help="流程定义：lint 检查、walk 走遍、draw 画图", description="检查、走遍或画出流程定义。"
    )
    acts = process.add_subparsers(dest="act", metavar="动作", required=True)
    lint = acts.add_parser(
        "lint", help="检查流程定义", description="检查给出的 YAML 文件；不给文件则检查已装配的全部流程。"
    )
    lint.add_argument("files", nargs="*", type=Path, metavar="文件")
    lint.set_defaults(run=_lint)
    walk = acts.add_parser(
        "walk", help="走遍每条路径", description="穷举每条路径（每个动作至多两次），报告到不了头的路径。"
    )
    walk.add_argument("process", nargs="?", metavar="流程")
    walk.set_defaults(run=_walk)
    draw = acts.add_parser("draw", help="画状态图（SVG）", description="把流程画成 SVG 状态图。")
    draw.add_argument("process", metavar="流程")
    draw.add_argument("--version", metavar="版本", help="缺省为最新版本")
    draw.add_argument("--output", type=Path, help="写入文件（默认打印）")
    draw.set_defaults(run=_draw)


def _lint(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.case.definition import load, registry

    faults = 0
    for file in chosen.files:
        if not file.is_file():
            raise NotFound(f"找不到文件 {file}，请检查路径。")
        try:
            definition = load.load_file(file, app="")
            print(f"✓ {file}：{definition.zh} {definition.version}，{len(definition.states)} 个环节")
        except load.DefinitionError as error:
            faults += 1
            for fault in error.faults:
                print(f"✗ {file}:{fault.line} [{fault.rule}] {fault.reason_zh}", file=sys.stderr)
    if not chosen.files:
        for definition in registry.all_():
            print(
                f"✓ {definition.process} {definition.version}：{definition.zh}，{len(definition.states)} 个环节"
            )
    return 1 if faults else 0


def _walk(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.case.definition import registry, walk

    wanted = [d for d in registry.all_() if chosen.process in (None, d.process)]
    if not wanted:
        raise NotFound(
            f"没有流程 {chosen.process}；已有：{'、'.join(sorted({d.process for d in registry.all_()}))}。"
        )
    stuck = 0
    for definition in wanted:
        report = walk.walk(definition)
        stuck += report.left_open
        print(
            f"{'✗' if report.left_open else '✓'} {definition.process} {definition.version}：{report.paths:,} 条路径，最长 {report.longest} 步，走不到头 {report.left_open} 条"
        )
    return 1 if stuck else 0


def _draw(chosen: argparse.Namespace) -> int:
    from zhujianyun.kernel.case.definition import diagram, registry

    versions = registry.versions(chosen.process)
    wanted = [d for d in versions if chosen.version in (None, d.version)]
    if not wanted:
        raise NotFound(f"没有流程 {chosen.process} 的这一版本。用 zhujianyun process lint 查看已有流程。")
    picture = diagram.svg(wanted[-1])
    if chosen.output:
        chosen.output.write_text(picture, encoding="utf-8")
        print(f"✓ 已画到 {chosen.output}。")
    else:
        print(picture)
    return 0

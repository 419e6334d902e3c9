"""The command `zhujianyun` (命令行): every part of the platform that a person starts by hand.

Each command answers `--help` in one screen and fails with one Chinese sentence and a non-zero exit.
What is not ours is handed to Django's own commands.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from zhujianyun.base.errors import PlatformError

SETTINGS = "zhujianyun.config.settings.demo"


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese when the words are off (中文参数解析)."""

    def error(self, message: str) -> NoReturn:
        print(f"参数不对：{_in_chinese(message)}。用 {self.prog} --help 查看用法。", file=sys.stderr)
        raise SystemExit(2)


def _in_chinese(message: str) -> str:
    for english, chinese in {
        "the following arguments are required:": "缺少参数",
        "unrecognized arguments:": "不认识的参数",
        "invalid choice:": "没有这个选项",
        "invalid int value:": "应为整数：",
        "invalid float value:": "应为数字：",
        "expected one argument": "后面要跟一个值",
        "argument": "参数",
        "choose from": "可选",
    }.items():
        message = message.replace(english, chinese)
    return message


def build() -> Parser:
    """The parser with all our commands (命令一览)."""
    from zhujianyun.config.cli import (
        cases,
        figures,
        ledger,
        processes,
        receipts,
        running,
        screens,
        searching,
        sharing,
    )

    parser = Parser(
        prog="zhujianyun",
        description="住建云：住房城乡建设厅的业务平台",
        epilog="其余命令交给 Django 处理，例如 zhujianyun migrate、zhujianyun shell。",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="help", help="显示帮助")
    commands = parser.add_subparsers(dest="command", metavar="命令", parser_class=_sub_parser)
    for module in (running, figures, ledger, cases, processes, screens, searching, sharing, receipts):
        module.add_to(commands)
    return parser


def _sub_parser(**options: object) -> Parser:
    parser = Parser(add_help=False, **options)  # type: ignore[arg-type]
    parser.add_argument("-h", "--help", action="help", help="显示帮助")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    words = list(sys.argv[1:] if words is None else words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        parser = build()
        if words and words[0] not in _names(parser) and not words[0].startswith("-"):
            return _django(words)
        chosen = parser.parse_args(words)
        if not getattr(chosen, "run", None):
            parser.print_help()
            return 0 if not words else 2
        if getattr(chosen, "needs_django", True):
            set_up()
        return int(chosen.run(chosen) or 0)
    except PlatformError as error:
        print(f"✗ {error.message_zh}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断。", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for a person
        return _broke(error)


def set_up() -> None:
    """Make Django ready and put in the demo's clock, if this is a demo."""
    import django

    django.setup()
    from zhujianyun.config import demo_clock

    demo_clock.resume()


def _names(parser: Parser) -> set[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return set(action.choices)
    return set()


def _django(words: list[str]) -> int:
    from django.core.management import ManagementUtility, get_commands
    from django.core.management.base import CommandError

    set_up()
    if words[0] not in get_commands() and words[0] not in {"help"}:
        print(f"✗ 没有命令 {words[0]}。用 zhujianyun --help 查看全部命令。", file=sys.stderr)
        return 2
    try:
        if words[0] == "help":
            ManagementUtility(["zhujianyun", *words]).execute()
        else:
            _carry_out(words)
    except CommandError as error:
        said = str(error).removeprefix("Error: ").strip().rstrip("。.").replace("\n", "；")
        print(f"✗ 命令 {words[0]} 没有完成：{_in_chinese(said)}。", file=sys.stderr)
        return error.returncode
    return 0


def _carry_out(words: list[str]) -> None:
    """Run one of Django's commands so that its errors come to us and not to the terminal."""
    from django.core.management import ManagementUtility
    from django.core.management.base import handle_default_options
    from django.db import connections

    command = ManagementUtility(["zhujianyun", *words]).fetch_command(words[0])
    options = command.create_parser("zhujianyun", words[0]).parse_args(words[1:])
    handle_default_options(options)
    given = vars(options)
    try:
        command.execute(*given.pop("args", ()), **given)
    finally:
        connections.close_all()


def _broke(error: Exception) -> int:
    from django.db.utils import OperationalError, ProgrammingError

    if isinstance(error, OperationalError | ProgrammingError):
        print(
            f"✗ 数据库还不能用（{str(error).splitlines()[0]}）。请先执行 make demo 或 zhujianyun migrate。",
            file=sys.stderr,
        )
        return 1
    folder = Path(os.environ.get("ZJY_VAR", "var")).resolve()
    if isinstance(error, OSError) and Path(str(error.filename)).is_relative_to(folder):
        print(
            f"✗ 数据目录 {folder} 不能写入（{error.strerror}）。请修改权限，或用环境变量 ZJY_VAR 指定另一个目录。",
            file=sys.stderr,
        )
        return 1
    log = folder / "logs" / "cli.log"
    with contextlib.suppress(OSError):
        _write_down(error, log)
    print(f"✗ 内部错误：{type(error).__name__}: {error}。详情已写入 {log}，请交给管理员。", file=sys.stderr)
    if os.environ.get("ZJY_TRACEBACK"):
        traceback.print_exception(error)
    return 70


def _write_down(error: Exception, log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)) + "\n")

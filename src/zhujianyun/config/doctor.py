"""Start-up checks (体检): each finding is one sentence and the command that mends it."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError

from zhujianyun.base.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing (体检项)."""

    name: str
    ok: bool
    said: str
    fatal: bool = True


def run(*, port: int = 8000) -> int:
    """Print every finding; 1 if something fatal is wrong."""
    findings = list(examine(port))
    for finding in findings:
        print(f"{'✓' if finding.ok else '✗' if finding.fatal else '！'} {finding.name}：{finding.said}")
    return int(any(not f.ok and f.fatal for f in findings))


def examine(port: int) -> Iterator[Finding]:
    """Every check in turn (逐项体检)."""
    checks: list[Callable[[int], Finding]] = [
        _python,
        _folder,
        _disk,
        _database,
        _migrations,
        _fonts,
        _ciphers,
        _browser,
        _port,
    ]
    for check in checks:
        yield check(port)


def _python(_: int) -> Finding:
    ok = sys.version_info >= (3, 11)
    return Finding("Python", ok, f"{sys.version.split()[0]}" + ("" if ok else "，须 3.11 或更高"))


def _folder(_: int) -> Finding:
    folder = settings.VAR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".write"
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        return Finding("数据目录", False, f"{folder} 不可写（{error.strerror}），请修改权限或设置 ZJY_VAR")
    return Finding("数据目录", True, str(folder))


def _disk(_: int) -> Finding:
    free = shutil.disk_usage(settings.VAR if settings.VAR.exists() else settings.VAR.parent).free / 2**30
    return Finding("磁盘", free > 2, f"剩余 {free:.1f} GB" + ("" if free > 2 else "，请清理到 2 GB 以上"))


def _database(_: int) -> Finding:
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Exception as error:  # noqa: BLE001 - any driver error is the finding
        return Finding("数据库", False, f"连不上：{error}。请检查 ZJY_DATABASE 或执行 make demo")
    return Finding(
        "数据库",
        True,
        {"sqlite": "内置 SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, connection.vendor),
    )


def _migrations(_: int) -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:  # noqa: BLE001 - reported by the check before
        return Finding("数据表", False, f"无法检查：{error}")
    return Finding(
        "数据表",
        not pending,
        "已是最新" if not pending else f"有 {len(pending)} 个变更未执行，请执行 zhujianyun migrate",
    )


def _versions(_: int) -> Finding:
    from zhujianyun.kernel.case import versions

    try:
        versions.check_all()
    except PlatformError as error:
        return Finding("流程版本", False, error.message_zh)
    except DatabaseError:
        return Finding("流程版本", True, "尚无办件")
    return Finding("流程版本", True, "在办件的版本齐全")


def _fonts(_: int) -> Finding:
    folder = settings.PACKAGE / "data" / "fonts"
    ok = (folder / "NotoSerifSC-Regular.otf").is_file()
    return Finding("公文字体", ok, "随平台提供" if ok else "缺失，请重新安装平台")


def _ciphers(_: int) -> Finding:
    from zhujianyun.base import ciphers

    try:
        ciphers.self_test()
    except Exception as error:  # noqa: BLE001 - whatever breaks must stop signing
        return Finding("密码算法", False, f"自检失败：{error}。平台将拒绝签名，请重新安装依赖")
    return Finding("密码算法", True, "SM2、SM3、SM4、Ed25519 自检通过")


def _browser(_: int) -> Finding:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return Finding(
        "浏览器测试", bool(found), found or "没有 Chromium；需要时执行 make test-browser", fatal=False
    )


def _port(port: int) -> Finding:
    busy = [p for p in (port, port + 1) if _taken(p)]
    return Finding(
        "端口",
        not busy,
        f"{port}、{port + 1} 空闲"
        if not busy
        else f"{'、'.join(map(str, busy))} 已被占用，请换 --port 或结束占用者",
        fatal=False,
    )


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0

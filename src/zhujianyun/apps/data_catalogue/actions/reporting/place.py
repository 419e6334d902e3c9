"""The folders that both sides share (交换目录): ours to write, theirs to read, and the other way round.

``out/`` packages and their signatures; ``in/`` receipts to be taken; ``taken/`` and ``refused/`` receipts
that were looked at; ``sequence`` the highest number that ever left, so that a restored backup of the
database cannot use a number twice. Every file is whole or absent: written beside, synced, renamed.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings

from zhujianyun.base.errors import OutsideFailed, RuleBroken

OUT, IN, TAKEN, REFUSED, MARK = "out", "in", "taken", "refused", "sequence"


def has_place() -> bool:
    """Whether reporting is switched on: ``ZJY_REGIONAL_DROP`` names a folder (已启用)."""
    return bool(settings.ZJY_REGIONAL_DROP)


def folder(name: str = "") -> Path:
    """One of the folders, made when absent (目录).

    Raises:
        RuleBroken: reporting is switched off.
        OutsideFailed: the folder cannot be made.
    """
    if not has_place():
        raise RuleBroken(
            "没有启用上报。请在设置 ZJY_REGIONAL_DROP 中指定交换目录。", rule="transfer.switched_off"
        )
    path = Path(settings.ZJY_REGIONAL_DROP) / name
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(path) from error
    return path


def put(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing, whatever happens (原子写入).

    Raises:
        OutsideFailed: the disk did not take it.
    """
    try:
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
        sync(path.parent)
    except OSError as error:
        raise _failed(path) from error


def sync(path: Path) -> None:
    """Let the names in a folder survive a loss of power (目录落盘)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def highest() -> int:
    """The highest number that ever left (已投递的最大批次号); 0 before the first."""
    mark = folder() / MARK
    try:
        return int(mark.read_text())
    except FileNotFoundError:
        return 0
    except (ValueError, OSError) as error:
        raise _failed(mark) from error


def _failed(path: Path) -> OutsideFailed:
    return OutsideFailed(
        f"交换目录中的 {path.name} 无法读写。请检查 ZJY_REGIONAL_DROP 的磁盘空间和权限后重试。",
        peer="regional", rule="transfer.place", path=str(path),
    )  # fmt: skip

"""Key files (密钥文件): made on first use, readable by their owner alone, never half written.

A key file is complete or absent: it is written beside its place and *linked* into it, which fails
when another process was faster; the loser then reads the winner's key. Two processes that start at
once therefore always hold the same key.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from zhujianyun.base.errors import RuleBroken

_LABEL = re.compile(r"[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?")


def folder() -> Path:
    """The folder of the keys, made when absent, closed to others (密钥目录)."""
    from django.conf import settings

    path = Path(settings.ZJY_KEYS)
    if not path.is_dir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def checked_label(label: str) -> str:
    """The label, when it can be the name of a file (密钥标签).

    Raises:
        RuleBroken: ``ciphers.key.label``.
    """
    if not _LABEL.fullmatch(label):
        raise RuleBroken(
            f"密钥标签“{label}”不合规，请只用小写字母、数字、连字符和下划线。",
            rule="ciphers.key.label",
            label=label,
        )
    return label


def read(path: Path) -> bytes:
    """The bytes of a key file (读取密钥).

    Raises:
        RuleBroken: ``ciphers.key.open`` when others than the owner may read or write it,
            ``ciphers.key.unknown`` when there is none.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise RuleBroken(
                f"密钥文件 {path.name} 的权限过宽（{mode:o}），请执行 chmod 600 后重试。",
                rule="ciphers.key.open",
                file=path.name,
            )
        return path.read_bytes()
    except FileNotFoundError as e:
        raise RuleBroken(
            f"没有密钥文件 {path.name}，请从备份恢复密钥目录后重试。",
            rule="ciphers.key.unknown",
            file=path.name,
        ) from e


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The key in a file; made by ``make`` when the file is absent (读取或生成密钥)."""
    if not path.exists():
        _place(path, make())
    return read(path)


def _place(path: Path, content: bytes) -> None:
    """Put a complete key file in its place unless somebody was faster (原子落盘)."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(descriptor, "wb") as file:  # mkstemp: mode 0600 from the first byte on
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync_folder(path.parent)
    finally:
        Path(draft).unlink()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

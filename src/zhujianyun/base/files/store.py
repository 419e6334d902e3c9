"""Putting files into the store (存入文件)."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.base.files import drafts, screening, sniff
from zhujianyun.base.files.kinds import DEFAULT_KINDS, KINDS, names_zh
from zhujianyun.base.files.models import StoredFile, place_of

DEFAULT_LIMIT = 200 * 1024**2  # bytes
LEFT_BEHIND = 24 * 3600  # seconds after which a nameless or ownerless file is swept
_PIECE = 1 << 20
_MAX_NAME = 200
# Control characters, and the marks that turn the direction of writing: "exe.gpj" read as "jpg.exe".
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class Readable(Protocol):
    """Anything with ``read`` (可读流)."""

    def read(self, size: int, /) -> bytes: ...


Source = bytes | Readable | Iterable[bytes]


def put(
    source: Source,
    *,
    name: str,
    limit: int = DEFAULT_LIMIT,
    kinds: tuple[str, ...] = (),
    size: int | None = None,
) -> StoredFile:
    """Keep a content under its digest (存入文件).

    Args:
        source: bytes, a stream with ``read``, or pieces of bytes; never held in memory as a whole.
        name: as the person called it; folders and unseen characters are dropped.
        limit: bytes; the stream is left at the first byte beyond.
        kinds: codes of ``KINDS`` that are welcome; default ``DEFAULT_KINDS``.
        size: bytes that were announced; a stream that ends elsewhere was cut.

    Raises:
        RuleBroken: ``files.empty``, ``.too_large``, ``.cut``, ``.name``, ``.kind``, ``.ending``,
            ``.polyglot``, ``.active``, ``.entity``, ``.archive.*``. Nothing stays on the disk.
    """
    name = clean_name(name)
    with drafts.draft(Path(settings.ZJY_FILES)) as made:
        sha256, length = _write(_pieces(source), made.file, limit)
        _check_length(length, size)
        kind = _judge(made.file, name, kinds or DEFAULT_KINDS)
        _place(made, place_of(sha256), length)
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256, name=name, defaults={"kind": kind, "size": length}
    )
    return stored


def _place(made: drafts.Draft, target: Path, length: int) -> None:
    """Place a draft, or use what is there already and still whole (落盘或复用)."""
    if drafts.place(made, target):
        return
    if target.stat().st_size == length:
        os.utime(target)  # in use again: the sweep lets it be
        return
    target.unlink(missing_ok=True)
    drafts.place(made, target)


def clean_name(name: str) -> str:
    """The last part of a name without what the eye cannot see (规范文件名).

    Raises:
        RuleBroken: ``files.name`` when nothing or no ending is left.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    last = _UNSEEN.sub("", last).strip().strip(".")
    stem, dot, ending = last.rpartition(".")
    if not (stem.strip() and dot and ending):
        raise RuleBroken("文件名缺少名称或后缀，请改为类似“审查意见.pdf”的名称。", rule="files.name")
    room = _MAX_NAME - len(ending) - 1
    if room < 1:
        raise RuleBroken("文件名后缀过长，请修改文件名。", rule="files.name")
    return f"{stem.strip()[:room]}.{ending}"


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield bytes(source)
    elif hasattr(source, "read"):
        while piece := source.read(_PIECE):
            yield piece
    else:
        yield from source


def _write(pieces: Iterator[bytes], file: BinaryIO, limit: int) -> tuple[str, int]:
    """Write what comes, as long as it may come (写入暂存); digest and length in bytes."""
    digest, length = hashlib.sha256(), 0
    for piece in pieces:
        length += len(piece)
        if length > limit:
            raise RuleBroken(
                f"文件超过 {_size_zh(limit)} 的上限，请压缩或拆分后上传。",
                rule="files.too_large",
                limit=limit,
            )
        digest.update(piece)
        _write_piece(file, piece)
    _write_piece(file, b"")
    return digest.hexdigest(), length


def _write_piece(file: BinaryIO, piece: bytes) -> None:
    try:
        file.write(piece) if piece else file.flush()
    except OSError as e:
        if e.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise OutsideFailed(
            "文件存储磁盘已满，请通知管理员清理或扩容后重新上传。", peer="disk", rule="files.disk_full"
        ) from e


def _size_zh(limit: int) -> str:
    """A number of bytes as people say it (大小)."""
    for unit, step in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if limit >= step:
            return f"{limit / step:.1f}".removesuffix(".0") + f" {unit}"
    return f"{limit} 字节"


def _check_length(length: int, announced: int | None) -> None:
    if announced is not None and length != announced:
        raise RuleBroken(
            "文件没有传完就中断了，请重新上传。", rule="files.cut", received=length, announced=announced
        )
    if not length:
        raise RuleBroken("文件是空的（0 字节），请检查后重新选择文件。", rule="files.empty")


def _judge(file: BinaryIO, name: str, welcome: tuple[str, ...]) -> str:
    """The kind of a content, when it is welcome and agrees with its name (判定类型)."""
    ending = name.rpartition(".")[2].lower()
    found = sniff.kinds_of(file)
    if not any(kind in welcome for kind in found):
        what = f"是{KINDS[found[0]].zh}" if found else "无法识别"
        raise RuleBroken(
            f"文件内容{what}，此处只收 {names_zh(welcome)}。请转换格式后上传。",
            rule="files.kind",
            found=found,
        )
    for kind in found:
        if kind in welcome and ending in KINDS[kind].endings:
            screening.check(file, kind)
            return kind
    raise RuleBroken(
        f"后缀“.{ending}”与文件内容（{KINDS[found[0]].zh}）不一致，请改正后缀或换一个文件。",
        rule="files.ending",
        found=found,
    )


def sweep(older_than: float = LEFT_BEHIND) -> int:
    """Remove drafts and contents that no row names (清理无主文件); how many.

    A content without a row comes from a transaction that was rolled back. Only what nobody touched
    for ``older_than`` seconds goes, so that a ``put`` on its way to its row is safe.
    """
    root, before = Path(settings.ZJY_FILES), time.time() - older_than
    found = [p for p in root.glob("incoming/*") if p.stat().st_mtime < before]
    contents = [p for p in root.glob("[0-9a-f][0-9a-f]/*/*") if p.stat().st_mtime < before]
    named = set(
        StoredFile.objects.filter(sha256__in=[p.name for p in contents]).values_list("sha256", flat=True)
        if len(contents) < 900
        else StoredFile.objects.values_list("sha256", flat=True)
    )
    found += [p for p in contents if p.name not in named]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)

"""Archives (压缩包): what is in them, and whether they are a trap.

An archive is judged before anything is kept: its directory must be small and lie where it should,
every entry must be readable, and everything is really inflated, piece by piece, counted against
limits that do not believe what the directory claims.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO

from zhujianyun.base.errors import RuleBroken

MAX_ENTRIES = 20_000
MAX_DIRECTORY = 32 * 1024**2  # bytes; zipfile holds the directory in memory
MAX_TOTAL = 2 * 1024**3  # bytes of all entries, inflated
MAX_RATIO = 200  # inflated over packed, for whatever inflates beyond RATIO_FREE
RATIO_FREE = 16 * 1024**2  # bytes; a small sheet full of zeros is no bomb
_PIECE = 1 << 16
_END = b"PK\x05\x06"
_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_BAD_NAME = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")


def refused(rule: str, message_zh: str) -> RuleBroken:
    """The refusal of an archive (压缩包拒收)."""
    return RuleBroken(message_zh, rule=f"files.archive.{rule}")


_DAMAGED = "压缩包已损坏或格式不完整，请重新打包后上传。"


def end_record(tail: bytes) -> tuple[int, bytes] | None:
    """Where the end record of an archive stands in the tail of a file, and its 22 bytes (目录尾)."""
    at = tail.rfind(_END)
    while at >= 0:
        record = tail[at : at + 22]
        if len(record) == 22 and int.from_bytes(record[20:22], "little") <= len(tail) - at - 22:
            return at, record
        at = tail.rfind(_END, 0, at)
    return None


def _check_shape(file: BinaryIO) -> None:
    """The directory is small, ends the file, and nothing stands before the first entry (目录检查)."""
    size = file.seek(0, 2)
    start = file.seek(max(0, size - 22 - 0xFFFF))
    found = end_record(file.read())
    if found is None:
        raise refused("damaged", _DAMAGED)
    at, record = found
    entries, length, offset, comment = (
        int.from_bytes(record[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20), (20, 22))
    )
    if start + at + 22 + comment != size:
        raise refused("tail", "压缩包末尾附有其他内容，请重新打包后上传。")
    if entries == 0xFFFF or 0xFFFFFFFF in (length, offset):
        raise refused("entries", "压缩包过大（ZIP64 格式），请拆分后上传。")
    if offset + length != start + at:
        raise refused("head", "压缩包开头附有其他内容，请重新打包后上传。")
    if not entries:
        raise refused("empty", "压缩包是空的，请检查后重新打包。")
    if entries > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise refused("entries", f"压缩包内文件超过 {MAX_ENTRIES} 个，请拆分后上传。")


def _open(file: BinaryIO) -> zipfile.ZipFile:
    _check_shape(file)
    file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as e:
        raise refused("damaged", _DAMAGED) from e


def kinds_of(file: BinaryIO) -> tuple[str, ...]:
    """Which kind of archive it is, judged by the parts that the standards demand (压缩包类型).

    Raises:
        RuleBroken: ``files.archive.*`` when the directory is damaged or not alone.
    """
    with _open(file) as archive:
        names = archive.namelist()
    if "OFD.xml" in names:
        return ("ofd",)
    if "[Content_Types].xml" in names:
        return tuple(kind for part, kind in _PARTS.items() if any(n.startswith(part) for n in names))[:1]
    return ("zip",)


def check(file: BinaryIO) -> None:
    """Inflate everything against the limits, keeping nothing (解压检查).

    Raises:
        RuleBroken: ``files.archive.bomb``, ``.path``, ``.locked``, ``.method``, ``.macro``, ``.damaged``.
    """
    total, packed = 0, file.seek(0, 2)
    with _open(file) as archive:
        for entry in archive.infolist():
            _check_entry(entry)
            total += _inflate(archive, entry, total)
            if total > RATIO_FREE and total > MAX_RATIO * packed:
                raise _bomb()


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if _BAD_NAME.search(entry.filename):
        raise refused("path", "压缩包内有指向外部目录的文件名，请重新打包后上传。")
    if entry.flag_bits & 0x1:
        raise refused("locked", "压缩包设有密码，无法检查，请取消密码后上传。")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused("method", "压缩包使用了少见的压缩方式，请用普通 ZIP 方式重新打包。")
    if entry.filename.lower().endswith("vbaproject.bin"):
        raise refused("macro", "文档含有宏程序，请另存为不含宏的格式后上传。")


def _bomb() -> RuleBroken:
    return refused("bomb", "压缩包解压后异常庞大，疑似压缩炸弹，已拒收。请拆分或重新打包。")


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int) -> int:
    """The real size of one entry (实际解压大小)."""
    size = 0
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if before + size > MAX_TOTAL or (
                    size > RATIO_FREE and size > MAX_RATIO * max(entry.compress_size, 1)
                ):
                    raise _bomb()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as e:
        raise refused("damaged", _DAMAGED) from e
    return size

"""Uploads that survive a cut (断点续传): after tus 1.0, reduced to what a page needs.

Created with name, size and digest; every piece says at which byte it begins; after a cut the sender asks
how far it came. The bytes that count are those on the disk: the row's offset is written after them, and a
server that was killed in between takes the shorter of the two. The last byte brings the whole into the
file store, where it is looked at like any other file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhujianyun.base import clock, files
from zhujianyun.base.errors import Conflict, NotFound, PlatformError, RuleBroken
from zhujianyun.base.files.store import clean_name
from zhujianyun.ui.hall.applying import slots
from zhujianyun.ui.hall.applying.drafting import require_open
from zhujianyun.ui.hall.applying.slots import Slot
from zhujianyun.ui.hall.models import Application, HeldFile, Upload

LIMIT = files.DEFAULT_LIMIT
PIECE = 4 * 1024**2  # bytes that one request may bring
MOST_OPEN = 20  # uploads of one application at a time
KEPT_HOURS = 24
_READ = 1 << 20


def begin(row: Application, slot: str, name: str, size: int, sha256: str, allowed: list[Slot]) -> Upload:
    """Announce a file (开始上传); the same file announced again is taken up where it was cut.

    Raises:
        RuleBroken: empty, too large, a name without ending, a malformed digest, handed in already.
        NotFound: no such slot.
    """
    require_open(row)
    slots.require_slot(slot, allowed)
    name, sha256 = clean_name(name), sha256.lower()
    if not 0 < size <= LIMIT:
        said = "文件是空的（0 字节），请检查后重新选择文件。" if size <= 0 else f"文件超过 {LIMIT // 1024**2} MB 的上限，请压缩或拆分后上传。"  # fmt: skip
        raise RuleBroken(said, rule="hall.upload_size", limit=LIMIT)
    if sha256 and (len(sha256) != 64 or not all(c in "0123456789abcdef" for c in sha256)):
        raise RuleBroken("文件摘要格式不正确，请重新选择文件。", rule="hall.upload_digest")
    same = {"application": row, "slot": slot, "name": name, "size": size, "sha256": sha256}
    known = Upload.objects.filter(**same).first() if sha256 else None
    if known is not None:
        return known
    if row.uploads.count() >= MOST_OPEN:
        raise RuleBroken("同时上传的文件过多，请等前面的传完。", rule="hall.upload_many")
    Upload.objects.filter(application=row, slot=slot).delete()  # another file for this slot
    return Upload.objects.create(**same)


def find(row: Application, uid: str) -> Upload:
    """An upload of this application (查上传).

    Raises:
        NotFound: none such; swept after a day of silence, finished, or another's.
    """
    found = Upload.objects.filter(application=row, uid=uid).first()
    if found is None:
        raise NotFound("这次上传已结束或已过期，请重新选择文件。", rule="hall.upload")
    return found


def offset_of(upload: Upload) -> int:
    """How many bytes are safe (已收字节数): never more than stand on the disk."""
    path = place(upload)
    return min(upload.offset, path.stat().st_size) if path.exists() else 0


def append(upload: Upload, offset: int, pieces: Iterable[bytes]) -> int:
    """Write what comes from a byte on (续传); how many bytes are there now.

    Raises:
        Conflict: the piece does not begin where the last one ended. RuleBroken: more than announced.
    """
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        require_open(row.application)
        safe = offset_of(row)
        if offset != safe:
            raise Conflict(
                "续传位置不符，请从服务器已收到的位置继续。", rule="hall.upload_offset", offset=safe
            )
        length = _write(row, safe, pieces)
        row.offset, row.touched_at = length, clock.now()
        row.save(update_fields=["offset", "touched_at"])
    upload.offset = length
    return length


def finish(upload: Upload, allowed: list[Slot]) -> HeldFile:
    """The last byte is there: check the digest, look at the file, lay it into its slot (上传完成).

    Raises:
        RuleBroken: another digest than announced; whatever the file store refuses.
    """
    path = place(upload)
    try:
        _check_digest(path, upload.sha256)
        with path.open("rb") as stream:
            stored = files.put(stream, name=upload.name, size=upload.size)
    except PlatformError:
        discard(upload)
        raise
    held = slots.put(upload.application, upload.slot, stored, allowed)
    discard(upload)
    return held


def discard(upload: Upload) -> None:
    """Forget an upload and its bytes (放弃上传)."""
    place(upload).unlink(missing_ok=True)
    Upload.objects.filter(pk=upload.pk).delete()


def place(upload: Upload) -> Path:
    """Where the bytes wait (暂存位置)."""
    return _folder() / upload.uid


def sweep() -> int:
    """Remove what nobody touched for a day, and bytes without a row (清理); how many."""
    count = 0
    for old in Upload.objects.filter(touched_at__lt=clock.now() - timedelta(hours=KEPT_HOURS)):
        discard(old)
        count += 1
    known = set(Upload.objects.values_list("uid", flat=True))
    for path in _folder().iterdir():
        if path.name not in known:
            path.unlink(missing_ok=True)
            count += 1
    return count


def _write(row: Upload, safe: int, pieces: Iterable[bytes]) -> int:
    length = safe
    with os.fdopen(os.open(place(row), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        file.truncate(safe)
        file.seek(safe)
        for piece in pieces:
            length += len(piece)
            if length > row.size:
                file.truncate(safe)
                raise RuleBroken("收到的内容比声明的多，请重新选择文件。", rule="hall.upload_size")
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return length


def _check_digest(path: Path, sha256: str) -> None:
    if not sha256:
        return
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ):
            digest.update(piece)
    if digest.hexdigest() != sha256:
        raise RuleBroken("文件传输中有损坏（摘要不符），请重新上传。", rule="hall.upload_digest")


def _folder() -> Path:
    folder = Path(settings.ZJY_FILES) / "hall-uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder

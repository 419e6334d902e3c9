"""Granted files (共享文件): whole, as they lie in the store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from zhujianyun.apps.data_gateway.api.gate import Call
from zhujianyun.apps.data_gateway.api.table.answers import Answer
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault

_PIECE = 256 * 1024


def answer(call: Call, ground: Ground) -> Answer:
    """The file of a service (取文件).

    Raises:
        Fault: Client.BadFilter for any parameter, Server.ServerProxy.FileGone.
    """
    assert call.address is not None
    call.path, call.plane = f"/{ground.service.version}/file", "file"
    if call.address.query:
        raise Fault("Client.BadFilter", "文件服务不接受查询参数。")
    path = Path(ground.service.file)
    try:
        stat = path.stat()
        digest = _digest(str(path), stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise Fault("Server.ServerProxy.FileGone") from error
    call.rows = 0
    return Answer(
        200, b"", "application/octet-stream", (("Content-Disposition", "attachment"),), _pieces(path), digest,
        stat.st_size,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _digest(path: str, changed: int, size: int) -> str:
    """The hash of a file; computed once, for it lies under its own digest and never changes."""
    import hashlib
    from base64 import b64encode

    digest = hashlib.sha512()
    for piece in _pieces(Path(path)):
        digest.update(piece)
    return b64encode(digest.digest()).decode("ascii")


def _pieces(path: Path) -> Iterator[bytes]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while piece := os.read(fd, _PIECE):
            yield piece
    finally:
        os.close(fd)

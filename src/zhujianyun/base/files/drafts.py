"""Drafts (暂存): bytes on their way into the store, that vanish unless they are placed.

Where the file system can, the draft has no name at all (``O_TMPFILE``): even ``kill -9`` leaves
nothing. Elsewhere it has a name in ``incoming/`` that its writer removes, and the sweep after him.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_UNSUPPORTED = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}


@dataclass(frozen=True, slots=True)
class Draft:
    """A file without a place (暂存文件); ``name`` is empty when the file system needs none."""

    file: BinaryIO
    name: str


def incoming(root: Path) -> Path:
    """The folder of the drafts, made when absent (暂存目录)."""
    folder = root / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open(folder: Path) -> tuple[int, str]:
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600), ""
    except AttributeError:  # a system that does not know nameless files
        return tempfile.mkstemp(dir=folder)
    except OSError as e:
        if e.errno not in _UNSUPPORTED:
            raise
        return tempfile.mkstemp(dir=folder)


@contextlib.contextmanager
def draft(root: Path) -> Iterator[Draft]:
    """An empty file to write to; gone at the end of the block unless placed (新建暂存)."""
    descriptor, name = _open(incoming(root))
    with os.fdopen(descriptor, "w+b") as file:
        try:
            yield Draft(file, name)
        finally:
            if name:
                Path(name).unlink(missing_ok=True)


def place(made: Draft, target: Path) -> bool:
    """Give a draft its place, whole and safe on the disk (落盘).

    Returns:
        False when the place was taken: the same content is there already.
    """
    made.file.flush()
    os.fchmod(made.file.fileno(), 0o400)  # a content never changes
    os.fsync(made.file.fileno())
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        _link(made, target, folder)
        os.fsync(folder)
    except FileExistsError:
        return False
    finally:
        os.close(folder)
    return True


def _link(made: Draft, target: Path, folder: int) -> None:
    if made.name:
        os.link(made.name, target)
    else:
        # Only with a folder's descriptor does Python call linkat, which follows /proc/self/fd.
        source = f"/proc/self/fd/{made.file.fileno()}"
        os.link(source, target, src_dir_fd=folder, follow_symlinks=True)

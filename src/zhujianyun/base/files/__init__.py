"""Files (文件库): what people and systems hand in, kept once, under the digest of its content.

``files.put(stream, name=…)`` reads a stream piece by piece, looks at what it really is, refuses
what may hurt (empty, too large, something else than its name says, zip bombs, scripts in pictures,
two files in one) and keeps the rest; ``stored.open()`` reads it again, ``stored.verify()`` proves
that the disk still holds the same bytes. Call ``put`` before opening a transaction: inflating an
archive takes seconds, and SQLite has one writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.base.files.kinds import DEFAULT_KINDS, KINDS
    from zhujianyun.base.files.models import StoredFile
    from zhujianyun.base.files.store import DEFAULT_LIMIT, put, sweep

__all__ = ["DEFAULT_KINDS", "DEFAULT_LIMIT", "KINDS", "StoredFile", "put", "sweep"]

_HOMES = {"DEFAULT_KINDS": "kinds", "KINDS": "kinds", "StoredFile": "models"}


def __getattr__(name: str) -> Any:
    """The public names, loaded on first use: Django imports this package before models may be."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'store')}"), name)

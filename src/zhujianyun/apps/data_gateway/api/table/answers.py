"""Answers of the table plane (库表答复): JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

JSON, CSV = "application/json", "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back (答复): ``pieces`` for what is streamed, then ``digest`` and ``length`` are known before."""

    status: int
    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    pieces: Iterator[bytes] | None = None
    digest: str = ""
    length: int = field(default=-1)

    @property
    def size(self) -> int:
        """Bytes of the body (字节数)."""
        return len(self.body) if self.length < 0 else self.length


def guarded(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (公式防护): text that begins like one gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def table(names: Sequence[str], texts: Sequence[bool], rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as CSV after RFC 4180, UTF-8 with a mark so that Excel sees it (CSV). ``texts``: which are guarded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in names])
    for row in rows:
        writer.writerow([guarded(one) if is_text else one for one, is_text in zip(row, texts, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")

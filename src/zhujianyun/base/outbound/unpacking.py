"""Unpacking an answer (应答解压): piece by piece under a cap, so that a bomb never unfolds."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

MAX_RATIO = 200  # unpacked over packed, beyond RATIO_FREE
RATIO_FREE = 1024**2  # bytes
_PIECE = 1 << 16


class TooMuch(Exception):
    """The answer is larger than allowed, or unfolds like a bomb (应答过大)."""


class Damaged(Exception):
    """The packing is unknown or broken (应答损坏)."""


def collect(pieces: Iterable[bytes], packing: str, max_bytes: int) -> bytes:
    """The whole answer in plain bytes (收取应答).

    Raises:
        TooMuch: beyond ``max_bytes`` after unpacking, or beyond ``MAX_RATIO``.
        Damaged: an unknown or broken packing.
    """
    packing = packing.strip().lower()
    if packing in ("", "identity"):
        plain: Iterable[bytes] = pieces
    elif packing in ("gzip", "x-gzip", "deflate"):
        plain = _inflate(pieces)
    else:
        raise Damaged(f"unknown packing {packing[:40]!r}")
    found = bytearray()
    for piece in plain:
        found += piece
        if len(found) > max_bytes:
            raise TooMuch
    return bytes(found)


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unfold at most 64 KB at a time, counting both sides (流式解压)."""
    packed, plain = 0, 0
    inflater = zlib.decompressobj(wbits=47)  # finds out by itself: gzip or zlib
    for piece in pieces:
        packed += len(piece)
        while piece:
            try:
                part = inflater.decompress(piece, _PIECE)
            except zlib.error as e:
                raise Damaged(str(e)) from e
            plain += len(part)
            if plain > RATIO_FREE and plain > MAX_RATIO * packed:
                raise TooMuch
            yield part
            if inflater.eof and inflater.unused_data:  # gzip allows several members in a row
                piece, inflater = inflater.unused_data, zlib.decompressobj(wbits=47)
            else:
                piece = inflater.unconsumed_tail
    if packed and not inflater.eof:
        raise Damaged("cut short")

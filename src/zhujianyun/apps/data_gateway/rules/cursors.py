"""Cursors of the keyset pages (翻页标记): where a page ended, for one snapshot, grant and set of filters.

The place is a key of the table, which the grant may not hold: so a cursor is sealed, not only signed. A cursor
that was touched, or belongs to another grant or question, is refused as one that was never ours.
"""

from __future__ import annotations

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.base.ciphers.sealing import cipher

_NONCE, _TAG = 12, 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins (翻页位置): ``place`` are the stored sort value, if any, and key of the last row."""

    snapshot: int
    segment: int
    place: tuple[Any, ...]


def _bound(grant: str, question: str) -> bytes:
    return orjson.dumps(["zjy-cursor-1", grant, question])


def write(cursor: Cursor, *, secret: bytes, grant: str, question: str) -> str:
    """A cursor as the caller gets it (签发翻页标记). ``secret`` has 32 bytes; ``question`` stands for filters and order."""
    nonce = os.urandom(_NONCE)
    sealing = cipher("aes-gcm", secret, nonce).encryptor()
    sealing.authenticate_additional_data(_bound(grant, question))
    content = orjson.dumps([cursor.snapshot, cursor.segment, list(cursor.place)])
    sealed = sealing.update(content) + sealing.finalize()
    return urlsafe_b64encode(nonce + sealed + sealing.tag).decode("ascii").rstrip("=")


def read(text: str, *, secret: bytes, grant: str, question: str) -> Cursor:
    """A cursor that a caller gave back (核验翻页标记).

    Raises:
        Fault: Client.BadCursor when it is not ours, was touched, or is of another grant or question.
    """
    from cryptography.exceptions import InvalidTag

    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        if len(raw) < _NONCE + _TAG or urlsafe_b64encode(raw).decode("ascii").rstrip("=") != text:
            raise ValueError("form")
        opening = cipher("aes-gcm", secret, raw[:_NONCE], raw[-_TAG:]).decryptor()
        opening.authenticate_additional_data(_bound(grant, question))
        snapshot, segment, place = orjson.loads(opening.update(raw[_NONCE:-_TAG]) + opening.finalize())
        return Cursor(int(snapshot), int(segment), tuple(place))
    except (ValueError, TypeError, binascii.Error, InvalidTag) as error:
        raise Fault("Client.BadCursor") from error

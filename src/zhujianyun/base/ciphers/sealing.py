"""Sealed values (加密保护): a secret together with the place where it belongs.

A sealed value is a small JSON envelope ``{alg, key_id, nonce, ct, tag}``. The caller's ``aad``
(for instance ``b"subject.identifier:42:value"``) is bound to it, and so are the algorithm and the
key's name: moved to another row or column, cut, or relabelled, it does not open.
"""

from __future__ import annotations

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from zhujianyun.base.ciphers import keys
from zhujianyun.base.errors import RuleBroken

ALGORITHMS = {"aes-gcm": 32, "sm4-gcm": 16}  # key length in bytes
_FIELDS = ("alg", "key_id", "nonce", "ct", "tag")
_NONCE, _TAG = 12, 16


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of a sealed value (密文信封)."""

    alg: str
    key_id: str
    nonce: bytes
    ct: bytes
    tag: bytes

    def as_bytes(self) -> bytes:
        """The envelope as it is stored (信封编码)."""
        parts = {"nonce": self.nonce, "ct": self.ct, "tag": self.tag}
        text = {name: urlsafe_b64encode(part).decode("ascii") for name, part in parts.items()}
        return orjson.dumps({"alg": self.alg, "key_id": self.key_id, **text})

    @classmethod
    def from_bytes(cls, sealed: bytes) -> Envelope:
        """The envelope as it was stored (信封解码).

        Raises:
            RuleBroken: ``ciphers.seal.shape`` when it is not exactly such an envelope.
        """
        try:
            found = orjson.loads(sealed)
            if sorted(found) != sorted(_FIELDS) or not all(isinstance(found[f], str) for f in _FIELDS):
                raise ValueError("fields")
            nonce, ct, tag = (_strict_b64(found[name]) for name in ("nonce", "ct", "tag"))
        except (ValueError, TypeError, binascii.Error) as e:
            raise _broken("shape", "密文格式不正确") from e
        if found["alg"] not in ALGORITHMS or len(nonce) != _NONCE or len(tag) != _TAG:
            raise _broken("shape", "密文格式不正确")
        return cls(found["alg"], found["key_id"], nonce, ct, tag)


def _strict_b64(text: str) -> bytes:
    raw = urlsafe_b64decode(text.encode("ascii"))
    if urlsafe_b64encode(raw).decode("ascii") != text:
        raise ValueError("not canonical base64")
    return raw


def _broken(reason: str, what_zh: str) -> RuleBroken:
    return RuleBroken(
        f"{what_zh}，内容不能解密。请核对该记录是否被移动或改动，并查看密钥目录是否完整。",
        rule=f"ciphers.seal.{reason}",
    )


def preferred() -> str:
    """The algorithm of new sealed values, by the setting ``ZJY_CIPHERS`` (默认加密算法)."""
    from django.conf import settings

    return "sm4-gcm" if getattr(settings, "ZJY_CIPHERS", "international") == "national" else "aes-gcm"


def _path(folder: Path, key_id: str) -> Path:
    return folder / f"seal.{key_id}.key"


def _versions(folder: Path, label: str, alg: str) -> list[int]:
    stem = f"seal.{label}.{alg}."
    found = (name[len(stem) : -4] for name in os.listdir(folder) if name.startswith(stem))  # noqa: PTH208 - hot path
    return sorted(int(version) for version in found if version.isdigit())


@lru_cache(maxsize=256)
def _key(folder: Path, key_id: str) -> bytes:
    return bytes.fromhex(keys.read(_path(folder, key_id)).decode("ascii").strip())


def _current_key_id(folder: Path, label: str, alg: str) -> str:
    versions = _versions(folder, keys.checked_label(label), alg)
    key_id = f"{label}.{alg}.{versions[-1] if versions else 1}"
    if not versions:
        keys.read_or_make(_path(folder, key_id), lambda: os.urandom(ALGORITHMS[alg]).hex().encode("ascii"))
    return key_id


def rotate(label: str, alg: str | None = None) -> str:
    """Make the next key of a label; older values still open (密钥轮换). Returns the new key's name."""
    alg, folder = _checked(alg or preferred()), keys.folder()
    versions = _versions(folder, keys.checked_label(label), alg)
    key_id = f"{label}.{alg}.{(versions[-1] if versions else 0) + 1}"
    keys.read_or_make(_path(folder, key_id), lambda: os.urandom(ALGORITHMS[alg]).hex().encode("ascii"))
    return key_id


def _checked(alg: str) -> str:
    if alg not in ALGORITHMS:
        raise RuleBroken(
            f"不支持的加密算法“{alg}”，请改用 {'、'.join(ALGORITHMS)} 之一。",
            rule="ciphers.seal.unknown",
            alg=alg,
        )
    from zhujianyun.base.ciphers.selftest import require

    require(alg)
    return alg


def cipher(alg: str, key: bytes, nonce: bytes, tag: bytes | None = None) -> Any:
    """The GCM cipher of an algorithm, to encrypt, or with a tag to decrypt (GCM 算法对象)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    block = algorithms.SM4(key) if alg == "sm4-gcm" else algorithms.AES(key)
    return Cipher(block, modes.GCM(nonce, tag))


def _bound(alg: str, key_id: str, aad: bytes) -> bytes:
    return orjson.dumps(["zjy-seal-1", alg, key_id]) + b"\0" + aad


def seal(label: str, plaintext: bytes, aad: bytes, *, alg: str | None = None) -> bytes:
    """Seal a secret to its place (加密).

    Args:
        aad: names the place, e.g. ``b"table:row:column"``; needed again to open.
    """
    alg, folder = _checked(alg or preferred()), keys.folder()
    key_id, nonce = _current_key_id(folder, label, alg), os.urandom(_NONCE)
    encryptor = cipher(alg, _key(folder, key_id), nonce).encryptor()
    encryptor.authenticate_additional_data(_bound(alg, key_id, aad))
    ct = encryptor.update(plaintext) + encryptor.finalize()
    return Envelope(alg, key_id, nonce, ct, encryptor.tag).as_bytes()


def open_(label: str, sealed: bytes, aad: bytes) -> bytes:
    """Open a sealed value in its place (解密).

    Raises:
        RuleBroken: ``ciphers.seal.label`` it was sealed under another label, ``ciphers.key.unknown``
            the key is not here, ``ciphers.seal.tag`` moved or altered, ``ciphers.seal.shape``.
    """
    from cryptography.exceptions import InvalidTag

    envelope = Envelope.from_bytes(sealed)
    found_label, _, rest = envelope.key_id.partition(".")
    found_alg, _, version = rest.rpartition(".")
    if found_label != keys.checked_label(label) or found_alg != envelope.alg or not version.isdigit():
        raise _broken("label", "密文不属于这一用途")
    key = _key(keys.folder(), envelope.key_id)
    decryptor = cipher(_checked(envelope.alg), key, envelope.nonce, envelope.tag).decryptor()
    decryptor.authenticate_additional_data(_bound(envelope.alg, envelope.key_id, aad))
    try:
        return decryptor.update(envelope.ct) + decryptor.finalize()
    except InvalidTag as e:
        raise _broken("tag", "密文校验不通过") from e

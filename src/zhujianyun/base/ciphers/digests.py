"""Digests (杂凑): SM3 and SHA-256 by name, streamed or at once.

Ask here and not ``hashlib``: whether hashlib knows ``sm3`` depends on how its OpenSSL was built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from zhujianyun.base.ciphers.sm3_pure import Sm3
from zhujianyun.base.errors import RuleBroken

HASHES = ("sm3", "sha256")


class Hasher(Protocol):
    """A digest in the making, like those of hashlib (杂凑对象)."""

    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...


class _Compiled:
    """SM3 of the ``cryptography`` library with the face of hashlib (SM3 编译实现)."""

    def __init__(self, data: bytes = b"") -> None:
        from cryptography.hazmat.primitives import hashes

        self._hash = hashes.Hash(hashes.SM3())
        self._hash.update(data)

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return self._hash.copy().finalize()

    def hexdigest(self) -> str:
        return self.digest().hex()


def _from_hashlib(data: bytes = b"") -> Any:
    return hashlib.new("sm3", data)


@cache
def _sm3() -> Callable[..., Hasher]:
    """The fastest SM3 that this machine really has (选用 SM3 实现)."""
    for make in (_from_hashlib, _Compiled):
        try:
            make(b"abc")
        except Exception:  # noqa: BLE001 - a library without SM3 says so in its own exception types
            continue
        return make
    return Sm3


def hasher(alg: str = "sha256", data: bytes = b"") -> Hasher:
    """A digest to be fed piece by piece (流式杂凑).

    Raises:
        RuleBroken: ``ciphers.hash.unknown`` when the algorithm is none of ``HASHES``.
    """
    if alg == "sha256":
        return hashlib.sha256(data)
    if alg == "sm3":
        return _sm3()(data)
    raise RuleBroken(
        f"不支持的杂凑算法“{alg}”，请改用 {'、'.join(HASHES)} 之一。", rule="ciphers.hash.unknown", alg=alg
    )


def hash_hex(alg: str, data: bytes) -> str:
    """The digest of some bytes in lower-case hexadecimal, 64 characters (杂凑值)."""
    return hasher(alg, data).hexdigest()


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes (SM3 杂凑)."""
    return hasher("sm3", data).digest()

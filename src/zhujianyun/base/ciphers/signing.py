"""Signatures by label (签名): Ed25519, or SM2 with SM3.

``signer("journal").sign(b"...")`` makes the key on first use. SM2 signatures are strict DER and
carry the identifier 1234567812345678 (GB/T 35276); a verifier that leaves it out, as the OpenSSL
command does unless told ``-pkeyopt distid:1234567812345678``, will refuse them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from zhujianyun.base.ciphers import keys, sm2
from zhujianyun.base.ciphers.digests import hash_hex
from zhujianyun.base.errors import RuleBroken

ALGORITHMS = ("ed25519", "sm2-sm3")
_ALIASES = {"sm2": "sm2-sm3"}


class Backend(Protocol):
    """What an algorithm must be able to do; keys travel as PEM (签名算法后端)."""

    def make_key(self) -> bytes: ...
    def load_key(self, pem: bytes) -> Any: ...
    def sign(self, key: Any, data: bytes) -> bytes: ...
    def public_pem(self, key: Any) -> bytes: ...
    def verify(self, public_pem: bytes, data: bytes, signature: bytes) -> bool: ...


class Ed25519:
    """Ed25519 through ``cryptography`` (Ed25519 签名); 64 raw bytes, as RFC 8032 has it."""

    def make_key(self) -> bytes:
        from cryptography.hazmat.primitives import serialization as s
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())

    def load_key(self, pem: bytes) -> Any:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        return load_pem_private_key(pem, None)

    def sign(self, key: Any, data: bytes) -> bytes:
        return key.sign(data)

    def public_pem(self, key: Any) -> bytes:
        from cryptography.hazmat.primitives import serialization as s

        return key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)

    def verify(self, public_pem: bytes, data: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        try:
            key = load_pem_public_key(public_pem)
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signature, data)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False
        return True


_BACKENDS: dict[str, Backend] = {"ed25519": Ed25519(), "sm2-sm3": sm2.Sm2()}


class Signer:
    """A private key at work (签名者): signs, verifies, shows its public half, never the private one."""

    def __init__(self, label: str, alg: str, backend: Backend, key: Any) -> None:
        self.label = label
        self.alg = alg
        self._backend = backend
        self._key = key
        self._public = backend.public_pem(key)

    def __repr__(self) -> str:
        return f"<Signer {self.label} {self.alg} {self.key_id}>"

    @property
    def key_id(self) -> str:
        """Sixteen hexadecimal characters that name the public key (公钥指纹)."""
        return hash_hex("sha256", self._public)[:16]

    def public_bytes(self) -> bytes:
        """The public key as PEM, to be given to whoever verifies (公钥)."""
        return self._public

    def sign(self, data: bytes) -> bytes:
        """The signature of some bytes (签名)."""
        return self._backend.sign(self._key, data)

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether this key signed these bytes; never raises for a bad signature (验签)."""
        return self._backend.verify(self._public, data, signature)


def preferred() -> str:
    """The algorithm of new keys, by the setting ``ZJY_CIPHERS`` (默认签名算法)."""
    from django.conf import settings

    return "sm2-sm3" if getattr(settings, "ZJY_CIPHERS", "international") == "national" else "ed25519"


def _checked(alg: str) -> str:
    alg = _ALIASES.get(alg, alg)
    if alg not in _BACKENDS:
        raise RuleBroken(
            f"不支持的签名算法“{alg}”，请改用 {'、'.join(ALGORITHMS)} 之一。",
            rule="ciphers.sign.unknown",
            alg=alg,
        )
    return alg


def signer(label: str, alg: str | None = None) -> Signer:
    """The signer of a label, its key made on first use (取得签名者).

    Raises:
        RuleBroken: unknown algorithm, bad label, key file open to others, or the start-up test of
            the algorithm failed: a platform that cannot calculate does not sign.
    """
    return _signer(keys.folder(), keys.checked_label(label), _checked(alg or preferred()))


def signer_in(folder: Path, label: str, alg: str) -> Signer:
    """The signer of a label whose keys lie in ``folder`` (指定目录的签名者): for processes without settings.

    Raises:
        RuleBroken: as `signer`.
    """
    return _signer(folder, keys.checked_label(label), _checked(alg))


@lru_cache(maxsize=64)
def _signer(folder: Path, label: str, alg: str) -> Signer:
    from zhujianyun.base.ciphers.selftest import require

    require(alg)
    backend = _BACKENDS[alg]
    pem = keys.read_or_make(folder / f"sign.{label}.{alg}.pem", backend.make_key)
    return Signer(label, alg, backend, backend.load_key(pem))


def verify(alg: str, public_pem: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the holder of a public key signed these bytes; false for anything malformed (验签)."""
    return _BACKENDS[_checked(alg)].verify(public_pem, data, signature)

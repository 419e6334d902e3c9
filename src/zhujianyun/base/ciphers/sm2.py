"""SM2 with SM3 through tongsuopy (SM2 签名): strict DER at the edge, the identifier fixed.

The library is loaded on first use: a department that runs on the international family need not
have it. Tongsuo signs with the identifier 1234567812345678 by default; the start-up test holds it
to that with a signature that OpenSSL made.
"""

from __future__ import annotations

from typing import Any

from zhujianyun.base.errors import RuleBroken

DISTINGUISHING_ID = b"1234567812345678"  # GB/T 35276—2017, chapter 10
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def _library() -> tuple[Any, Any, Any]:
    try:
        from tongsuopy.crypto import hashes, serialization
        from tongsuopy.crypto.asymciphers import ec
    except ImportError as e:
        raise RuleBroken(
            "本机没有 SM2 算法库，请安装 tongsuopy，或把设置 ZJY_CIPHERS 改为 international。",
            rule="ciphers.sm2.absent",
        ) from e
    return ec, hashes, serialization


def _integer(der: bytes, at: int) -> tuple[int, int]:
    """One DER INTEGER of 1 to 33 bytes, shortest form, positive; the value and what follows it."""
    if der[at] != 0x02:
        raise ValueError("no INTEGER")
    length = der[at + 1]
    body = der[at + 2 : at + 2 + length]
    if not 1 <= length <= 33 or len(body) != length or body[0] & 0x80:
        raise ValueError("not a positive INTEGER")
    if length > 1 and body[0] == 0 and not body[1] & 0x80:
        raise ValueError("padded INTEGER")
    return int.from_bytes(body, "big"), at + 2 + length


def parse_signature(der: bytes) -> tuple[int, int]:
    """The r and s of a signature (解析签名).

    Raises:
        ValueError: not strict DER, or r or s outside 1 … n-1.
    """
    try:
        if der[0] != 0x30 or der[1] != len(der) - 2:
            raise ValueError("not one SEQUENCE")
        r, at = _integer(der, 2)
        s, end = _integer(der, at)
    except IndexError as e:
        raise ValueError("cut short") from e
    if end != len(der) or not (0 < r < ORDER and 0 < s < ORDER):
        raise ValueError("r or s out of range, or bytes left over")
    return r, s


class Sm2:
    """SM2 through tongsuopy (SM2 签名后端)."""

    def make_key(self) -> bytes:
        ec, _, s = _library()
        key = ec.generate_private_key(ec.SM2())
        return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())

    def load_key(self, pem: bytes) -> Any:
        return _library()[2].load_pem_private_key(pem, None)

    def sign(self, key: Any, data: bytes) -> bytes:
        ec, hashes, _ = _library()
        return key.sign(data, ec.ECDSA(hashes.SM3()))

    def public_pem(self, key: Any) -> bytes:
        s = _library()[2]
        return key.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)

    def verify(self, public_pem: bytes, data: bytes, signature: bytes) -> bool:
        ec, hashes, s = _library()
        from tongsuopy.crypto.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

        try:
            parse_signature(signature)
            key = s.load_pem_public_key(public_pem)
            key.verify(signature, data, ec.ECDSA(hashes.SM3()))
        except (ValueError, TypeError, InvalidSignature, InternalError, UnsupportedAlgorithm):
            return False
        return True

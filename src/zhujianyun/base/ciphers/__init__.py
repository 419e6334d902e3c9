"""One port to all cryptography (密码服务): digests, signatures, sealed values, keys by label.

Nobody else in the platform names a cryptographic library. Two families stand behind the same
names: the international one (SHA-256, Ed25519, AES-GCM) and the national one (SM3, SM2, SM4-GCM);
the setting ``ZJY_CIPHERS`` chooses which of them new keys belong to. What is already signed or
sealed says itself by which algorithm, so a change of family never locks anybody out.

Keys are addressed by label. Today they are files under ``settings.ZJY_KEYS``; a hardware device
(密码机) enters by replacing ``keys`` alone.

Source: GB/T 32905 (SM3), GB/T 32918 (SM2), GB/T 32907 (SM4), GB/T 35276 (SM2 signature as DER,
distinguishing identifier 1234567812345678), RFC 8032 (Ed25519), RFC 8998 (SM4-GCM).
"""

from zhujianyun.base.ciphers.digests import HASHES, Hasher, hash_hex, hasher, sm3
from zhujianyun.base.ciphers.sealing import Envelope, open_, rotate, seal
from zhujianyun.base.ciphers.selftest import self_test
from zhujianyun.base.ciphers.signing import Signer, signer, verify

__all__ = [
    "HASHES",
    "Envelope",
    "Hasher",
    "Signer",
    "hash_hex",
    "hasher",
    "open_",
    "rotate",
    "seal",
    "self_test",
    "signer",
    "sm3",
    "verify",
]

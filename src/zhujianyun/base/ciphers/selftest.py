"""Start-up test of the algorithms (密码算法自检): known answers, or no signature at all.

Sources: SM3 GB/T 32905 appendix A; SM4 GB/T 32907 appendix A; SM4-GCM RFC 8998 appendix A.1;
SHA-256 FIPS 180-4; Ed25519 RFC 8032 chapter 7.1; AES-GCM McGrew and Viega, test case 16.
The SM2 signature was made by the OpenSSL 3 command with ``distid:1234567812345678``, so that two
back ends must agree; a second one, made without the identifier, must be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from zhujianyun.base.ciphers.digests import hash_hex
from zhujianyun.base.ciphers.sm3_pure import Sm3
from zhujianyun.base.errors import RuleBroken

SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
SM3_ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
SHA256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

_SM2_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEC+xcQ2sdV5wkN4/ng0Tao6vZjnHN
UoiLes0b7Iczlk2M+NGEobc2XSXHoMue8xA+khNytGidkbCEpI2rbmfNAA==
-----END PUBLIC KEY-----
"""
_SM2_WITH_ID = (
    "3044022017c701eadafa84c272f4bf6090f70c09c5e17e08fcba4b27f6b481567a0ce60d"
    "02200da06c5d89e73cfb0fe1b64db3f0ac1d5706750965f5123b64428ca8a94f9976"
)
_SM2_WITHOUT_ID = (
    "3046022100883fe4a4a31d155f3e89e7bab656e81f6a43006a1042a4dd81bad684a6684dc3"
    "022100d2ff9622189813db3f728f841e2449bf40c94f9d9d213462643f7f49dde73fc1"
)
_ED_PUBLIC = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=
-----END PUBLIC KEY-----
"""
_ED_SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def _sm3() -> bool:
    known = ((b"abc", SM3_ABC), (b"abcd" * 16, SM3_ABCD_16))
    return all(hash_hex("sm3", data) == Sm3(data).hexdigest() == digest for data, digest in known)


def _sha256() -> bool:
    return hash_hex("sha256", b"abc") == SHA256_ABC


def _ed25519() -> bool:
    from zhujianyun.base.ciphers.signing import verify

    signature = bytes.fromhex(_ED_SIGNATURE)
    return verify("ed25519", _ED_PUBLIC, b"\x72", signature) and not verify(
        "ed25519", _ED_PUBLIC, b"\x73", signature
    )


def _sm2() -> bool:
    from zhujianyun.base.ciphers.signing import verify

    good, other_id = bytes.fromhex(_SM2_WITH_ID), bytes.fromhex(_SM2_WITHOUT_ID)
    return (
        verify("sm2-sm3", _SM2_PUBLIC, b"abc", good)
        and not verify("sm2-sm3", _SM2_PUBLIC, b"abd", good)
        and not verify("sm2-sm3", _SM2_PUBLIC, b"abc", other_id)
    )


def _gcm(alg: str, key: str, nonce: str, plain: str, aad: str, ct: str, tag: str) -> bool:
    from zhujianyun.base.ciphers.sealing import cipher

    encryptor = cipher(alg, bytes.fromhex(key), bytes.fromhex(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex(aad))
    made = encryptor.update(bytes.fromhex(plain)) + encryptor.finalize()
    return made.hex() == ct and encryptor.tag.hex() == tag


def _sm4() -> bool:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305 - the standard's own vector
    return encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246" and _gcm(
        "sm4-gcm",
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
        "83de3541e4c2b58177e065a9bf7b62ec",
    )


def _aes() -> bool:
    return _gcm(
        "aes-gcm",
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b",
    )


TESTS: dict[str, tuple[Callable[[], bool], ...]] = {
    "sha256": (_sha256,),
    "sm3": (_sm3,),
    "ed25519": (_ed25519,),
    "sm2-sm3": (_sm3, _sm2),
    "aes-gcm": (_aes,),
    "sm4-gcm": (_sm4,),
}


def self_test() -> tuple[str, ...]:
    """Try every algorithm on known answers (自检); the names of those that passed.

    Raises:
        RuleBroken: ``ciphers.self_test`` names the first algorithm whose answer is wrong;
            ``ciphers.sm2.absent`` when the national family is chosen and its library is missing.
    """
    for alg in TESTS:
        _try(alg)
    return tuple(TESTS)


@cache
def require(alg: str) -> None:
    """Once per process: this algorithm gives its known answers (启用前自检)."""
    _try(alg)


def _try(alg: str) -> None:
    if not all(test() for test in TESTS[alg]):
        raise RuleBroken(
            f"密码算法 {alg} 自检不通过，已停止签名和加密，请检查密码库版本。",
            rule="ciphers.self_test",
            alg=alg,
        )

"""SM3 in plain Python (SM3 纯 Python 实现): the fallback when neither OpenSSL build has it.

Source: GB/T 32905—2016. About 1,000 times slower than the compiled one; good for receipts and
checks, not for gigabytes.
"""

from __future__ import annotations

_IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
_WORD = 0xFFFFFFFF


def _rotate(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & _WORD


_T = tuple(_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64))


def _expand(block: bytes) -> list[int]:
    """The 68 words of the message schedule (消息扩展)."""
    words = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        x ^= _rotate(x, 15) ^ _rotate(x, 23)
        words.append(x ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """One round of the compression function (压缩函数)."""
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        a12 = _rotate(a, 12)
        ss1 = _rotate((a12 + e + _T[j]) & _WORD, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ a12) + (words[j] ^ words[j + 4])) & _WORD
        tt2 = (gg + h + ss1 + words[j]) & _WORD
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=True))


class Sm3:
    """An SM3 digest in the making, with the face of hashlib (SM3 杂凑)."""

    name = "sm3"
    digest_size = 32

    def __init__(self, data: bytes = b"") -> None:
        self._state: tuple[int, ...] = _IV
        self._rest = b""
        self._length = 0
        self.update(data)

    def update(self, data: bytes) -> None:
        """Feed more bytes (追加数据)."""
        self._length += len(data)
        data = self._rest + bytes(data)
        whole = len(data) - len(data) % 64
        for start in range(0, whole, 64):
            self._state = _compress(self._state, data[start : start + 64])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """The 32 bytes of the digest so far (杂凑值)."""
        padding = b"\x80" + bytes(-(len(self._rest) + 9) % 64) + (self._length * 8).to_bytes(8, "big")
        tail, state = self._rest + padding, self._state
        for start in range(0, len(tail), 64):
            state = _compress(state, tail[start : start + 64])
        return b"".join(word.to_bytes(4, "big") for word in state)

    def hexdigest(self) -> str:
        """The digest in lower-case hexadecimal (十六进制杂凑值)."""
        return self.digest().hex()

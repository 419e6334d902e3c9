"""Chance without a state (散列抽取): what a row is follows from seed, table, row number and column alone.

So a row can be made again by itself: by a later state of its system, by an interface that looks one
up, by a test.
"""

from __future__ import annotations

import hashlib

import numpy as np

Numbers = np.ndarray


def mixed(values: Numbers) -> Numbers:
    """Well scattered 64 bits of each number (散列); SplitMix64's finish. Source: Steele, Lea, Flood 2014."""
    x = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def salt_of(*words: object) -> np.uint64:
    """A number made of words (盐)."""
    text = "\x1f".join(map(str, words)).encode()
    return np.uint64(int.from_bytes(hashlib.sha256(text).digest()[:8], "big"))


def drawn(rows: Numbers, below: int, *words: object) -> Numbers:
    """A number from 0 to ``below`` − 1 for each row number, the same whenever asked (抽取)."""
    return (mixed(rows.astype(np.uint64) ^ salt_of(*words)) % np.uint64(below)).astype(np.int64)


class Shuffle:
    """Numbers below ``size`` in scattered order, one to one, and back again (可逆打散)."""

    STEP = 1_000_000_007  # a prime: it has no factor in common with any size used here

    def __init__(self, size: int, start: int = 0) -> None:
        self.size, self.start = size, start
        self.back = pow(self.STEP, -1, size)

    def scatter(self, numbers: Numbers) -> Numbers:
        """Where each number goes (打散)."""
        return (numbers.astype(np.int64) % self.size * (self.STEP % self.size) + self.start) % self.size

    def gather(self, place: int) -> int:
        """Which number went there (还原)."""
        return (place - self.start) * self.back % self.size

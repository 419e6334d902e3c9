"""The Merkle tree over the leaves (默克尔树), in the shape of RFC 6962. Pure.

Leaf H(0x00‖row), node H(0x01‖left‖right), empty tree H(""); a tree of n leaves splits at the largest
power of two below n, so an odd node moves up and the last leaf is never doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken

Hash = Callable[[bytes], bytes]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


HASHES: dict[str, Hash] = {"sha256": _sha256, "sm3": ciphers.sm3}


def hash_of(alg: str) -> Hash:
    """The hash function of a log (杂凑函数).

    Raises:
        RuleBroken: ``journal.hash`` for any name but "sha256" and "sm3".
    """
    if alg not in HASHES:
        raise RuleBroken(f"留痕杂凑算法“{alg}”不受支持，请用 sha256 或 sm3。", rule="journal.hash", alg=alg)
    return HASHES[alg]


class Frontier:
    """The roots of the complete subtrees at the right edge (树峰): all that appending needs to know."""

    def __init__(self, h: Hash, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.h = h
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash (追加叶)."""
        size, peaks, h = self.size, self.peaks, self.h
        self.size = size + 1
        while size & 1:
            leaf = h(b"\x01" + peaks.pop() + leaf)
            size >>= 1
        peaks.append(leaf)

    def root(self) -> bytes:
        """The root of the tree so far (树根)."""
        if not self.peaks:
            return self.h(b"")
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = self.h(b"\x01" + peak + root)
        return root


def root_of(h: Hash, leaves: Sequence[bytes]) -> bytes:
    """The root over some leaf hashes (由叶求根)."""
    frontier = Frontier(h)
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def _split(n: int) -> int:
    """The largest power of two below ``n`` (n ≥ 2)."""
    return 1 << (n - 1).bit_length() - 1


def inclusion_path(h: Hash, leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours from leaf ``index`` up to the root (存在性证明路径). Source: RFC 6962 §2.1.1."""
    if len(leaves) <= 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_path(h, leaves[:k], index), root_of(h, leaves[k:])]
    return [*inclusion_path(h, leaves[k:], index - k), root_of(h, leaves[:k])]


def root_by_inclusion(h: Hash, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that leaf and path lead to (由存在性证明求根); None when the path has the wrong length."""
    if not 0 <= index < size:
        return None
    last, root, rest = size - 1, leaf, list(path)
    while last:
        if not index & 1 and index == last:  # an odd node moves up without a neighbour
            index, last = index >> 1, last >> 1
            continue
        if not rest:
            return None
        step = rest.pop(0)
        root = h(b"\x01" + step + root) if index & 1 else h(b"\x01" + root + step)
        index, last = index >> 1, last >> 1
    return None if rest else root


def consistency_path(h: Hash, leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The nodes that show that the first ``old`` leaves are a beginning (一致性证明). RFC 6962 §2.1.2."""
    return _subproof(h, leaves, old, True) if 0 < old < len(leaves) else []


def _subproof(h: Hash, leaves: Sequence[bytes], old: int, known: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if known else [root_of(h, leaves)]
    k = _split(len(leaves))
    if old <= k:
        return [*_subproof(h, leaves[:k], old, known), root_of(h, leaves[k:])]
    return [*_subproof(h, leaves[k:], old - k, False), root_of(h, leaves[:k])]


def is_consistent(h: Hash, old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` leaves begins with the tree of ``old`` leaves (一致性核验).

    Source: RFC 9162 §2.1.4.2.
    """
    if old == size:
        return not path and old_root == root
    if old == 0:
        return not path
    if not 0 < old < size or not path:
        return False
    rest = list(path) if old & (old - 1) else [old_root, *path]
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    left = right = rest.pop(0)
    for step in rest:
        if not last:
            return False
        if place & 1 or place == last:
            left, right = h(b"\x01" + step + left), h(b"\x01" + step + right)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            right = h(b"\x01" + right + step)
        place, last = place >> 1, last >> 1
    return left == old_root and right == root and not last

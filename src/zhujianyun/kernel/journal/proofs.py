"""Proofs from the tree (证明): a record is in the log; an earlier log is the beginning of the present one.

Both read all leaves below ``size`` (half a second for a hundred thousand); they are for disputes, not for pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.journal import rows, tree
from zhujianyun.kernel.journal.models import LogState


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Leaf ``seq`` is in the tree of ``size`` leaves with ``root`` (存在性证明); hexadecimal."""

    alg: str
    seq: int
    size: int
    leaf: str
    path: tuple[str, ...]
    root: str

    def holds(self) -> bool:
        """Whether leaf and path lead to the root (是否成立)."""
        steps = [bytes.fromhex(step) for step in self.path]
        found = tree.root_by_inclusion(
            tree.hash_of(self.alg), bytes.fromhex(self.leaf), self.seq, self.size, steps
        )
        return found is not None and found.hex() == self.root


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """The tree of ``old_size`` leaves is the beginning of that of ``size`` (一致性证明); hexadecimal."""

    alg: str
    old_size: int
    old_root: str
    size: int
    root: str
    path: tuple[str, ...]

    def holds(self) -> bool:
        """Whether the path joins the two roots (是否成立)."""
        return tree.is_consistent(
            tree.hash_of(self.alg),
            self.old_size,
            bytes.fromhex(self.old_root),
            self.size,
            bytes.fromhex(self.root),
            [bytes.fromhex(step) for step in self.path],
        )


def inclusion_proof(seq: int, size: int | None = None) -> InclusionProof:
    """Proof that record ``seq`` is in the first ``size`` records, all by default (存在性证明).

    Raises:
        NotFound: when there is no such record.
    """
    alg, leaves = _log(size)
    if not 0 <= seq < len(leaves):
        raise NotFound(f"日志中没有第 {seq + 1} 条。", rule="journal.proof", seq=seq, size=len(leaves))
    h = tree.hash_of(alg)
    path = tuple(step.hex() for step in tree.inclusion_path(h, leaves, seq))
    return InclusionProof(alg, seq, len(leaves), leaves[seq].hex(), path, tree.root_of(h, leaves).hex())


def consistency_proof(old_size: int, size: int | None = None) -> ConsistencyProof:
    """Proof that the first ``old_size`` records are still the first (一致性证明).

    Raises:
        NotFound: when the log is not that long.
    """
    alg, leaves = _log(size)
    if not 0 <= old_size <= len(leaves):
        raise NotFound(f"日志没有 {old_size} 条。", rule="journal.proof", size=len(leaves))
    h = tree.hash_of(alg)
    old_root, root = tree.root_of(h, leaves[:old_size]).hex(), tree.root_of(h, leaves).hex()
    path = tuple(step.hex() for step in tree.consistency_path(h, leaves, old_size))
    return ConsistencyProof(alg, old_size, old_root, len(leaves), root, path)


def _log(size: int | None) -> tuple[str, list[bytes]]:
    state = LogState.objects.first()
    if state is None or (size or 0) > state.size:
        raise NotFound("日志没有这么多已封存的记录。", rule="journal.proof", size=size)
    return state.alg, rows.leaves(state.size if size is None else size)

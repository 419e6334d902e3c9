"""The Merkle tree: golden roots, proofs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.journal import tree

SEVEN = [bytes([n]) for n in range(7)]
GOLDEN = [
    ([], "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ([], "sm3", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
    ([b""], "sha256", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ([b""], "sm3", "2daef60e7a0b8f5e024c81cd2ab3109f2b4f155cf83adeb2ae5532f74a157fdf"),
    ([b"a", b"b", b"c"], "sha256", "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"),
    ([b"a", b"b", b"c"], "sm3", "2706e4e4d41c1ed9c3fe7f7822bf360a67abcc052cc2c00022c1313ec3ded965"),
    (SEVEN, "sha256", "3560191803028444b232018ac047fdb561c09c23a7a6876c85e08b5e4d48e9f3"),
    (SEVEN, "sm3", "a277130053cebb4f5cccfd9cbe98c6a0ba732dce3a481f1d7c7f40f67f8449fc"),
]
SIZES = st.integers(1, 70)
H = tree.hash_of("sha256")


def some_leaves(size: int) -> list[bytes]:
    return [H(b"\x00" + bytes([n])) for n in range(size)]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    k = max(2**n for n in range(10) if 2**n < len(leaves))
    return H(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:]))


@pytest.mark.parametrize(("data", "alg", "root"), GOLDEN)
def test_the_golden_roots_come_out(data, alg, root):
    h = tree.hash_of(alg)
    assert tree.root_of(h, [h(b"\x00" + leaf) for leaf in data]).hex() == root


def test_an_unknown_hash_is_refused():
    with pytest.raises(RuleBroken):
        tree.hash_of("md5")


@given(SIZES)
def test_the_frontier_gives_the_root_of_the_definition(size):
    assert tree.root_of(H, some_leaves(size)) == by_definition(some_leaves(size))


@given(SIZES, st.data())
def test_every_leaf_has_a_proof_that_fits_no_other_leaf_or_place(size, data):
    leaves = some_leaves(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path = tree.inclusion_path(H, leaves, index)
    root = tree.root_of(H, leaves)
    assert tree.root_by_inclusion(H, leaves[index], index, size, path) == root
    assert (tree.root_by_inclusion(H, leaves[other], index, size, path) == root) == (other == index)
    assert (tree.root_by_inclusion(H, leaves[index], other, size, path) == root) == (other == index)
    assert tree.root_by_inclusion(H, leaves[index], index, size, [*path, root]) is None
    assert tree.root_by_inclusion(H, leaves[index], size, size, path) is None


@given(SIZES, st.data())
def test_an_earlier_tree_is_shown_to_be_the_beginning(size, data):
    leaves = some_leaves(size)
    old = data.draw(st.integers(0, size))
    old_root, root = tree.root_of(H, leaves[:old]), tree.root_of(H, leaves)
    path = tree.consistency_path(H, leaves, old)
    assert tree.is_consistent(H, old, old_root, size, root, path)
    if old:
        assert not tree.is_consistent(H, old, H(b"forged"), size, root, path)
        assert not tree.is_consistent(H, old, old_root, size, H(b"forged"), path)
        assert not tree.is_consistent(H, old, old_root, size, root, [*path, root])

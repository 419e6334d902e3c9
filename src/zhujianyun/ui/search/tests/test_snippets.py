"""Marking hits: places in the text as it stands, compared as the index compares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.search import normalise
from zhujianyun.ui.search import snippets

ALPHABET = st.text("青秀区楼aA１-— ﬁ", max_size=40)


@given(ALPHABET, ALPHABET)
def test_the_pieces_of_a_text_are_the_text(text, word):
    assert "".join(piece.text for piece in snippets.marked(text, [normalise(word)])) == text


@given(ALPHABET, st.text("青秀a1", min_size=1, max_size=3))
def test_a_word_is_marked_exactly_when_the_index_would_find_it(text, word):
    marked = any(piece.is_hit for piece in snippets.marked(text, [normalise(word)]))
    assert marked == (normalise(word) in normalise(text))


def test_full_width_and_case_do_not_matter_and_the_text_stays_as_it_is():
    pieces = snippets.marked("桂ＡＢ-12 号", [normalise("ab12")])
    assert [(one.text, one.is_hit) for one in pieces] == [("桂", False), ("ＡＢ-12", True), (" 号", False)]


def test_a_snippet_begins_before_the_first_hit_and_says_that_it_was_cut():
    said = snippets.snippet("前" * 200 + "学校" + "后" * 200, ["学校"])
    text = "".join(piece.text for piece in said)
    assert text.startswith("…") and text.endswith("…") and "学校" in text and len(text) <= snippets.WIDTH + 2


@given(ALPHABET)
def test_a_snippet_without_hit_is_the_beginning(text):
    assert "".join(piece.text for piece in snippets.snippet(text, ["不在"])) == text

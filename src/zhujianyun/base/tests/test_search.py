"""Search by Han bigrams (中文检索): agrees with a plain substring search, through a real FTS5 index."""

from __future__ import annotations

import random
import sqlite3
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.base import search
from zhujianyun.base.errors import RuleBroken

HAN = "建设监理工程有限公司南宁市第一二三广西横县ＡAa1１-（）· ĳﬁ"
names = st.text(HAN, max_size=12)
anything = st.text(max_size=12)


def index(texts: list[str]) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE VIRTUAL TABLE entry USING fts5(words, tokenize='{search.FTS5_TOKENIZE}')")
    base.executemany(
        "INSERT INTO entry(rowid, words) VALUES (?, ?)", [(i, search.bigrams(t)) for i, t in enumerate(texts)]
    )
    return base


def found(base: sqlite3.Connection, text: str) -> set[int]:
    rows = base.execute("SELECT rowid FROM entry WHERE entry MATCH ?", (search.query(text),))
    return {row[0] for row in rows}


def oracle(texts: list[str], text: str) -> set[int]:
    wanted = search.normalise(text)
    return {i for i, t in enumerate(texts) if wanted in search.normalise(t)}


@settings(max_examples=150)
@given(st.lists(names, max_size=8), names.filter(search.normalise))
def test_the_index_finds_what_a_substring_search_finds(texts, wanted):
    assert found(index(texts), wanted) == oracle(texts, wanted)


@settings(max_examples=100)
@given(st.lists(anything, max_size=6), anything.filter(search.normalise))
def test_it_does_so_for_any_letters_of_the_world(texts, wanted):
    assert found(index(texts), wanted) == oracle(texts, wanted)


@given(st.data())
def test_every_piece_of_a_text_finds_the_text(data):
    text = data.draw(names.filter(search.normalise))
    plain = search.normalise(text)
    start = data.draw(st.integers(0, len(plain) - 1))
    end = data.draw(st.integers(start + 1, len(plain)))
    assert found(index([text]), plain[start:end]) == {0}


def test_queries_of_one_to_five_characters_agree_over_many_mixed_names():
    rng = random.Random(2020)
    texts = [
        "".join(rng.choices("广西建设监理工程公司南宁有限责任AB12", k=rng.randrange(1, 14)))
        for _ in range(2000)
    ]
    base = index(texts)
    for _ in range(300):
        source = rng.choice(texts)
        start = rng.randrange(len(source))
        wanted = source[start : start + rng.randrange(1, 6)]
        assert found(base, wanted) == oracle(texts, wanted), wanted


def test_a_query_of_two_characters_finds_what_a_trigram_index_misses():
    base = index(["广西建设监理有限公司", "证券代码登记处"])
    assert found(base, "监理") == {0}
    assert found(base, "代码") == {1}
    assert found(base, "处") == {1} and found(base, "广") == {0}
    assert found(base, "设理") == set()


@given(anything)
def test_normalising_twice_changes_nothing_more(text):
    once = search.normalise(text)
    assert search.normalise(once) == once
    assert all(character.isalnum() for character in once)


def test_forms_of_the_same_letter_are_one():
    assert search.normalise("ＡＢＣ（南宁）－１２３ 号") == search.normalise("abc南宁123号") == "abc南宁123号"
    assert unicodedata.is_normalized("NFKC", search.normalise("ﬁ㈱"))


@given(st.text("\"'*:()-^&|!<>\\ AND建OR", max_size=20))
def test_nothing_typed_escapes_from_the_expression(text):
    base = index(["建设"])
    if search.normalise(text):
        found(base, text)  # raises when the expression is not well formed
        words = search.query(text, "tsquery").replace(" <-> ", "").replace(":*", "").split("'")
        assert all(word.isalnum() for word in words if word)
    else:
        with pytest.raises(RuleBroken, match="至少一个"):
            search.query(text)


def test_expressions_are_written_for_both_databases():
    assert search.bigrams("南宁市") == "南宁 宁市 市"
    assert search.bigrams("—") == ""
    assert search.query("南宁市") == '"南宁 宁市"'
    assert search.query("市") == '"市"*'
    assert search.query("南宁市", "tsquery") == "'南宁' <-> '宁市'"
    assert search.query("市", "tsquery") == "'市':*"

"""The terms: complete rows, marked where they stand, safe with any text (名词)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.ui.workbench import glossary
from zhujianyun.ui.workbench.templatetags import terms as tags


def test_every_term_has_a_text_and_no_wording_means_two_things():
    found = glossary.terms()
    words = [word for one in found.values() for word in (one.name, *one.also)]
    assert len(words) == len(set(words)) and len(found) >= 40
    assert all(one.text.endswith("。") and len(one.text) <= 120 for one in found.values())


def test_a_basis_that_nobody_checked_says_so():
    assert glossary.Term("甲", "", "", "行政许可法第三十二条", False).basis_zh.endswith("（未核实）")
    assert glossary.Term("甲", "", "", "行政许可法第三十二条", True).basis_zh == "行政许可法第三十二条"
    assert glossary.Term("甲", "", "", "", False).basis_zh == ""


def test_the_longest_wording_wins_and_each_term_is_marked_once():
    made = tags.terms("一次性补正告知后补正，再补正")
    assert made.count("data-wb-term") == 2
    assert ">一次性补正告知</a>" in made and ">补正</a>" in made


def test_an_unknown_term_is_plain_text():
    assert tags.term("没有的词", "<b>") == "&lt;b&gt;"


@given(st.text(max_size=60))
def test_any_text_comes_through_whole_and_escaped(text):
    assert "".join(piece for piece, _ in glossary.split(text)) == text
    assert "<script" not in tags.terms(f"<script>{text}")


def test_the_page_finds_by_name_text_and_other_wording(bureau):
    browser = bureau.browser("张三", "clerk")
    assert "行政许可法第三十二条" in browser.get("/workbench/glossary/").content.decode()
    page = browser.get("/workbench/glossary/?q=强制性条文").content.decode()
    assert 'id="t-强条"' in page and 'id="t-受理"' not in page
    assert "没有这样的名词" in browser.get("/workbench/glossary/?q=不存在的词").content.decode()

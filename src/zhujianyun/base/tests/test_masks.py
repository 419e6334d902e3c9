"""Masks (脱敏): what each viewer sees, and that nothing of a person slips through."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import masks
from zhujianyun.base.codes import citizen_id, project_code, uscc

VIEWERS = ("officer", "public")
rngs = st.integers(0, 2**32).map(random.Random)
KINDS = (masks.id_card, masks.phone, masks.name, masks.bank_card, masks.address, masks.uscc, masks.free_text)


@pytest.mark.parametrize(
    ("value", "officer", "public"),
    [
        ("11010519491231002X", "110105********002X", "1****************X"),
        ("11010519491231002x", "110105********002X", "1****************X"),
        ("４５０１８１２０２１０１０１００１７", "450181********0017", "4****************7"),
        ("450103800101001", "450103*****1001", "4*************1"),
        ("110105194912310021", masks.HIDDEN, masks.HIDDEN),
        ("G12345678", masks.HIDDEN, masks.HIDDEN),
        ("", "", ""),
    ],
)
def test_an_identity_number_shows_six_and_four_to_officers_and_the_ends_to_the_public(value, officer, public):
    assert masks.id_card(value, "officer") == officer
    assert masks.id_card(value, "public") == public
    assert masks.id_card(value) == public


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize(
    "value", ["13812345678", "138 1234 5678", "+86-13812345678", "１３８１２３４５６７８"]
)
def test_a_mobile_number_shows_three_and_four(value, viewer):
    assert masks.phone(value, viewer) == "138****5678"


@pytest.mark.parametrize("value", ["0771-5678901", "1381234567", "分机8012"])
def test_a_telephone_of_unknown_form_is_hidden(value):
    assert masks.phone(value, "officer") == masks.HIDDEN


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("韦 小 宝", "韦**"),
        ("买买提江", masks.HIDDEN),
        ("阿依古丽·买买提", masks.HIDDEN),
        ("John Smith", masks.HIDDEN),
        ("王", masks.HIDDEN),
    ],
)
def test_a_name_keeps_its_surname_when_it_has_one(value, shown):
    assert [masks.name(value, viewer) for viewer in VIEWERS] == [shown, shown]


def test_a_bank_card_shows_its_last_four_and_the_bank_only_to_officers_in_need():
    assert masks.bank_card("79927398713", "officer") == "*******8713"
    assert masks.bank_card("79927398713", "officer", with_issuer=True) == "799273*8713"
    assert masks.bank_card("79927398713", "public", with_issuer=True) == "*******8713"
    assert masks.bank_card("79927398714", "officer") == masks.HIDDEN


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("广西壮族自治区南宁市青秀区民族大道1号", "广西壮族自治区南宁市青秀区***"),
        ("广西南宁市横州市校椅镇", "广西南宁市横州市***"),
        ("南宁市民族大道阳光小区1栋", "南宁市***"),
        ("南宁市高新技术产业开发区", "南宁市***"),
        ("横县校椅镇青桐村", "横县***"),
        ("桂林市龙胜各族自治县龙胜镇", "桂林市龙胜各族自治县***"),
        ("广东省广州市天河区天河路1号", "广东省广州市天河区***"),
        ("北京市朝阳区建国路", "北京市朝阳区***"),
        ("四川省某村三组", "四川省***"),
        ("阳光城市花园小区3栋", masks.HIDDEN),
        ("张三家住某某市某区1号", masks.HIDDEN),
        ("我省民族大道1号", masks.HIDDEN),
    ],
)
def test_an_address_ends_at_the_district(value, shown):
    assert [masks.address(value, viewer) for viewer in VIEWERS] == [shown, shown]


def test_a_credit_code_is_public_unless_an_identity_number_hides_in_it():
    assert masks.uscc("91350100M000100Y43") == "91350100M000100Y43"
    assert masks.uscc("11010519491231002X") == masks.HIDDEN
    assert masks.uscc("11010519491231002X00", "officer") == masks.HIDDEN
    assert masks.uscc("91350100M000100Y44", "officer") == masks.HIDDEN


@pytest.mark.parametrize(
    "written",
    [
        "110105194912310021",  # wrong check digit
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "450103800101001",
        "110105 19491231 002X",
        "110105-1949-1231-002X",
        "11010519491231\u200b002X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "45018120210101001700",  # tax number of an individual business
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "13812345678",
        "138-1234-5678",
        "+86 138 1234 5678",
    ],
)
@pytest.mark.parametrize(
    "text", ["{}", "本人{}，请回复", "号{}号{}", "ID:{};", "电话 13900001111 {}", "{}\n{}"]
)
def test_a_number_of_a_person_is_masked_wherever_it_stands_in_a_text(written, text):
    for viewer in VIEWERS:
        shown = masks.free_text(text.format(written, written), viewer)
        assert written not in shown and "*" in shown
        assert sum(character.isdigit() for character in shown) <= 22 * (1 + text.count("{}")) // 2


@pytest.mark.parametrize(
    "text",
    [
        "项目2107-450100-04-01-123456，日期2020-01-02 2020-01-03 08:30",
        "桂消审2020-450103-00001 面积10000.01平方米，合同额12345678.90元",
        "代码91450100MA5K00004P，热线0771-12345，法条第15条",
        "",
    ],
)
def test_a_text_without_numbers_of_persons_stays_as_it_is(text):
    assert masks.free_text(text, "public") == text


def test_what_stands_around_a_masked_number_stays():
    text = "张工（13812345678）称身份证11010519491231002X已交"
    assert masks.free_text(text, "officer") == "张工（138****5678）称身份证110105********002X已交"
    assert masks.free_text(text, "public") == "张工（138****5678）称身份证1****************X已交"


@given(rngs, st.text("甲乙，。 x", max_size=5), st.text("甲乙，。 ", max_size=5))
def test_no_generated_identity_number_survives_in_any_text(rng, before, after):
    number = citizen_id.make(rng)
    for viewer in VIEWERS:
        shown = masks.free_text(before + number + after, viewer)
        assert number not in shown and number[6:14] not in shown
        assert shown.startswith(before) and shown.endswith(after)


@given(rngs, st.dates(date(2015, 1, 1), date(2026, 12, 31)))
def test_codes_of_firms_and_projects_survive_in_a_text(rng, day):
    text = f"{uscc.make(rng)}、{project_code.make(rng, day)}。"
    if not text.split("、")[0].isdigit():
        assert masks.free_text(text) == text


@given(st.text(max_size=60))
def test_masking_a_text_twice_changes_nothing_more(text):
    once = masks.free_text(text)
    assert masks.free_text(once) == once


@given(st.text(min_size=1, max_size=30))
def test_the_public_never_sees_more_than_the_officer(text):
    for kind in (masks.id_card, masks.bank_card, masks.phone):
        public, officer = kind(text, "public"), kind(text, "officer")
        assert public.count("*") >= officer.count("*")


@given(st.text("0123456789xX甲 -", max_size=25))
def test_a_value_of_unknown_form_is_hidden_fully(text):
    shown = masks.id_card(text, "officer")
    assert shown in ("", masks.HIDDEN) or citizen_id.check(text).value[:6] == shown[:6]


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_viewer_is_an_error_of_the_program(kind):
    with pytest.raises(ValueError, match="officer or public"):
        kind("13812345678", "nobody")

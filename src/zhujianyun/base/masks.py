"""Masks for personal data (脱敏): what an officer sees, and what the public sees.

Validate first, then mask; a value of unknown form is masked fully. The public view is the
default, so that a forgotten argument hides too much and not too little. Masks belong into
serializers and logs, never into templates.

Source: 个人信息保护法 art. 51; the two views as in the platform's security notes (``officer`` 6 + 4 of
an identity number still leaves few birthdays: never put it on a public page).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Literal

from stdnum import luhn

from zhujianyun.base import codes
from zhujianyun.base.errors import RuleBroken

Viewer = Literal["officer", "public"]
HIDDEN = "******"
_FAR = date(9999, 12, 31)
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "司空",
        "长孙",
        "宇文",
        "夏侯",
        "轩辕",
        "端木",
        "独孤",
        "南宫",
        "东郭",
        "百里",
        "闻人",
        "呼延",
        "澹台",
        "公冶",
        "宗政",
        "濮阳",
        "淳于",
        "单于",
        "太叔",
        "申屠",
        "仲孙",
        "钟离",
        "鲜于",
        "闾丘",
        "亓官",
        "司寇",
        "赫连",
        "拓跋",
        "完颜",
        "西门",
        "第五",
        "梁丘",
        "左丘",
        "东门",
        "万俟",
        "公羊",
        "公良",
        "颛孙",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "夹谷",
        "段干",
        "羊舌",
        "微生",
        "陈林",
        "范姜",
        "张简",
    ]
)


def id_card(value: str, viewer: Viewer = "public") -> str:
    """An identity number (身份号码): officers see the first 6 and last 4, the public the first and the last."""
    _require(viewer)
    number = codes.clean(value)
    if not _is_citizen_id(number):
        return _hidden(value)
    return _between(number, 6, 4) if viewer == "officer" else _between(number, 1, 1)


def phone(value: str, viewer: Viewer = "public") -> str:
    """A mobile number (手机号码): the first 3 and last 4; anything else is hidden."""
    _require(viewer)
    found = _MOBILE.fullmatch(codes.clean(value))
    return _between(found[1], 3, 4) if found else _hidden(value)


def name(value: str, viewer: Viewer = "public") -> str:
    """A person's name (姓名): the surname of a Chinese name stays; other forms are hidden.

    Names of four characters without a double surname, and names with ``·``, show where the family
    name ends only to those who know the language: hidden.
    """
    _require(viewer)
    text = re.sub(r"\s", "", value)
    if not re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}", text):
        return _hidden(value)
    surname = 2 if text[:2] in _DOUBLE_SURNAMES and len(text) > 2 else 1
    return _hidden(value) if len(text) - surname > 2 else _between(text, surname, 0)


def bank_card(value: str, viewer: Viewer = "public", *, with_issuer: bool = False) -> str:
    """A bank card number (银行卡号): the last 4; officers who need the bank also the first 6."""
    _require(viewer)
    number = codes.clean(value)
    if not _is_bank_card(number):
        return _hidden(value)
    return _between(number, 6 if with_issuer and viewer == "officer" else 0, 4)


def address(value: str, viewer: Viewer = "public") -> str:
    """An address (地址): down to the district; without a known district down to the city, else hidden.

    What stands before the district is shown only when it is the name of a province or city.
    """
    _require(viewer)
    text = re.sub(r"\s", "", value)
    province = _leading(_PROVINCE, text)
    rest = text[len(province) :]
    city = _leading(_CITY, rest)
    ours = city in _cities()
    city = city if ours or province or city in _MUNICIPALITIES else ""
    rest = rest[len(city) :]
    county = next((known for known in _counties() if rest.startswith(known)), "")
    if not county and city and not ours:
        county = _leading(_COUNTY, rest)
    return f"{province}{city}{county}***" if province or city or county else _hidden(value)


def uscc(value: str, viewer: Viewer = "public") -> str:
    """A unified social credit code (统一社会信用代码): shown, because it is public.

    Old tax numbers of individual businesses embed the owner's identity number: hidden.
    """
    _require(viewer)
    code = codes.clean(value)
    if _embeds_citizen_id(code):
        return _hidden(value)
    try:
        return codes.uscc.check(code).value
    except RuleBroken:
        return _hidden(value)


def free_text(value: str, viewer: Viewer = "public") -> str:
    """A text in which people write what they like (自由文本): numbers of persons are masked in place.

    Found also with full-width digits, spaces, hyphens or a wrong check digit: identity numbers of
    18 and 15 digits, tax numbers that embed one, bank cards, mobile numbers. Names and addresses in prose are not found.
    """
    _require(viewer)
    plain = "".join(_plain(character) for character in value)
    pieces, done = [], 0
    for start in (match.start() for match in _DIGIT_BEGINS.finditer(plain)):
        if start < done:
            continue
        for pattern, shown in _NUMBERS:
            found = pattern.match(plain, start)
            masked = shown(found[0], viewer) if found else None
            if found and masked is not None:
                pieces += [value[done:start], masked]
                done = found.end()
                break
    return "".join(pieces) + value[done:]


def _require(viewer: str) -> None:
    if viewer not in ("officer", "public"):
        raise ValueError(f"viewer must be officer or public, not {viewer!r}")


def _hidden(value: str) -> str:
    return HIDDEN if value else ""


def _between(text: str, first: int, last: int) -> str:
    return text[:first] + "*" * (len(text) - first - last) + (text[-last:] if last else "")


def _is_citizen_id(number: str) -> bool:
    try:
        codes.citizen_id.check(number, on=_FAR)
    except RuleBroken:
        return False
    return True


def _embeds_citizen_id(number: str) -> bool:
    """An old tax number of an individual business: an identity number, or one and two characters more."""
    return _is_citizen_id(number) or (len(number) in (17, 20) and _is_citizen_id(number[:-2]))


def _is_bank_card(number: str) -> bool:
    return re.fullmatch(r"[0-9]{11,19}", number) is not None and luhn.is_valid(number)


# Addresses. Street words never belong to a division of another province: better cut too early.
_PROVINCE = re.compile(
    "广西(?:壮族自治区)?|内蒙古自治区|宁夏回族自治区|新疆维吾尔自治区|西藏自治区|(?:香港|澳门)特别行政区|"
    "(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|"
    "青海|台湾)省"
)
_MUNICIPALITIES = ("北京市", "上海市", "天津市", "重庆市")
_NO_STREET = "[^\\W\\d_路街道巷镇乡村号小社园栋组]"
_CITY = re.compile(f"{_NO_STREET}{{2,8}}?(?:市|自治州|地区|盟)")
_COUNTY = re.compile(f"{_NO_STREET}{{1,10}}?(?:自治县|自治旗|县|区|市|旗)")


def _leading(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found[0] if found else ""


@cache
def _counties() -> tuple[str, ...]:
    named = {row.name for row in codes.divisions.every() if row.level == "county"}
    return tuple(sorted(named, key=len, reverse=True))


@cache
def _cities() -> frozenset[str]:
    levels = ("city", "county")
    return frozenset(
        row.name for row in codes.divisions.every() if row.level in levels and row.name.endswith("市")
    )


# Numbers in prose.
_GAP = "[ \\t\u3000\u00a0\u200b-\u200d\ufeff\\-\u2010-\u2015\u2212]{0,3}"
_DIGIT_BEGINS = re.compile(r"(?<![0-9])[0-9+]")


def _digits(least: int, most: int, last: str = "[0-9]") -> re.Pattern[str]:
    return re.compile(f"[0-9](?:{_GAP}[0-9]){{{least - 2},{most - 2}}}{_GAP}{last}(?![0-9])")


def _plain(character: str) -> str:
    """One character for one: any decimal digit as ASCII, full-width letters and signs as half-width."""
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    return chr(ord(character) - 0xFEE0) if "！" <= character <= "～" else character


def _as_citizen_id(found: str, viewer: Viewer) -> str | None:
    number = codes.clean(found)
    if _is_citizen_id(number):
        return id_card(number, viewer)
    born = number[6:14] if len(number) == 18 else "19" + number[6:12]
    looks_so = found.isalnum() or _is_day(born)
    return HIDDEN if looks_so and not _is_public_code(number) else None


def _as_bank_card(found: str, viewer: Viewer) -> str | None:
    number = codes.clean(found)
    grouped = re.fullmatch(r"[0-9]{4}(?:.[0-9]{4}){3}(?:.[0-9]{1,3})?", found)
    if _is_bank_card(number) and (grouped or found.isdigit()):
        return bank_card(number, viewer)
    return HIDDEN if grouped or found.isdigit() else None


def _as_tax_number(found: str, viewer: Viewer) -> str | None:
    return HIDDEN if found.isdigit() and _embeds_citizen_id(found) else None


def _as_phone(found: str, viewer: Viewer) -> str | None:
    return phone(found, viewer) if _MOBILE.fullmatch(codes.clean(found)) else None


def _is_day(text: str) -> bool:
    try:
        return 1880 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year <= 2100
    except ValueError:
        return False


def _is_public_code(number: str) -> bool:
    try:
        return bool(codes.uscc.check(number).value)
    except RuleBroken:
        return False


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str, Viewer], str | None]], ...] = (
    (re.compile("(?:\\+?86|0086)?1[3-9][0-9]{9}(?![0-9])"), _as_phone),
    (_digits(18, 18, "[0-9Xx]"), _as_citizen_id),
    (_digits(15, 15), _as_citizen_id),
    (_digits(20, 20), _as_tax_number),
    (_digits(16, 19), _as_bank_card),
    (re.compile(f"(?:\\+?86|0086)?{_GAP}1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])"), _as_phone),
)

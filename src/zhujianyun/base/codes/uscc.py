"""Unified social credit codes (统一社会信用代码): 18 characters, and the organisation code inside.

1 registering authority · 1 kind · 6 division · 9 organisation code · 1 check character. Positions
1 and 2 may be letters (``Y`` 其他, ``N`` 农业): python-stdnum refuses those, the standard does not.

Source: GB 32100-2015 (outer code, base 31); GB 11714-1997 (organisation code, base 36).
"""

from __future__ import annotations

import re
from random import Random

from zhujianyun.base.codes.checked import Checked, Finding, clean
from zhujianyun.base.errors import RuleBroken

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z
_PLACE = {character: place for place, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOKS_LIKE = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}


def check(value: str) -> Checked:
    """The code in its normal form (统一社会信用代码校验).

    A wrong organisation code inside a right outer code is a finding only: it has not been proved
    to be impossible.

    Raises:
        RuleBroken: empty, wrong length, a character outside the alphabet (``details["proposal"]``
            when a look-alike would do), no division in positions 3–8, wrong check character.
    """
    code = clean(value)
    _refuse_wrong_length(code)
    _refuse_foreign_characters(code)
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        raise RuleBroken("统一社会信用代码第 3 至 8 位应为数字（行政区划代码），请核对", rule="uscc.division")
    if check_character(code[:17]) != code[17]:
        raise RuleBroken("统一社会信用代码校验不符，可能有一位录错，请对照营业执照核对", rule="uscc.check")
    expected = organisation_check(code[8:16])
    if expected == code[16]:
        return Checked(code)
    text = f"内含的组织机构代码（第 9 至 17 位）校验不符，第 17 位应为 {expected}，请留意核对"
    return Checked(code, (Finding("uscc.inner", text),))


def check_organisation_code(value: str) -> Checked:
    """A nine-character organisation code of the old kind, such as ``60003734-1`` (组织机构代码校验).

    Raises:
        RuleBroken: wrong length, a foreign character or a wrong check character.
    """
    code = clean(value)
    if len(code) != 9:
        raise RuleBroken(
            f"组织机构代码应为 9 位，现为 {len(code)} 位", rule="org_code.length", length=len(code)
        )
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        raise RuleBroken("组织机构代码只含数字和大写字母，末位为数字或 X", rule="org_code.alphabet")
    if organisation_check(code[:8]) != code[8]:
        raise RuleBroken("组织机构代码校验不符，可能有一位录错，请核对", rule="org_code.check")
    return Checked(code)


def organisation_code(value: str) -> str:
    """Positions 9–17: the key by which old and new codes of one firm are reconciled (内含组织机构代码)."""
    return clean(value)[8:17]


def check_character(body: str) -> str:
    """The 18th character of the first 17 (校验码)."""
    total = sum(_PLACE[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code's first eight (组织机构代码校验码)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _INNER_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def make(rng: Random, *, division: str = "450100", authority: str = "9", kind: str = "1") -> str:
    """A code of right form, inside and out, of nobody in particular (生成样例代码).

    ``authority`` 9 is 市场监管, 1 机构编制, 5 民政; ``kind`` 1 is 企业. Source: GB 32100-2015, tables 1–2.
    """
    inner = "MA" + "".join(rng.choice(ALPHABET) for _ in range(6))
    body = authority + kind + division + inner + organisation_check(inner)
    return body + check_character(body)


def _refuse_wrong_length(code: str) -> None:
    if not code:
        raise RuleBroken("请填写统一社会信用代码", rule="uscc.empty")
    if len(code) == 18:
        return
    hint = {9: "（9 位是旧组织机构代码）", 15: "（15 位是旧工商注册号或税号）"}.get(len(code), "")
    text = f"统一社会信用代码应为 18 位，现为 {len(code)} 位{hint}，请填写营业执照上的代码"
    raise RuleBroken(text, rule="uscc.length", length=len(code))


def _refuse_foreign_characters(code: str) -> None:
    places = [place for place, character in enumerate(code, start=1) if character not in _PLACE]
    if not places:
        return
    proposal = _proposal(code)
    text = f"统一社会信用代码第 {'、'.join(map(str, places))} 位不是规定的字符（不使用 I、O、S、V、Z）"
    text += f"，是否应为 {proposal}？" if proposal else "，请核对"
    raise RuleBroken(text, rule="uscc.alphabet", places=places, proposal=proposal)


def _proposal(code: str) -> str:
    """The code with look-alikes put right, when that passes; a person must accept it."""
    other = "".join(_LOOKS_LIKE.get(character, character) for character in code)
    fits = all(character in _PLACE for character in other) and other[2:8].isdigit()
    return other if fits and check_character(other[:17]) == other[17] else ""

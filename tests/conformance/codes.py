"""Credit codes and identity numbers against python-stdnum (代码校验对照).

A difference is allowed only where it was foreseen, and only under a condition that this module works out
for itself; everything else is a fault.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import islice
from random import Random

from stdnum.cn import ric
from stdnum.cn import uscc as theirs

from tests.conformance.verdicts import Verdict
from zhujianyun.base.codes import citizen_id, divisions, uscc
from zhujianyun.base.errors import RuleBroken

TODAY = date(2020, 12, 31)
SHOWN = 5  # faults told in full
KNOWN = {
    "letters": "登记机关、机构类别为字母（Y 其他、N 农业），标准允许，python-stdnum 拒绝",
    "cleaning": "录入时夹带的空白、零宽字符和横线，我们清洗后校验，python-stdnum 清洗得较少",
    "division": "区划代码在出生年份尚未启用或已停用，我们只提示，python-stdnum 拒绝",
    "fifteen": "15 位旧身份号码，我们推算为 18 位并提示，python-stdnum 拒绝",
    "birthday": "出生日期晚于当天或早于 1880 年，我们拒绝，python-stdnum 接受",
}
AUTHORITIES = "159N1359AY"
STRANGE = "IOSVZ*~ ９Ａ－—　\t"


def ours_takes(check: Callable[[str], object], code: str) -> bool:
    """Whether our check takes a code."""
    try:
        check(code)
    except RuleBroken:
        return False
    return True


def plain(code: str) -> str:
    """A code without what only our cleaning takes away: full-width, odd blanks and dashes."""
    half = "".join(chr(ord(one) - 0xFEE0) if 0xFF01 <= ord(one) <= 0xFF5E else one for one in code)
    return re.sub(r"[\s\u200b-\u200d\u2010-\u2015\u2060\u2212\ufeff-]", "", half).upper()


# --- credit codes ---


def credit_codes(rng: Random) -> Iterator[str]:
    """Right codes of every kind, and codes with one or two things wrong."""
    while True:
        code = uscc.make(
            rng,
            division=f"{rng.randrange(1_000_000):06d}",
            authority=rng.choice(AUTHORITIES),
            kind=rng.choice("1239A"),
        )
        yield code if rng.random() < 0.3 else _spoilt(rng, code, uscc.ALPHABET + STRANGE)


def why_credit(code: str, ours: bool) -> str:
    """Which foreseen difference explains a disagreement; "" for none."""
    bare = plain(code)
    if not ours:
        return ""
    if theirs.is_valid(bare):
        return "cleaning" if bare != theirs.compact(code) else ""
    right_check = set(bare) <= set(uscc.ALPHABET) and theirs.calc_check_digit(bare[:17]) == bare[17]
    return "letters" if not bare[:2].isdigit() and bare[2:8].isdigit() and right_check else ""


# --- identity numbers ---


def identity_numbers(rng: Random) -> Iterator[str]:
    """Right numbers of the region and of other provinces, of any year, and numbers with things wrong."""
    codes = [row.code for row in divisions.every() if row.level == "county"]
    others = ["110101", "310115", "440106", "510107", "360426", "999999", "450122", "452122"]
    while True:
        year = rng.choice((rng.randrange(1930, 2021), rng.randrange(1950, 2005), rng.randrange(1700, 2120)))
        born = date(year, rng.randrange(1, 13), rng.randrange(1, 29))
        number = citizen_id.make(
            rng, division=rng.choice(codes if rng.random() < 0.7 else others), born_on=born
        )
        chance = rng.random()
        if chance < 0.05:
            number = number[:6] + number[8:17]
        yield number if chance < 0.35 else _spoilt(rng, number, "0123456789Xx" + STRANGE)


def ric_takes(number: str) -> bool:
    """python-stdnum's word on a number; of some places it knows the province alone and breaks: refused."""
    try:
        return ric.is_valid(number)
    except KeyError:
        return False


def why_identity(number: str, ours: bool) -> str:
    """Which foreseen difference explains a disagreement; "" for none."""
    bare = plain(number)
    if not ours:
        return "birthday" if not date(1880, 1, 1) <= ric.get_birth_date(bare) <= TODAY else ""
    if ric_takes(bare):
        return "cleaning" if bare != ric.compact(number) else ""
    if len(bare) == 15:
        return "fifteen" if bare.isdigit() and _only_the_place_is_wrong(citizen_id.from_fifteen(bare)) else ""
    return "division" if _only_the_place_is_wrong(bare) else ""


def _only_the_place_is_wrong(number: str) -> bool:
    """Length, digits, check and birthday are right for python-stdnum, whatever it says of the place."""
    try:
        ric.get_birth_date(number)
    except ric.InvalidComponent:
        return False
    return len(number) == 18 and number[:17].isdigit() and ric.calc_check_digit(number) == number[17]


def _spoilt(rng: Random, code: str, characters: str) -> str:
    """One or two mistakes as people and machines make them."""
    for _ in range(rng.choice((1, 1, 2))):
        place = rng.randrange(len(code)) if code else 0
        how = rng.randrange(7)
        if how < 3:
            code = code[:place] + rng.choice(characters) + code[place + 1 :]
        elif how == 3:
            code = code[:place] + code[place + 1 :]
        elif how == 4:
            code = code[:place] + rng.choice(characters) + code[place:]
        elif how == 5:
            code = code[:place] + code[place : place + 2][::-1] + code[place + 2 :]
        else:
            code = code.lower() if rng.random() < 0.5 else " ".join((code[:8], code[8:]))
    return code


KINDS = {
    "credit": (credit_codes, uscc.check, theirs.is_valid, why_credit),
    "identity": (
        identity_numbers,
        lambda number: citizen_id.check(number, on=TODAY),
        ric_takes,
        why_identity,
    ),
}


def compare(kind: str, number: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Compare so many codes: the differences by their reason, and the faults."""
    make, check, other, why = KINDS[kind]
    reasons: Counter[str] = Counter()
    faults = []
    for code in islice(make(Random(f"{kind}:{seed}")), number):
        ours = ours_takes(check, code)
        if ours == other(code):
            reasons["agreed"] += 1
            reasons["taken"] += ours
            continue
        reason = why(code, ours)
        reasons[reason] += 1
        if not reason:
            faults.append(f"{code!r}：我们{'接受' if ours else '拒绝'}，python-stdnum 相反")
    return reasons, faults


def run(number: int, workers: int = 2) -> Verdict:
    """Compare ``number`` codes, half of each kind, in several processes (代码对照)."""
    share = number // 2 // workers
    with ProcessPoolExecutor(workers) as pool:
        told = list(
            pool.map(
                compare,
                *zip(*((kind, share, seed) for kind in KINDS for seed in range(workers)), strict=True),
            )
        )
    reasons: Counter[str] = sum((one[0] for one in told), Counter())
    faults = [fault for one in told for fault in one[1]]
    unseen = [
        f"没有生成过这类差异：{zh}" for reason, zh in KNOWN.items() if number > 50_000 and not reasons[reason]
    ]
    looked = (
        f"{2 * share * workers:,} 个代码，双方一致 {reasons['agreed']:,} 个，其中有效 {reasons['taken']:,} 个"
    )
    known = [f"{zh}：{reasons[reason]:,} 个" for reason, zh in KNOWN.items() if reasons[reason]]
    return Verdict("代码校验（python-stdnum）", looked, faults[:SHOWN] + unseen, known)


if __name__ == "__main__":
    print(run(int(sys.argv[1])))

"""Codes of catalogue entries (资源代码): a rule set that a province may replace.

After 发改高技〔2017〕1272号: class code (类 1 digit, 项 2, 目 3, 细目 any length) then a sequence code. The
separator "/" and the class digits are not confirmed. Whatever the scheme: unique, immutable, never
reused after withdrawal; the unique column and the absence of deletion see to that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from zhujianyun.base.errors import RuleBroken

NATIONAL = re.compile(r"(?P<class>[1-9][0-9]{5,11})/(?P<seq>[0-9]{6})")


@dataclass(frozen=True, slots=True)
class Scheme:
    """How codes are checked and made (编码规则)."""

    zh: str
    check: Callable[[str], str]
    generate: Callable[[str, int], str]


def check_national(code: str) -> str:
    """The code, when it is well formed (校验资源代码).

    Raises:
        RuleBroken: saying what a code looks like.
    """
    if not NATIONAL.fullmatch(code):
        raise RuleBroken(
            f"资源代码“{code[:40]}”不合规则，应为分类代码（类1位、项2位、目3位、细目）加“/”加6位顺序码。",
            rule="resource.code_form", code=code[:60],
        )  # fmt: skip
    return code


def make_national(class_code: str, sequence: int) -> str:
    """The code of a class and a number in it (生成资源代码)."""
    return check_national(f"{class_code}/{sequence:06d}")


SCHEMES = {"1272": Scheme("政务信息资源目录编制指南（试行）", check_national, make_national)}


def scheme(name: str = "1272") -> Scheme:
    """The rule set of that name (编码规则).

    Raises:
        RuleBroken: when there is none.
    """
    if name not in SCHEMES:
        raise RuleBroken(f"没有名为“{name}”的资源编码规则。", rule="resource.code_scheme")
    return SCHEMES[name]

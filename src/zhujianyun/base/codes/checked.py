"""What a check of a code gives back (校验结果), and how input is cleaned before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_INVISIBLE = re.compile("[\\s\u200b-\u200d\u2060\ufeff]+")
_SMALL_TO_CAPITAL = {ord(small): ord(small) - 32 for small in "abcdefghijklmnopqrstuvwxyz"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt that does not refuse the code (提示): rule, sentence, and a better value to propose."""

    rule: str
    message_zh: str
    proposal: str = ""


@dataclass(frozen=True)
class Checked:
    """A code that passed, in its normal form, with what is worth a second look (校验结果)."""

    value: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found (无提示)."""
        return not self.findings


def clean(text: str, *, keep_hyphens: bool = False) -> str:
    """Full-width to half-width, small to capital, without spaces and hyphens (清洗录入).

    Letters are never taken for digits: ``I`` stays ``I``. With ``keep_hyphens`` every kind of dash
    becomes a plain hyphen.
    """
    text = _INVISIBLE.sub("", text.translate(_FULL_WIDTH)).translate(_SMALL_TO_CAPITAL)
    return re.sub(f"[{_DASHES}]", "-" if keep_hyphens else "", text)

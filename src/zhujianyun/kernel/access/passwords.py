"""What a password must be (口令策略), in two profiles that contradict each other on purpose.

``mlps3``: GB/T 22239-2019 level 3 (CES1-01) asks for composition and change at intervals.
``asvs``: OWASP ASVS 5.0 (6.2.5, 6.2.10) forbids both. Common and context words are refused by both.
The choice is ``settings.SECURITY_PROFILE``; ``settings.ZJY_PASSWORD_DAYS`` overrides the interval.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ImproperlyConfigured, ValidationError

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken

if TYPE_CHECKING:
    from zhujianyun.kernel.access.models import Account

LONGEST = 128
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
LEET = (str.maketrans("@4301$5!7", "aaeolssit"), str.maketrans("@4301$5!7", "aaeoissit"))
WALKS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Profile:
    """One security profile (安全策略): ``renew_days`` 0 means never, ``former`` how many old ones count."""

    name: str
    shortest: int
    classes: int
    former: int
    renew_days: int


PROFILES = {
    "mlps3": Profile("mlps3", shortest=10, classes=3, former=5, renew_days=90),
    "asvs": Profile("asvs", shortest=12, classes=1, former=0, renew_days=0),
}


def profile() -> Profile:
    """The profile in force (现行安全策略)."""
    name = getattr(settings, "SECURITY_PROFILE", "mlps3")
    if name not in PROFILES:
        raise ImproperlyConfigured(f"SECURITY_PROFILE 只能是 {' 或 '.join(PROFILES)}，现为 {name!r}。")
    return PROFILES[name]


def faults(password: str, *, words: tuple[str, ...] = (), by: Profile | None = None) -> list[str]:
    """Everything that is wrong with a password, in Chinese; empty when it will do (口令缺陷).

    ``words`` are names that belong to the person: user name, telephone, mail.
    """
    rule = by or profile()
    found = [
        (len(password) < rule.shortest, f"至少 {rule.shortest} 位"),
        (len(password) > LONGEST, f"至多 {LONGEST} 位"),
        (_classes(password) < rule.classes, "须含大写字母、小写字母、数字、符号中的三类"),
        (rule.classes > 1 and _is_walk(password), "不能含四个以上连续或重复的字符（如 1234、aaaa、qwer）"),
        (_is_common(password), "是常见口令，极易被猜中"),
        (_names(password, (*words, *context_words())), "不能含账号名、手机号、单位或平台名称"),
    ]
    return [zh for broken, zh in found if broken]


def check(password: str, account: Account | None = None) -> None:
    """Refuse a bad password with all its faults at once (校验口令).

    Raises:
        RuleBroken: naming everything to mend.
    """
    found = faults(password, words=_own_words(account))
    if account is not None and account.pk and _was_used(password, account):
        found.append(f"不能与当前或最近 {profile().former} 次用过的口令相同")
    if found:
        raise RuleBroken(
            "口令不符合要求：" + "；".join(found) + "。", rule="access.password_policy", faults=found
        )


def must_renew(account: Account) -> str:
    """Why the password must be changed before anything else, or "" (须改密原因)."""
    if account.must_change_password:
        return "initial"
    if not account.password or not account.has_usable_password():
        return ""
    days = getattr(settings, "ZJY_PASSWORD_DAYS", None)
    days = profile().renew_days if days is None else days
    if days and clock.now() >= account.password_set_at + timedelta(days=days):
        return "expired"
    return ""


class PolicyValidator:
    """The policy as Django's forms ask for it (口令校验器)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with the Chinese sentence of ``check``."""
        try:
            check(password, user)
        except RuleBroken as broken:
            raise ValidationError(broken.message_zh, code=broken.rule) from broken

    def get_help_text(self) -> str:
        """What to say before a password is chosen."""
        rule = profile()
        classes = "，含大写字母、小写字母、数字、符号中的三类" if rule.classes > 1 else ""
        return f"至少 {rule.shortest} 位{classes}；不用常见口令，不含账号名、手机号和单位名称。"


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that attackers try first: Django's list and one of our own (常见口令表)."""
    own = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset(CommonPasswordValidator().passwords) | frozenset(word.casefold() for word in own)


def context_words() -> tuple[str, ...]:
    """Words of this house that nobody may lean on (语境词)."""
    return tuple(
        getattr(settings, "ZJY_PASSWORD_WORDS", ("zhujianyun", "zhujian", "zjyun", "guangxi", "住建"))
    )


def _classes(password: str) -> int:
    return sum(bool(re.search(pattern, password)) for pattern in CLASSES)


def _is_walk(password: str) -> bool:
    text = password.casefold()
    quads = {text[i : i + 4] for i in range(len(text) - 3)}
    return any(len(set(q)) == 1 or any(q in walk or q[::-1] in walk for walk in WALKS) for q in quads)


def _is_common(password: str) -> bool:
    text = password.casefold()
    bare = text.strip("0123456789!@#$%^&*._-+?~ ")
    return not common_passwords().isdisjoint({*_disguises(text), *_disguises(bare)})


def _names(password: str, words: tuple[str, ...]) -> bool:
    forms = _disguises(password.casefold())
    return any(len(word) >= 2 and word.casefold() in form for word in words for form in forms)


def _disguises(text: str) -> set[str]:
    """The text itself and what it may stand for: p@ssw0rd is password."""
    return {text, *(text.translate(table) for table in LEET)}


def _own_words(account: Account | None) -> tuple[str, ...]:
    if account is None:
        return ()
    words = (
        account.username,
        account.phone,
        account.phone[-6:],
        account.email.partition("@")[0],
        account.name_zh,
    )
    return tuple(word for word in words if len(word) >= 3 or not word.isascii())


def _was_used(password: str, account: Account) -> bool:
    """The present password never counts as a new one, whatever the profile says of former ones."""
    hashes = [account.password]
    if former := profile().former:
        rows = account.former_passwords.order_by("-replaced_at", "-pk")
        hashes += rows.values_list("password", flat=True)[: former - 1]
    return any(check_password(password, known) for known in hashes if known)

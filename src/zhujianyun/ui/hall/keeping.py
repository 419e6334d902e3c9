"""How personal data lie in the hall's tables (个人信息的存放): sealed to their row, found by a keyed digest.

The digest is an HMAC with a key of its own for each purpose, cut to 32 hex digits: two tables with the
same telephone cannot be joined by it, and nobody without the key can try numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from zhujianyun.base import ciphers, codes
from zhujianyun.base.ciphers import keys
from zhujianyun.base.errors import RuleBroken

LABEL = "hall"
LENGTH = 32  # hex digits of an index
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·A-Za-z .'-]{2,60}")
# What the eye cannot see, and what turns the direction of writing.
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def seal(uid: str, column: str, text: str) -> bytes:
    """A personal value as it lies in the row (加密)."""
    return ciphers.seal(LABEL, text.encode(), _place(uid, column))


def unseal(uid: str, column: str, sealed: bytes) -> str:
    """A personal value in clear, "" where there is none (解密).

    Raises:
        RuleBroken: ``ciphers.seal.*`` when it was moved to another row or altered.
    """
    return ciphers.open_(LABEL, bytes(sealed), _place(uid, column)).decode() if sealed else ""


def index(purpose: str, value: str) -> str:
    """By which a value is found again without being kept in clear (盲索引)."""
    return hmac.new(_key(keys.folder(), purpose), value.encode(), hashlib.sha256).hexdigest()[:LENGTH]


def unseen_removed(text: str) -> str:
    """A typed text without characters that nobody sees (去除不可见字符); lines stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if not "\ud800" <= c <= "\udfff")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text)).strip()


def checked_name(text: str) -> str:
    """A person's name as typed (姓名).

    Raises:
        RuleBroken: ``hall.name`` for anything that is no name.
    """
    name = re.sub(r"\s+", " ", unseen_removed(text)).replace("•", "·").replace("・", "·")
    if not _NAME.fullmatch(name):
        raise RuleBroken("请按身份证填写姓名，只用汉字、字母和间隔号。", rule="hall.name")
    return name


def checked_phone(text: str) -> str:
    """A mobile number in its one form (手机号).

    Raises:
        RuleBroken: ``hall.phone``.
    """
    phone = codes.clean(text).removeprefix("+86")
    if not _PHONE.fullmatch(phone):
        raise RuleBroken("请填写 11 位手机号，以 1 开头。", rule="hall.phone")
    return phone


def checked_email(text: str) -> str:
    """A mail address, or "" (电子邮箱).

    Raises:
        RuleBroken: ``hall.email``.
    """
    email = unicodedata.normalize("NFKC", unseen_removed(text)).lower()
    if email and not (len(email) <= 120 and _EMAIL.fullmatch(email)):
        raise RuleBroken("电子邮箱格式不正确，请填写完整地址，如 name@example.cn。", rule="hall.email")
    return email


def _place(uid: str, column: str) -> bytes:
    return f"hall:{column}:{uid}".encode()


@lru_cache(maxsize=32)
def _key(folder: Path, purpose: str) -> bytes:
    path = folder / f"index.{keys.checked_label(f'hall-{purpose}')}.key"
    return bytes.fromhex(keys.read_or_make(path, lambda: os.urandom(32).hex().encode()).decode().strip())

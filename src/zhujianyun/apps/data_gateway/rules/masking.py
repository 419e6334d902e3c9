"""Masking by grant (脱敏), in the serializer and before hashing. An unknown kind or form is hidden whole.

A kind is the name of a function of `base.masks`, seen as the public sees it; ``.officer`` behind it
(``id_card.officer``) shows what an officer may see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from zhujianyun.base import masks

KINDS = ("id_card", "phone", "name", "bank_card", "address", "uscc", "free_text")
VIEWERS = ("public", "officer")


def masked(kind: str, value: Any) -> str | None:
    """A value as it may be shown (脱敏后的值): null stays null, everything else becomes text."""
    return None if value is None else _shown(kind, str(value))


@lru_cache(maxsize=8192)
def _shown(kind: str, text: str) -> str:
    return mask_of(kind)(text)


@lru_cache(maxsize=64)
def mask_of(kind: str) -> Callable[[str], str]:
    """The function of a kind of mask (脱敏方式)."""
    name, _, viewer = kind.partition(".")
    if name not in KINDS or (viewer or "public") not in VIEWERS:
        return _hide
    function = getattr(masks, name)
    return lambda text: function(text, viewer or "public")


def _hide(text: str) -> str:
    return masks.HIDDEN if text else ""

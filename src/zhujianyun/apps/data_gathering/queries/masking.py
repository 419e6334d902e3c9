"""Rows as they are shown to whoever looks for faults (问题行脱敏): personal columns are masked.

A value of unknown form is hidden fully, and values that fail a check often are: then the key and the rule
say where to look, at the source.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhujianyun.base import clock, masks


def masked(value: Any) -> str | None:
    """A personal value as officers see it (脱敏值): the first mask that knows its form, else hidden."""
    if value is None:
        return None
    text = str(value)
    for mask in (masks.id_card, masks.phone, masks.name):
        shown = mask(text, "officer")
        if shown != masks.HIDDEN:
            return shown
    return masks.HIDDEN


def shown(value: Any) -> str | None:
    """A value as people read it (显示值)."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def key(value: Any, is_personal: bool) -> str | None:
    """A key value as a verdict keeps it (主键样例)."""
    return masked(value) if is_personal else shown(value)

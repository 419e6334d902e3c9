"""Fields of small forms (表单项): what a page asks, what was typed, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhujianyun.base.errors import PlatformError

SECRET = frozenset({"password", "code-secret"})


@dataclass(slots=True)
class Box:
    """One field of a form (表单项)."""

    name: str
    zh: str
    type: str = "text"  # text | password | tel | email | checkbox
    hint: str = ""
    required: bool = True
    autocomplete: str = "off"
    inputmode: str = ""
    longest: int = 120
    value: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return f"box-{self.name}"

    @property
    def described(self) -> str:
        """What describes it, for those who do not see the page."""
        parts = [f"{self.id}-hint"] if self.hint else []
        return " ".join(parts + ([f"{self.id}-error"] if self.error else []))


def filled(boxes: Iterable[Box], data: Mapping[str, Any]) -> list[Box]:
    """The fields with what was typed; passwords are never given back (填回)."""
    found = list(boxes)
    for box in found:
        if box.type != "password":
            box.value = str(data.get(box.name, ""))[:2000]
    return found


def faulty(boxes: Iterable[Box], error: PlatformError) -> list[tuple[str, str]]:
    """Put the faults beside their fields; the summary as (anchor, sentence) (标出错误)."""
    fields = dict(error.details.get("fields") or {})
    summary = []
    for box in boxes:
        box.error = fields.pop(box.name, "")
        if box.error:
            summary.append((f"#{box.id}", box.error))
    summary += [("#box-consent" if name == "consent" else "", said) for name, said in fields.items()]
    return summary or [("", error.message_zh)]

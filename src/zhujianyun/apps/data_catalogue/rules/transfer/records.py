"""What is reported and what is due (上报内容与应报范围)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

KINDS = {"entry": "目录", "mount": "资源", "grant": "授权"}
GONE = ("withdrawn", "unmounted", "revoked", "expired")  # states in which a thing is no longer offered
TRIES = 3  # how often the clock sends the same refused record again; a person may insist

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reported:
    """One thing as it is reported (上报记录): an entry, a mount or a grant with what is said of it."""

    kind: str
    code: str
    title: str
    content: str  # canonical JSON

    @classmethod
    def of(cls, kind: str, code: str, title: str, content: Mapping[str, Any]) -> Reported:
        """From the facts (编制)."""
        return cls(kind, code, title, canonical(content).decode())

    @property
    def key(self) -> Key:
        """What tells it apart (标识)."""
        return self.kind, self.code

    @property
    def digest(self) -> str:
        """SHA-256 of the content (内容摘要值)."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def is_gone(self) -> bool:
        """Whether it is no longer offered (已撤销)."""
        return orjson.loads(self.content).get("state") in GONE


@dataclass(frozen=True, slots=True)
class Known:
    """What was last heard of one thing (已报情况).

    ``tries`` counts how often the last content was sent in a row; ``ever`` tells whether the other side
    may hold some content of it. Void: it went with a package that was given up, so nothing is known of it.
    """

    digest: str
    accepted: bool
    tries: int
    ever: bool
    void: bool = False


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no blanks: one way to write a value down (规范文本)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def due(current: Iterable[Reported], known: Mapping[Key, Known], insist: bool = False) -> list[Reported]:
    """What the next package holds, entries before mounts before grants (应报记录).

    Changed things, and refused ones: by the clock at most ``TRIES`` times, as often as a person insists.
    What came and went without the other side ever holding it is not reported at all.
    """
    order = {kind: place for place, kind in enumerate(KINDS)}
    chosen = [one for one in current if _is_due(one, known.get(one.key), insist)]
    return sorted(chosen, key=lambda one: (order[one.kind], one.code))


def _is_due(one: Reported, last: Known | None, insist: bool) -> bool:
    if one.is_gone and not (last and last.ever):
        return False
    if last is None or last.void or last.digest != one.digest:
        return True
    return not last.accepted and (insist or last.tries < TRIES)

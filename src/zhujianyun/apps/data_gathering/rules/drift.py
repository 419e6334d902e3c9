"""Schema drift (结构变更): what differs between a source's columns and those of the data set, and what follows.

Added: gather on and ignore it. Nullable, longer, wider: a warning. Removed, narrowed, another type, the
key: stop; the last snapshot goes on serving. A column that is gone beside one that is new may be a
rename: proposed when their values overlap, and a person confirms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhujianyun.apps.data_gathering.rules.shape import Column

OVERLAP = 0.6  # share of common values from which a rename is proposed


@dataclass(frozen=True, slots=True)
class Found:
    """What a source offers under one name (来源列): an empty type says that it does not tell."""

    name: str
    type: str = ""
    nullable: bool = True
    length: int = 0
    is_key: bool | None = None  # None: the source does not say

    def row(self) -> dict[str, Any]:
        """As it is shown and stored (存储)."""
        return {"name": self.name, "type": self.type, "nullable": self.nullable, "length": self.length}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference (变更)."""

    kind: str
    column: str
    text_zh: str
    stops: bool = False
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def differences(
    columns: Sequence[Column],
    key: Sequence[str],
    found: Sequence[Found],
    known: Mapping[str, Found] | None = None,
) -> list[Difference]:
    """What differs (比对结构); ``known`` is what the source offered last time, by name.

    What a source says of itself is compared with what it said before, so that declared types may be
    stricter than a CSV file can tell.
    """
    offered = {one.name: one for one in found}
    wanted = {column.source_name: column for column in columns}
    told = [_gone(c, c.name in key) for name, c in wanted.items() if name not in offered]
    told += [_new(one) for name, one in offered.items() if name not in wanted]
    for name, column in wanted.items():
        if name in offered:
            before = (known or {}).get(name) or Found(name, column.type, column.nullable, column.length)
            told += _changed(column, before, offered[name])
    told += _key_changed(columns, key, found)
    return told


def _gone(column: Column, is_key: bool) -> Difference:
    text = f"来源不再提供列 {column.source_name}，已停止归集，继续提供上一次的数据"
    return Difference("key" if is_key else "removed", column.source_name, text, True, column.row())


def _new(one: Found) -> Difference:
    text = f"来源新增列 {one.name}，未归集；如需共享请修改目录后确认"
    return Difference("added", one.name, text, after=one.row())


def _changed(column: Column, before: Found, now: Found) -> list[Difference]:
    told = []
    if now.type and before.type and now.type != before.type:
        told.append(_retyped(column, before, now))
    if now.nullable and not before.nullable and not column.nullable:
        text = f"列 {now.name} 变为可空，空值行将被拒收"
        told.append(Difference("widened", now.name, text, before=before.row(), after=now.row()))
    if now.length and before.length and now.length != before.length:
        told.append(_resized(now, before))
    return told


def _retyped(column: Column, before: Found, now: Found) -> Difference:
    if now.type == column.type:
        kind, text, stops = "widened", f"列 {now.name} 的类型由 {before.type} 变为 {now.type}", False
    else:
        kind, stops = "retyped", True
        text = f"列 {now.name} 的类型由 {before.type} 变为 {now.type}，已停止归集，请核对后确认"
    return Difference(kind, now.name, text, stops, before.row(), now.row())


def _resized(now: Found, before: Found) -> Difference:
    stops = now.length < before.length
    how = "缩短，已停止归集，请核对后确认" if stops else "加长"
    text = f"列 {now.name} 的长度由 {before.length} {how}（现为 {now.length}）"
    return Difference("narrowed" if stops else "widened", now.name, text, stops, before.row(), now.row())


def _key_changed(columns: Sequence[Column], key: Sequence[str], found: Sequence[Found]) -> list[Difference]:
    if not found or any(one.is_key is None for one in found):
        return []
    names = {c.name: c.source_name for c in columns}
    ours = {names.get(name, name) for name in key}
    theirs = {one.name for one in found if one.is_key}
    if not theirs or ours == theirs:
        return []
    text = f"来源的主键由 {'、'.join(sorted(ours))} 变为 {'、'.join(sorted(theirs))}，已停止归集"
    return [
        Difference(
            "key", "、".join(sorted(theirs)), text, True, {"key": sorted(ours)}, {"key": sorted(theirs)}
        )
    ]


def renames(
    told: Sequence[Difference], old_values: Mapping[str, set[str]], new_values: Mapping[str, set[str]]
) -> list[Difference]:
    """Pairs of a lost and a new column whose values overlap (疑似改名), the best first, each used once."""
    gone = [d.column for d in told if d.kind in ("removed", "key") and d.column in old_values]
    fresh = [d.column for d in told if d.kind == "added" and d.column in new_values]
    pairs = sorted(
        ((_overlap(old_values[a], new_values[b]), a, b) for a in gone for b in fresh), reverse=True
    )
    used: set[str] = set()
    proposed = []
    for share, a, b in pairs:
        if share >= OVERLAP and a not in used and b not in used:
            used |= {a, b}
            text = f"列 {a} 疑似改名为 {b}（取值重合 {share:.0%}），请确认"
            proposed.append(Difference("renamed", a, text, True, {"name": a}, {"name": b}))
    return proposed


def _overlap(old: set[str], new: set[str]) -> float:
    smaller = min(len(old), len(new))
    return len(old & new) / smaller if smaller else 0.0


def renamed(columns: Sequence[Column], old: str, new: str) -> tuple[Column, ...]:
    """The columns once a rename is confirmed (确认改名): our name stays, the source's changes."""
    return tuple(replace(c, origin=new) if c.source_name == old else c for c in columns)


def without(columns: Sequence[Column], gone: str) -> tuple[Column, ...]:
    """The columns once a removal is confirmed (确认删列)."""
    return tuple(c for c in columns if c.source_name != gone)


def adjusted(columns: Sequence[Column], now: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns once a change of type, length or nullability is confirmed (确认调整)."""
    return tuple(
        replace(
            c,
            type=now.get("type") or c.type,
            length=now.get("length", 0) if c.length else 0,
            nullable=bool(now.get("nullable", c.nullable)),
        )
        if c.source_name == now.get("name")
        else c
        for c in columns
    )

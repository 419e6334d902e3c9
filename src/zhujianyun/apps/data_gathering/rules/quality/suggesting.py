"""Rules that follow from what a data set already says of its columns (建议规则)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES
from zhujianyun.apps.data_gathering.rules.quality import words

PAIRS = (
    ("begun_on", "ended_on"), ("start_date", "end_date"), ("begin_date", "end_date"), ("valid_from", "valid_to"),
    ("valid_from", "valid_until"), ("issued_on", "valid_until"), ("received_on", "ended_on"), ("accepted_on", "ended_on"),
    ("accepted_on", "concluded_on"), ("signed_on", "ended_on"), ("started_on", "ended_on"),
    ("started_on", "finished_on"), ("issued_on", "expires_on"), ("issued_on", "valid_to"), ("found_on", "closed_on"), ("decided_on", "reached_on"),
)  # fmt: skip
Column = Mapping[str, Any]


def suggested(
    columns: Sequence[Column], key: Sequence[str], titles: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What somebody would write who reads the columns (建议规则): also punctuality, volume and success."""
    found: list[dict[str, Any]] = [
        _rule("unique", list(key), weight=3),
        *(one for column in columns for one in _of_column(column, key)),
        *_of_pairs(columns),
        _rule("fresh", [], weight=2, options={"days": 30, "minutes": 0}, threshold=95),
        _rule("count", [], options={"percent": 20}),
        _rule("reach", [], weight=2, options={"days": 30}, threshold=95),
    ]
    return [{**one, "title": words.title(one["kind"], one["columns"], titles)} for one in found]


def _of_column(column: Column, key: Sequence[str]) -> list[dict[str, Any]]:
    name, kind = column["name"], column["type"]
    found = [_rule("filled", [name], weight=3 if name in key else 1, threshold=100 if name in key else 98)]
    if column.get("code") in CODES:
        found.append(_rule("code", [name], weight=2, options={"code": column["code"]}, threshold=99))
    if column.get("values"):
        found.append(_rule("listed", [name], options={"values": list(column["values"])}, threshold=99))
    if column.get("length") and kind == "text":
        found.append(_rule("length", [name], options={"most": int(column["length"])}))
    if name.endswith("phone") or name == "mobile":
        found.append(_rule("format", [name], options={"format": "phone"}, threshold=98))
    if kind in ("date", "datetime") and not _may_lie_ahead(name):
        found.append(_rule("range", [name], options={"most": "taken"}, threshold=99))
    return found


def _may_lie_ahead(name: str) -> bool:
    """Whether a day may be later than the reading: plans and terms end in the future (可在将来)."""
    return name.endswith("_to") or any(
        word in name for word in ("plan", "due", "valid", "until", "expire", "end", "finish", "next")
    )


def _of_pairs(columns: Sequence[Column]) -> list[dict[str, Any]]:
    types = {column["name"]: column["type"] for column in columns}
    return [
        _rule("compare", [first, last], options={"op": "le"}, threshold=99)
        for first, last in PAIRS
        if types.get(first) in ("date", "datetime") and types.get(first) == types.get(last)
    ]


def _rule(
    kind: str,
    columns: list[str],
    *,
    options: dict[str, Any] | None = None,
    weight: int = 1,
    threshold: int = 100,
) -> dict[str, Any]:
    return {
        "kind": kind, "columns": columns, "options": options or {},
        "weight": weight, "threshold": threshold,
    }  # fmt: skip

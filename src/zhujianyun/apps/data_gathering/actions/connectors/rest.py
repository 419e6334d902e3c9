"""REST interfaces (REST 接入): paged by number or by cursor, through `base.outbound`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.actions.connectors.contract import Place, all_there, failed, setting
from zhujianyun.apps.data_gathering.actions.connectors.rows import text_array
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base import outbound

MOST_PAGES = 200_000
_PAGE_BYTES = 32 * 1024**2


class Rest:
    """An interface that answers pages of JSON records (REST 接入).

    place = {url, records, total?, paging: number|cursor, page?, size?, size_value?, cursor?, next?,
    token_header?, params?, allow_private?}. Members are named by paths such as ``data.rows``. The same
    page twice is a fault of the source and ends the reading.
    """

    def __init__(self, place: Place, secret: str = "") -> None:
        self.place, self.secret = place, secret
        self.position: Any = None
        self.note = ""
        self.url = setting(place, "url", "接口地址")
        self._first: dict[str, Any] | None = None

    @property
    def peer(self) -> str:
        return str(self.url).partition("?")[0]

    def open(self) -> None:
        self._first = self._page(None)

    def _page(self, at: Any) -> dict[str, Any]:
        headers = {self.place.get("token_header", "Authorization"): self.secret} if self.secret else {}
        answer = outbound.get(
            self.url, params=self._params(at), headers=headers, timeout=float(self.place.get("timeout", 30)),
            max_bytes=_PAGE_BYTES, allow_private=self.place.get("allow_private") or _ranges(),
        ).expect_ok()  # fmt: skip
        found = answer.json()
        return found if isinstance(found, dict) else {"": found}

    def _params(self, at: Any) -> dict[str, str]:
        place = self.place
        params = {
            **place.get("params", {}),
            place.get("size", "page_size"): str(place.get("size_value", 500)),
        }
        if place.get("paging", "number") == "number":
            return params | {place.get("page", "page"): str(at if at is not None else self._start)}
        return params | ({place.get("cursor", "cursor"): str(at)} if at is not None else {})

    @property
    def _start(self) -> int:
        return int(self.place.get("first_page", 1))

    def _records(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        found = _at(page, self.place.get("records", ""))
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            text = f"应答中没有记录数组 {self.place.get('records') or '（整体）'}，请核对接口约定"
            raise failed(self.peer, text, rule="rest_shape", retriable=False)
        return found

    def columns(self) -> list[Found]:
        seen: dict[str, None] = {}
        for record in self._records(self._first or {}):
            seen.update(dict.fromkeys(record))
        return [Found(name) for name in seen]

    def count(self) -> int | None:
        if not (path := self.place.get("total")):
            return None
        total = _at(self._first or {}, path)
        return int(total) if str(total).isdigit() else None

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        if offered := self.columns():
            all_there(columns, offered)
        at, seen = (after or {}).get("at"), set((after or {}).get("seen", ())[-1:])
        for _ in range(MOST_PAGES):
            page = self._first if at is None and self._first is not None else self._page(at)
            rows = self._records(page or {})
            if not rows:
                return
            seen.add(self._fresh(rows, seen))
            at = self._next(page or {}, at, len(rows))
            self.position = {"at": at, "seen": sorted(seen)[-1:]}
            arrays = [text_array([row.get(name) for row in rows]) for name in columns]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))
            if at is None:
                return
        raise failed(self.peer, f"超过 {MOST_PAGES} 页仍未结束", rule="rest_endless", retriable=False)

    def _fresh(self, rows: list[dict[str, Any]], seen: set[str]) -> str:
        mark = hashlib.sha256(repr(rows).encode()).hexdigest()
        if mark in seen:
            text = "对方反复返回同一页，请核对分页参数或联系对方"
            raise failed(self.peer, text, rule="rest_same_page", retriable=False)
        return mark

    def _next(self, page: dict[str, Any], at: Any, rows: int) -> Any:
        if self.place.get("paging", "number") == "cursor":
            return _at(page, self.place.get("next", "next")) or None
        if rows < int(self.place.get("size_value", 500)) and self.place.get("short_is_last", True):
            return None
        return (self._start if at is None else int(at)) + 1

    def same(self, position: Any, read: int) -> bool:
        return False  # pages move when rows are added: what was read may be another page by now

    def close(self) -> None:
        self._first = None


def _ranges() -> Any:
    """The private ranges of the settings, none by default (来源网段)."""
    from zhujianyun.apps.data_gathering.actions.trying import ranges

    return ranges() or False


def _at(value: Any, path: str) -> Any:
    """The member at a dotted path; the whole for an empty one (取成员)."""
    for name in filter(None, path.split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    if not path and isinstance(value, dict) and set(value) == {""}:
        return value[""]
    return value

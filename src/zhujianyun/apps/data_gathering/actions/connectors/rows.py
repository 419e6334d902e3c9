"""Files and what else delivers row by row (逐行接入): into batches, going on behind a number of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.actions.connectors.contract import (
    BATCH_ROWS,
    Place,
    failed,
    setting,
)
from zhujianyun.apps.data_gathering.rules.drift import Found


class FileConnector:
    """What connectors of files have in common (文件接入): position = {rows, size, changed}."""

    def __init__(self, place: Place, secret: str = "") -> None:
        self.place, self.secret = place, secret
        self.path = Path(setting(place, "path", "文件路径"))
        self.position: Any = None
        self.note = ""
        self.names: list[str] = []

    @property
    def peer(self) -> str:
        return self.path.name

    def open(self) -> None:
        if not self.path.is_file():
            raise failed(str(self.path), "文件不存在，请核对路径或等待投放", rule="file", retriable=False)
        self._stamp = self._now()

    def _now(self) -> dict[str, int]:
        stat = self.path.stat()
        return {"size": stat.st_size, "changed": stat.st_mtime_ns}

    def columns(self) -> list[Found]:
        return [Found(name) for name in self.names]

    def count(self) -> int | None:
        return None

    def _all(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        rows = self._rows(columns)
        while portion := list(islice(rows, int(self.place.get("batch_rows", BATCH_ROWS)))):
            arrays = [text_array(values) for values in zip(*portion, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=list(columns))

    def _rows(self, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        raise NotImplementedError

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        passed, skip = 0, int(after["rows"]) if after else 0
        for batch in self._all(columns):
            passed += batch.num_rows
            if passed <= skip:
                continue
            if passed - batch.num_rows < skip:
                batch = batch.slice(skip - (passed - batch.num_rows))
            self._unchanged()
            self.position = {"rows": passed, **self._stamp}
            yield batch

    def _unchanged(self) -> None:
        if self._now() != self._stamp:
            raise failed(self.peer, "文件在取数过程中被改动，请在投放完成后重新归集", rule="file_changed")

    def same(self, position: Any, read: int) -> bool:
        return position == {"rows": read, **self._now()}

    def close(self) -> None:
        return


def text_array(values: Sequence[Any]) -> pa.Array:
    """Values as text, whatever they were (文本列): JSON keeps numbers and truth values as it writes them."""
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        import orjson

        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)

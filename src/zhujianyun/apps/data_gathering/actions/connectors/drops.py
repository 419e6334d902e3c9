"""JSON and XML files that a neighbour drops (文件投放接入), streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from zhujianyun.apps.data_gathering.actions.connectors.contract import all_there, failed
from zhujianyun.apps.data_gathering.actions.connectors.rows import FileConnector
from zhujianyun.apps.data_gathering.actions.connectors.sheets import encoding_of

_LOOK = 200  # records looked at for the names
_PIECE = 256 * 1024
_MOST = 4 * 1024**2  # characters of one record


class _Records(FileConnector):
    """Files of named records: the columns are the names met in the first records."""

    def open(self) -> None:
        super().open()
        seen: dict[str, None] = {}
        for record in islice(self._records(), _LOOK):
            seen.update(dict.fromkeys(record))
        self.names = list(seen)

    def _records(self) -> Iterator[dict[str, Any]]:
        raise NotImplementedError

    def _rows(self, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        if self.names:
            all_there(columns, self.columns())
        for record in self._records():
            yield [record.get(name) for name in columns]


class Json(_Records):
    """JSON lines, one array, or an array inside an object (JSON 接入): place = {path, records?}.

    ``records`` names the member of the object that holds the array. Numbers keep every digit.
    """

    def _records(self) -> Iterator[dict[str, Any]]:
        with self.path.open(encoding=encoding_of(self.path)) as file:
            try:
                for record in values_in(file, str(self.place.get("records", ""))):
                    if not isinstance(record, dict):
                        raise failed(self.peer, "记录不是 JSON 对象", rule="json", retriable=False)
                    yield record
            except ValueError as error:
                raise failed(
                    self.peer, f"JSON 格式不正确（{error}）", rule="json", retriable=False
                ) from error


def values_in(file: IO[str], member: str = "") -> Iterator[Any]:
    """The values of a JSON array or of JSON lines, one by one (逐条读取 JSON).

    Raises:
        ValueError: when it is neither, or is cut off.
    """
    text = _Window(file)
    if member:
        text.seek_member(member)
    if text.peek() == "[":
        text.take()
        yield from _elements(text)
        return
    while text.peek():
        yield text.value()


def _elements(text: _Window) -> Iterator[Any]:
    if text.peek() == "]":
        return
    while True:
        yield text.value()
        sign = text.peek()
        if sign == "]":
            return
        if sign != ",":
            raise ValueError("数组没有结束" if not sign else "数组元素之间缺少逗号")
        text.take()


class _Window:
    """A window on a text that is longer than memory (读取窗口)."""

    def __init__(self, file: IO[str]) -> None:
        self.file, self.text, self.at = file, "", 0
        self.decoder = json.JSONDecoder(parse_float=Decimal)

    def more(self) -> bool:
        piece = self.file.read(_PIECE)
        self.text, self.at = self.text[self.at :] + piece, 0
        return bool(piece)

    def peek(self) -> str:
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n\ufeff":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self) -> None:
        self.at += 1

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except ValueError:
                end = -1
            # A number at the edge of the window may go on behind it.
            if 0 <= end < len(self.text):
                self.at = end
                return value
            if len(self.text) - self.at > _MOST:
                raise ValueError("单条记录过大或格式错误")
            if not self.more():
                value, self.at = self.decoder.raw_decode(self.text, self.at)
                return value

    def seek_member(self, member: str) -> None:
        if self.peek() != "{":
            raise ValueError("外层不是对象")
        self.take()
        while self.peek() == '"':
            name = self.value()
            if self.peek() != ":":
                raise ValueError("缺少冒号")
            self.take()
            self.peek()
            if name == member:
                return
            self.value()
            if self.peek() == ",":
                self.take()
        raise ValueError(f"没有名为 {member} 的数组")


class Xml(_Records):
    """An XML file (XML 接入): place = {path, record}; child elements and attributes are columns. No entities, no DTD."""

    def _records(self) -> Iterator[dict[str, Any]]:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, iterparse

        wanted = self.place.get("record", "")
        depth = 0
        top: Any = None
        try:
            for event, element in iterparse(self.path, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    depth += 1
                    top = element if top is None else top
                    continue
                depth -= 1
                if _tag(element) == wanted if wanted else depth == 1:
                    yield {**element.attrib, **{_tag(child): _content(child) for child in element}}
                    top.clear()
        except DefusedXmlException as error:
            text = "XML 含有实体或文档类型声明，出于安全不予读取"
            raise failed(self.peer, text, rule="xml_unsafe", retriable=False) from error
        except ParseError as error:
            raise failed(self.peer, f"XML 格式不正确（{error}）", rule="xml", retriable=False) from error


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _content(element: Any) -> str | None:
    """The text of an element; empty with ``nil`` is NULL, without it empty text."""
    if any(name.endswith("nil") and value in ("true", "1") for name, value in element.attrib.items()):
        return None
    return "".join(element.itertext())

"""Screening of a content (内容安全检查): two files in one, scripts in pictures, entities in XML."""

from __future__ import annotations

import os
import re
from typing import BinaryIO
from xml.parsers import expat

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files import archives

_HEAD, _TAIL = 1024, 22 + 0xFFFF
_PIECE = 1 << 16
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|iframe)\b", re.I)
_ARCHIVES = ("zip", "ofd", "docx", "xlsx", "pptx")
_BINARY = ("pdf", "png", "jpg", "gif", "bmp", "tif", "webp", "dwg", "mp4", "mp3", "wav", "doc", "xls", "ppt")
_ACTIVE = {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "set", "animate"}
_LINK = re.compile(r"^\s*(#|data:image/(png|jpe?g|gif|webp);base64,)", re.I)
_PAGE_LANGUAGES = re.compile(r"w3\.org/(1999/xhtml|2000/svg)", re.I)
_STYLE = re.compile(r"@import|expression\s*\(|javascript:|url\s*\(\s*['\"]?\s*(?!#)", re.I)


def _refused(rule: str, message_zh: str) -> RuleBroken:
    return RuleBroken(message_zh, rule=f"files.{rule}")


def check(file: BinaryIO, kind: str) -> None:
    """Refuse a content of this kind that may hurt whoever opens it (安全检查).

    Raises:
        RuleBroken: ``files.polyglot``, ``files.active``, ``files.entity``, ``files.archive.*``.
    """
    if kind in _ARCHIVES:
        archives.check(file)
    elif kind in _BINARY:
        _check_alone(file, kind)
    elif kind in ("svg", "xml"):
        _check_markup(file, kind)


def _check_alone(file: BinaryIO, kind: str) -> None:
    """Nothing but this one file is in it: no page, no PDF, no archive besides (多重格式检查)."""
    file.seek(0)
    head = file.read(_HEAD)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    hidden = _MARKUP.search(head) or head.find(b"%PDF-", 1) > 0 or _holds_archive(tail, size)
    if hidden or (kind == "pdf" and b"%%EOF" not in tail[-_HEAD:]):
        raise _refused("polyglot", "文件内夹带了另一种格式的内容或不完整，已拒收。请用原软件重新导出后上传。")


def _holds_archive(tail: bytes, size: int) -> bool:
    """Whether an unpacker would find an archive at the end: end record and directory fit together."""
    found = archives.end_record(tail)
    if found is None:
        return False
    at, record = found
    length = int.from_bytes(record[12:16], "little")
    directory = at - length
    if directory < 0:
        return length < size
    return length > 0 and tail[directory : directory + 4] == b"PK\x01\x02"


class _Markup:
    """A reader of markup that stops at the first thing that acts (标记检查)."""

    def __init__(self, kind: str) -> None:
        self.svg = kind == "svg"
        self.in_style = False
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction
        self.parser.StartElementHandler = self.start if self.svg else self.plain
        if self.svg:
            self.parser.EndElementHandler = self.end
            self.parser.CharacterDataHandler = self.characters

    def doctype(self, *_parts: object) -> None:
        raise _refused("entity", "文件含有 DTD 或实体声明，请删除 <!DOCTYPE> 一节后上传。")

    def instruction(self, target: str, _content: str) -> None:
        raise self.active(f"处理指令 {target}")

    def active(self, what_zh: str) -> RuleBroken:
        return _refused("active", f"文件含有可执行或外部引用的内容（{what_zh}），请删除后上传。")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(":", 1)[-1].lower()
        if local in _ACTIVE or local.startswith("animate"):
            raise self.active(f"<{local}>")
        self.in_style = local == "style"
        for attribute, value in attributes.items():
            self.attribute(attribute.rsplit(":", 1)[-1].lower(), value)

    def plain(self, name: str, attributes: dict[str, str]) -> None:
        """Data in XML: a browser runs whatever names the languages of pages and pictures."""
        if any(_PAGE_LANGUAGES.search(value) for value in attributes.values()):
            raise self.active(name)

    def attribute(self, name: str, value: str) -> None:
        if name.startswith("on"):
            raise self.active(name)
        if name in ("href", "src", "data", "action", "formaction") and not _LINK.match(value):
            raise self.active(name)
        if _STYLE.search(value):
            raise self.active(name)

    def end(self, _name: str) -> None:
        self.in_style = False

    def characters(self, text: str) -> None:
        if self.in_style and _STYLE.search(text):
            raise self.active("样式引用")


def _check_markup(file: BinaryIO, kind: str) -> None:
    reader = _Markup(kind).parser
    reader.buffer_text = True
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            reader.Parse(piece, False)
        reader.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as e:
        raise _refused("markup", "文件不是完整的 XML，请用原软件重新导出后上传。") from e

"""What a content really is (内容识别): by its bytes, never by its name.

``filetype`` knows pictures, sound and film; papers, drawings and texts are told apart here,
because for them the magic numbers of a library are too coarse (a .docx is a .zip is an .ofd).
"""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

import filetype

from zhujianyun.base.files import archives

HEAD = 8192
_PIECE = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BY_LIBRARY = {"png", "jpg", "gif", "bmp", "tif", "webp", "mp4", "m4v", "mp3", "wav"}
_TEXT_KINDS = ("txt", "csv", "json")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_WEB_PAGE = re.compile(rb"<\s*(!doctype\s+html|html|script|iframe)\b", re.I)
_MORE = {  # a table that begins with "BM01," is no picture
    "bmp": re.compile(rb"BM....\0\0\0\0", re.S),
    "gif": re.compile(rb"GIF8[79]a"),
    "mp3": re.compile(rb"ID3[\x02-\x04]|\xff[\xe0-\xff]"),
}
_BOM = codecs.BOM_UTF8


def kinds_of(file: BinaryIO) -> tuple[str, ...]:
    """The kinds that a content may pass for; empty when it is none of ours (可能的类型)."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return ("pdf",)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return archives.kinds_of(file)
    if head.startswith(_OLE):
        return ("doc", "xls", "ppt")
    return _drawing(head) or _media(head) or _text(file, head)


def _drawing(head: bytes) -> tuple[str, ...]:
    """DWG, DXF and IFC by the words with which they must begin (图纸识别)."""
    if re.match(rb"AC10\d\d\0{5}", head):
        return ("dwg",)
    if head.startswith(b"AutoCAD Binary DXF\r\n\x1a\x00"):
        return ("dxf",)
    if re.match(rb"(?:\s*999[ \t]*\r?\n[^\n]*\n)*\s*0[ \t]*\r?\n[ \t]*SECTION[ \t]*\r?\n", head):
        return ("dxf",)
    if head.lstrip().startswith(b"ISO-10303-21;") and re.search(rb"FILE_SCHEMA\s*\(\s*\(\s*'IFC", head):
        return ("ifc",)
    return ()


def _media(head: bytes) -> tuple[str, ...]:
    """Pictures, sound, film; where the library is content with two letters, a little more (媒体识别)."""
    found = filetype.guess(head)
    if found is None or found.extension not in _BY_LIBRARY:
        return ()
    if not _MORE.get(found.extension, re.compile(b"")).match(head):
        return ()
    return ("mp4",) if found.extension == "m4v" else (found.extension,)


def _text(file: BinaryIO, head: bytes) -> tuple[str, ...]:
    """Texts by their first mark, when the whole of them is text (文本识别)."""
    start = head.removeprefix(_BOM).lstrip()
    if not is_text(file):
        return ()
    if re.search(rb"<svg[\s>]", head, re.I) and start.startswith(b"<"):
        return ("svg",)
    if _WEB_PAGE.search(head):
        return ("html",)
    if start.startswith((b"<?xml", b"<!DOCTYPE")) or re.match(rb"<[A-Za-z_][\w.:-]*[\s/>]", start):
        return ("xml",)
    return _TEXT_KINDS


def is_text(file: BinaryIO) -> bool:
    """Whether every byte belongs to a text in UTF-8 or GB 18030, read piece by piece (是否文本)."""
    return any(_decodes(file, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            if _CONTROL.search(piece):
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True

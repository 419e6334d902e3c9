"""Contents for the tests of the file store (测试样本), made by hand: good ones and traps."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"\0\0\0\0IEND\xaeB`\x82"
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + bytes(40) + b"\xff\xd9"
GIF = b"GIF89a" + bytes(20) + b";"
BMP = b"BM\x3e\0\0\0\0\0\0\0" + bytes(52)
TIF = b"II*\0" + bytes(40)
WEBP = b"RIFF\x1a\0\0\0WEBPVP8 " + bytes(16)
DWG = b"AC1032" + bytes(64)
DXF = b"999\r\nmade by hand\r\n  0\r\nSECTION\r\n  2\r\nHEADER\r\n  0\r\nENDSEC\r\n  0\r\nEOF\r\n"
IFC = b"ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('x'),'2;1');\nFILE_SCHEMA(('IFC4'));\nENDSEC;\n"
TXT = "一段文字，第二段。\n".encode()
GBK = "南宁市住房和城乡建设局\n".encode("gb18030")
CSV = "编号,名称\nBM01,桥\n".encode()
JSON = '{"名称": "桥"}'.encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L1 1" style="fill:url(#a)"/></svg>'
XML = b'<?xml version="1.0"?><cases><case no="1"/></cases>'


def archive(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of some entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in entries.items():
            made.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return target.getvalue()


ZIP = archive({"a.txt": b"a" * 500})
DOCX = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
XLSX = archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})
PPTX = archive({"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"})
OFD = archive({"OFD.xml": b"<ofd/>", "Doc_0/Document.xml": b"<d/>"})
BOMB = archive({f"{i}": bytes(8 * 1024**2) for i in range(4)})
ONE_BOMB = archive({"0": bytes(24 * 1024**2)})

GOOD: list[tuple[str, bytes]] = [
    ("pdf", PDF),
    ("png", PNG),
    ("jpg", JPG),
    ("gif", GIF),
    ("bmp", BMP),
    ("tif", TIF),
    ("webp", WEBP),
    ("dwg", DWG),
    ("dxf", DXF),
    ("ifc", IFC),
    ("txt", TXT),
    ("txt", GBK),
    ("csv", CSV),
    ("csv", b"BM0123456789,GIF,ID3"),
    ("csv", b"BM01,x"),
    ("json", JSON),
    ("svg", SVG),
    ("xml", XML),
    ("zip", ZIP),
    ("docx", DOCX),
    ("xlsx", XLSX),
    ("pptx", PPTX),
    ("ofd", OFD),
]

XLINK = b'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
ACTIVE_SVG: list[bytes] = [
    b"<svg " + XLINK + b">" + inner + b"</svg>"
    for inner in (
        b"<script>alert(1)</script>",
        b"<SCRIPT/>",
        b'<s:script xmlns:s="http://www.w3.org/2000/svg"/>',
        b'<rect onload="x()"/>',
        b'<rect ONCLICK="x()"/>',
        b'<a xlink:href="javascript:alert(1)"/>',
        b'<a href="java&#115;cript:alert(1)"/>',
        b'<a href="data:text/html;base64,PHNjcmlwdD4="/>',
        b'<image href="https://evil.example/x.png"/>',
        b'<use xlink:href="//evil.example/x.svg#a"/>',
        b"<foreignObject><p/></foreignObject>",
        b'<set attributeName="href" to="javascript:x"/>',
        b'<animate attributeName="href" values="javascript:x"/>',
        b"<style>@import 'https://evil.example/x.css';</style>",
        b'<rect style="fill:url(https://evil.example/)"/>',
    )
] + [
    b'<?xml-stylesheet href="https://evil.example/x.xsl"?><svg xmlns="http://www.w3.org/2000/svg"/>',
]
ENTITY_SVG: list[bytes] = [
    b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
    b'<!DOCTYPE svg SYSTEM "http://evil.example/x.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>',
]
POLYGLOTS: list[tuple[str, bytes]] = [
    ("pdf", PDF + ZIP),
    ("pdf", PDF + ZIP + b"\n%%EOF\n"),
    ("pdf", b"%PDF-1.4\n<script>alert(1)</script>\n" + PDF[9:]),
    ("pdf", PDF.replace(b"%%EOF", b"")),
    ("pdf", PDF + bytes(5000)),
    ("png", PNG + ZIP),
    ("jpg", JPG + ZIP),
    ("gif", b"GIF89a/*<script>*/" + GIF[6:]),
    ("jpg", JPG[:20] + PDF + JPG[20:]),
]

"""Kinds of files (文件类型): what a content may be, and the endings its name may have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file (文件类型): code, Chinese name, media type, permitted endings."""

    code: str
    zh: str
    media_type: str
    endings: tuple[str, ...]


def _openxml(part: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.{part}"


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("pdf", "PDF 文件", "application/pdf", ("pdf",)),
        Kind("ofd", "OFD 版式文件", "application/ofd", ("ofd",)),
        Kind("docx", "Word 文档", _openxml("wordprocessingml.document"), ("docx",)),
        Kind("xlsx", "Excel 表格", _openxml("spreadsheetml.sheet"), ("xlsx",)),
        Kind("pptx", "PowerPoint 演示文稿", _openxml("presentationml.presentation"), ("pptx",)),
        Kind("doc", "Word 97 文档", "application/msword", ("doc", "wps")),
        Kind("xls", "Excel 97 表格", "application/vnd.ms-excel", ("xls", "et")),
        Kind("ppt", "PowerPoint 97 演示文稿", "application/vnd.ms-powerpoint", ("ppt", "dps")),
        Kind("zip", "ZIP 压缩包", "application/zip", ("zip",)),
        Kind("png", "PNG 图片", "image/png", ("png",)),
        Kind("jpg", "JPEG 图片", "image/jpeg", ("jpg", "jpeg")),
        Kind("gif", "GIF 图片", "image/gif", ("gif",)),
        Kind("bmp", "BMP 图片", "image/bmp", ("bmp",)),
        Kind("tif", "TIFF 图片", "image/tiff", ("tif", "tiff")),
        Kind("webp", "WebP 图片", "image/webp", ("webp",)),
        Kind("svg", "SVG 图形", "image/svg+xml", ("svg",)),
        Kind("dwg", "DWG 图纸", "image/vnd.dwg", ("dwg",)),
        Kind("dxf", "DXF 图纸", "image/vnd.dxf", ("dxf",)),
        Kind("ifc", "IFC 建筑信息模型", "application/x-step", ("ifc",)),
        Kind("mp4", "MP4 视频", "video/mp4", ("mp4", "m4v")),
        Kind("mp3", "MP3 音频", "audio/mpeg", ("mp3",)),
        Kind("wav", "WAV 音频", "audio/x-wav", ("wav",)),
        Kind("txt", "纯文本", "text/plain", ("txt", "log", "md")),
        Kind("csv", "CSV 表格", "text/csv", ("csv",)),
        Kind("json", "JSON 数据", "application/json", ("json", "geojson", "jsonl")),
        Kind("xml", "XML 数据", "application/xml", ("xml",)),
        Kind("html", "网页", "text/html", ("html", "htm")),
    )
}

# Whatever can carry a program (old Office, SVG, web pages, XML) is taken only where it is asked for.
_PROGRAM_CARRIERS = {"doc", "xls", "ppt", "svg", "html", "xml"}
_ON_REQUEST = _PROGRAM_CARRIERS | {"mp4", "mp3", "wav"}
DEFAULT_KINDS: tuple[str, ...] = tuple(code for code in KINDS if code not in _ON_REQUEST)


def names_zh(codes: tuple[str, ...]) -> str:
    """The endings of some kinds, as a sentence names them (可用后缀)."""
    return "、".join(f".{ending}" for code in codes for ending in KINDS[code].endings[:1])

"""Checkpoints as witnesses (检查点作证): each says what root the tree had at its size.

Those in the table and those of a file from outside are judged alike; those from outside also say
which checkpoints the table must have.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from zhujianyun.base import ciphers
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.journal.checkpoints import KEY_LABEL, SIGNED, signed_bytes, stored


@dataclass(frozen=True, slots=True)
class Mark:
    """One checkpoint to be compared with the records (待核检查点)."""

    kind: str  # "checkpoint" in the table, "external" from the file outside
    number: int  # number in the table, line in the file
    size: int
    root: str
    log_id: str
    problem_zh: str = ""  # what is wrong with the checkpoint itself
    missing_zh: str = ""  # what the table lacks, to be said when the records themselves agree

    @property
    def title_zh(self) -> str:
        """How a sentence names it (称呼)."""
        return f"检查点 {self.number}" if self.kind == "checkpoint" else f"外部检查点文件第 {self.number} 行"


def inside() -> list[Mark]:
    """The checkpoints of the table (库内检查点)."""
    marks: list[Mark] = []
    size = 0
    for place, line in enumerate(stored()):
        problem = _problem(line)
        if not problem and line["number"] != place:
            problem = f"缺少检查点 {place}"
        if not problem and line["size"] < size:
            problem = "条数比前一检查点少"
        size = line["size"] if not problem else size
        marks.append(_mark("checkpoint", line["number"] if problem[:2] != "缺少" else place, line, problem))
    return marks


def problems(numbers: Collection[int]) -> dict[int, str]:
    """What is wrong with some checkpoints of the table by themselves (检查点问题); "" for a good signature."""
    if not numbers:
        return {}
    lines = stored(after=min(numbers) - 1)
    return {line["number"]: _problem(line) for line in lines if line["number"] in numbers}


def outside(path: Path) -> list[Mark]:
    """The checkpoints of a file from outside (外部检查点).

    Raises:
        NotFound: when there is no such file.
    """
    if not path.is_file():
        raise NotFound(f"找不到外部检查点文件 {path}，请核对路径。", rule="journal.external", path=str(path))
    table = {line["number"]: line for line in stored()}
    marks = []
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if text.strip():
                marks.append(_outside_mark(number, text, table))
    return marks


def _outside_mark(number: int, text: bytes, table: dict[int, dict[str, Any]]) -> Mark:
    line = _parsed(text)
    missing = "" if line == table.get(line.get("number", -1)) else "在数据库中没有相同的检查点"
    return _mark("external", number, line, _problem(line), missing)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        line = orjson.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _mark(kind: str, number: int, line: dict[str, Any], problem: str, missing: str = "") -> Mark:
    size = line.get("size")
    if type(size) is not int or size < 0:
        size = 0
    return Mark(kind, number, size, str(line.get("root")), str(line.get("log_id")), problem, missing)


def _problem(line: dict[str, Any]) -> str:
    """What is wrong with a checkpoint by itself; empty when its signature is ours and good."""
    if set(line) != {*SIGNED, "signature"} or not all(isinstance(line[n], str | int) for n in line):
        return "内容残缺"
    if line["signature_alg"] not in ("ed25519", "sm2-sm3"):
        return "签名算法不明"
    if line["public_key"] not in _trusted(line["signature_alg"]):
        return "签名公钥不是本日志的公钥"
    signature = _from_hex(line["signature"])
    public_key = line["public_key"].encode()
    if not ciphers.verify(line["signature_alg"], public_key, signed_bytes(line), signature):
        return "签名不符，内容被改动"
    return ""


def _trusted(alg: str) -> set[str]:
    """Our own public key, and those of earlier hosts named in ``ZJY_JOURNAL_TRUSTED_KEYS`` (PEM)."""
    own = ciphers.signer(KEY_LABEL, alg).public_bytes().decode()
    return {own, *getattr(settings, "ZJY_JOURNAL_TRUSTED_KEYS", ())}


def _from_hex(text: Any) -> bytes:
    try:
        value = bytes.fromhex(text)
    except (ValueError, TypeError):
        return b""
    return value if value.hex() == text else b""

"""The seal of a paper (文书封签): what makes the PDF alone provable, on any machine, without us.

The seal is a signed sheet of facts (number, case, day of issue, digest of the facts, SHA-256 of the
PDF). It is written behind the end of the PDF as a comment, followed by the same ``startxref`` once
more, so that every reader still opens the file and a citizen keeps one file, not two:

    …the PDF…%%EOF
    %ZJY-SEAL-1 <sheet, base64> <signature, base64>
    startxref
    <the same place as before>
    %%EOF

Nothing else may stand behind the PDF: a later change, even one that a PDF reader would call an
incremental update, is found. The trap: the *last* mark counts, and everything before it is hashed.

Data that are published as JSON (draws, clock proofs) carry the same signature as a field ``seal``.
`verify_paper.py` beside this package checks a paper with Python alone.

Price and alternatives: docs/decisions/0014. Source: RFC 8032 (Ed25519), GB/T 32918 and 35276 (SM2).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import orjson

from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.models import Paper

FORMAT = "zhujianyun-paper-seal/1"
MARK = b"\n%ZJY-SEAL-1 "
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")


def labels() -> tuple[str, ...]:
    """Labels of the seal's keys (封签密钥): the first signs, the others only verify what they once signed."""
    from django.conf import settings

    return tuple(getattr(settings, "ZJY_SEAL_LABELS", ("paper-seal",)))


def signer() -> ciphers.Signer:
    """Who signs seals now (封签签名者)."""
    return ciphers.signer(labels()[0])


def public_keys() -> list[dict[str, str]]:
    """Every public key a verifier may meet (封签公钥): label, algorithm, id and PEM.

    A key of the other family (Ed25519, SM2) is listed when it has ever been used.
    """
    from zhujianyun.base.ciphers import keys, signing

    found = []
    for label in labels():
        for alg in signing.ALGORITHMS:
            is_made = (keys.folder() / f"sign.{label}.{alg}.pem").exists()
            if is_made or (label == labels()[0] and alg == signing.preferred()):
                one = ciphers.signer(label, alg)
                pem = one.public_bytes().decode()
                found.append({"label": label, "alg": one.alg, "key": one.key_id, "pem": pem})
    return found


def sheet_of(paper: Paper, pdf: bytes) -> dict[str, str]:
    """What the seal says of a paper (封签内容), before it is signed."""
    by = signer()
    return {
        "format": FORMAT,
        "number": paper.number,
        "doc": paper.doc,
        "case": str(paper.facts.get("case_number", "")),
        "office": str(paper.facts.get("office", "")),
        "issued_on": str(paper.facts.get("issued_on", "")),
        "digest": paper.digest,
        "sha256": ciphers.hash_hex("sha256", pdf),
        "label": by.label,
        "key": by.key_id,
        "alg": by.alg,
    }


def sealed(paper: Paper, pdf: bytes) -> bytes:
    """The PDF with its seal behind it (加封).

    Raises:
        RuleBroken: the bytes do not end like a PDF.
    """
    place = _START.search(pdf)
    if place is None:
        raise RuleBroken(
            "文书文件结尾不完整，不能加封，请联系系统管理员。", rule="paper.seal", number=paper.number
        )
    told = canonical(sheet_of(paper, pdf))
    parts = [base64.b64encode(told), base64.b64encode(signer().sign(told))]
    return pdf + MARK + b" ".join(parts) + b"\nstartxref\n" + place[1] + b"\n%%EOF\n"


def read(content: bytes) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """The seal of a file (读取封签): sheet, its signed bytes, the signature, and the PDF that was sealed.

    Raises:
        RuleBroken: there is no seal, it is damaged, or something else stands behind the PDF.
    """
    at = content.rfind(MARK)
    if at < 0:
        raise RuleBroken("这份 PDF 没有封签。", rule="paper.seal_absent")
    pdf, block = content[:at], content[at + len(MARK) :]
    place = _START.search(pdf)
    line, _, tail = block.partition(b"\n")
    if place is None or tail != b"startxref\n" + place[1] + b"\n%%EOF\n":
        raise RuleBroken("封签之后还有别的内容，文件已被改动。", rule="paper.seal_tail")
    try:
        told, signature = (base64.b64decode(part, validate=True) for part in line.split(b" "))
        sheet = orjson.loads(told)
    except (ValueError, binascii.Error) as error:
        raise RuleBroken("封签已损坏，不能读取。", rule="paper.seal_damaged") from error
    return sheet, told, signature, pdf


def check(content: bytes) -> dict[str, Any]:
    """The sheet of a file whose seal holds (验封).

    Raises:
        RuleBroken: as `read`; or the file was altered, or somebody else's key signed.
    """
    sheet, told, signature, pdf = read(content)
    if sheet.get("sha256") != ciphers.hash_hex("sha256", pdf):
        raise RuleBroken("文件内容与封签不一致，已被改动。", rule="paper.seal_altered")
    if not _signed_by_us(sheet, told, signature):
        raise RuleBroken("封签不是本机关的密钥签的。", rule="paper.seal_key", key=sheet.get("key"))
    return sheet


def canonical(data: Mapping[str, Any]) -> bytes:
    """The bytes that are signed (规范化): JSON, keys sorted, no spaces, UTF-8; no fractions inside."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def with_seal(data: dict[str, Any]) -> dict[str, Any]:
    """Published data with the signature over all the rest as ``seal`` (数据签名)."""
    by = signer()
    signature = base64.b64encode(by.sign(canonical(data))).decode()
    return {**data, "seal": {"label": by.label, "key": by.key_id, "alg": by.alg, "signature": signature}}


def _signed_by_us(sheet: Mapping[str, Any], told: bytes, signature: bytes) -> bool:
    return any(
        (one["key"], one["alg"]) == (sheet.get("key"), sheet.get("alg"))
        and ciphers.verify(one["alg"], one["pem"].encode(), told, signature)
        for one in public_keys()
    )

#!/usr/bin/env python3
"""Proves a receipt of a shared interface without the platform (离线核验调用回执).

    verify_receipt.py receipt.json platform.pem [answer]

``receipt.json`` is what 下载签名回执 saved: receipt, signature and the answer's bytes, all in base64. With a third
file the answer is taken from there. ``platform.pem`` is the public key, got from the platform once by a way that
is trusted (``/r1/receipt-key.pem``). Needs nothing but `cryptography`. Exit code 0: proved; 1: not; 2: unreadable.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

SHOWN = {
    "time": "时间", "consumer": "调用方", "service": "服务", "grant": "授权", "purpose": "用途", "issue": "办件",
    "status": "状态码", "rows": "行数", "dataset": "数据集", "snapshot": "数据版本", "id": "调用编号",
}  # fmt: skip


def main(given: list[str]) -> int:
    """Verify what the command line names (核验)."""
    if len(given) not in (2, 3):
        print(__doc__)
        return 2
    try:
        kept = json.loads(Path(given[0]).read_bytes())
        content = base64.b64decode(kept["receipt"], validate=True)
        signature = base64.b64decode(kept["signature"], validate=True)
        body = Path(given[2]).read_bytes() if len(given) == 3 else base64.b64decode(kept["body"])
        key = load_pem_public_key(Path(given[1]).read_bytes())
        row = json.loads(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"读不懂：{error}")
        return 2
    if (
        row.get("form") != "zjy-receipt-1"
        or row.get("alg") != "ed25519"
        or not isinstance(key, Ed25519PublicKey)
    ):
        print("不是本工具认识的回执或公钥。")
        return 2
    return _told(row, _signed(key, signature, content), _same(row, body))


def _signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _same(row: dict[str, object], body: bytes) -> bool:
    return base64.b64encode(hashlib.sha512(body).digest()).decode("ascii") == row.get("response_hash")


def _told(row: dict[str, object], signed: bool, same: bool) -> int:
    print(f"{'✓' if signed else '✗'} 回执{'由该公钥的平台签发，未被改动' if signed else '的签名不符'}")
    print(f"{'✓' if same else '✗'} 答复{'与回执一致' if same else '与回执不一致，已被改动或不是同一次'}")
    for name, zh in SHOWN.items():
        print(f"  {zh}：{'—' if row.get(name) in ('', None) else row[name]}")
    return 0 if signed and same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

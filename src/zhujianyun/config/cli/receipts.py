"""Commands on receipts (调用回执命令): whether the platform signed one, and whether an answer is the one it names."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from zhujianyun.base.errors import RuleBroken


def add_to(commands: Any) -> None:
    """Add `receipt verify`."""
    receipt = commands.add_parser("receipt", help="调用回执：verify 核验", description="共享接口的签名回执。")
    acts = receipt.add_subparsers(dest="act", metavar="动作", required=True)
    verify = acts.add_parser(
        "verify",
        help="核验回执的签名和答复",
        description="用平台公钥核验回执，并核对答复是否与回执一致；也认国密签名。没有平台时用 scripts/verify_receipt.py。",
    )
    verify.add_argument("file", type=Path, metavar="回执文件", help="“下载签名回执”所存的 JSON 文件")
    verify.add_argument("--answer", type=Path, metavar="答复文件", help="另存的答复，默认取回执文件中的")
    verify.add_argument("--key", type=Path, metavar="公钥文件", help="平台公钥（PEM），默认用本平台的")
    verify.set_defaults(run=_verify)


def _verify(chosen: argparse.Namespace) -> int:
    from zhujianyun.base import ciphers

    try:
        from zhujianyun.apps.data_gateway.rules import receipts
    except ImportError as error:
        raise RuleBroken("没有安装应用 data_gateway。", rule="receipt.app") from error
    row, content, signature, body = _read(chosen.file, chosen.answer, receipts)
    own = ciphers.signer(receipts.LABEL, row["alg"]).public_bytes
    public = chosen.key.read_bytes() if chosen.key else own()
    signed = ciphers.verify(row["alg"], public, content, signature)
    same = base64.b64encode(hashlib.sha512(body).digest()).decode("ascii") == row["response_hash"]
    print(f"{'✓ 回执由平台签发，未被改动' if signed else '✗ 回执的签名不符'}")
    print(f"{'✓ 答复与回执一致' if same else '✗ 答复与回执不一致'}")
    print(
        f"  {row['time']}  {row['consumer']} → {row['service']}  授权 {row['grant']}  用途 {row['purpose']}"
    )
    return 0 if signed and same else 1


def _read(file: Path, answer: Path | None, receipts: Any) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """The receipt, its signed bytes, the signature and the answer.

    Raises:
        RuleBroken: when the file is no receipt.
    """
    try:
        kept = json.loads(file.read_bytes())
        row, content = receipts.parse(kept["receipt"])
        signature = base64.b64decode(kept["signature"], validate=True)
        body = answer.read_bytes() if answer else base64.b64decode(kept["body"], validate=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RuleBroken(
            f"读不懂回执 {file}，请选择“下载签名回执”所存的文件。", rule="receipt.file"
        ) from error
    return row, content, signature, body

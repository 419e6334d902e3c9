"""`zhujianyun receipt verify` (核验回执命令)."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from zhujianyun.base.errors import RuleBroken
from zhujianyun.config import cli


@pytest.fixture
def verify(tmp_path, settings):
    settings.ZJY_KEYS = tmp_path / "keys"
    file = tmp_path / "receipt.json"

    def run(kept: dict[str, str]) -> int:
        file.write_text(json.dumps(kept))
        chosen = cli.build().parse_args(["receipt", "verify", str(file)])
        return chosen.run(chosen)

    return run


@pytest.fixture
def kept(verify):
    """A receipt that this platform signed; skipped where the app is taken out."""
    receipts = pytest.importorskip("zhujianyun.apps.data_gateway.rules.receipts")
    reqhash = pytest.importorskip("zhujianyun.apps.data_gateway.rules.reqhash")
    from zhujianyun.base import ciphers

    receipt = receipts.Receipt(
        id="1", message_id="1", time=receipts.instant(1_600_000_000_000_000), request_hash="r",
        response_hash=reqhash.response_hash(b"answer"), status=200, consumer="GX/GOV/C/main",
        service="GX/GOV/M/data/s", grant="G1", grant_version=1, purpose="核验", issue="", dataset="d", snapshot=0,
        items=("a",), rows=3,
    )  # fmt: skip
    headers = dict(receipts.sign(receipt, ciphers.signer(receipts.LABEL)))
    return {"receipt": headers[receipts.HEADER], "signature": headers[receipts.SIGNATURE],
            "body": b64encode(b"answer").decode()}  # fmt: skip


def test_a_receipt_of_this_platform_is_proved_and_another_answer_is_not(verify, kept, capsys):
    assert verify(kept) == 0
    assert "授权 G1" in capsys.readouterr().out
    assert verify(kept | {"body": b64encode(b"other").decode()}) == 1
    assert verify(kept | {"signature": b64encode(b"0" * 64).decode()}) == 1


def test_a_file_that_is_no_receipt_is_told_so(verify, kept):
    with pytest.raises(RuleBroken, match="读不懂"):
        verify({"receipt": "x"})

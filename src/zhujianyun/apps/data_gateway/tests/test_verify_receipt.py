"""A receipt is proved without the platform, and nothing that was altered passes."""

from __future__ import annotations

import importlib.util
import json
from base64 import b64encode
from pathlib import Path

import pytest

from zhujianyun.apps.data_gateway.rules import receipts, reqhash
from zhujianyun.base.ciphers.signing import signer_in

SCRIPT = Path(__file__).parents[5] / "scripts/verify_receipt.py"
BODY = b'{"items":[]}'


@pytest.fixture
def verify():
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture
def kept(tmp_path):
    """A receipt as the page saves it, beside the platform's public key."""
    (tmp_path / "keys").mkdir(mode=0o700)
    signer = signer_in(tmp_path / "keys", receipts.LABEL, "ed25519")
    receipt = receipts.Receipt(
        id="1", message_id="1", time=receipts.instant(1_600_000_000_000_000), request_hash="r",
        response_hash=reqhash.response_hash(BODY), status=200, consumer="GX/GOV/C/main", service="GX/GOV/M/data/s",
        grant="G1", grant_version=1, purpose="核验", issue="", dataset="d", snapshot=0, items=("a",), rows=3,
    )  # fmt: skip
    headers = dict(receipts.sign(receipt, signer))
    (tmp_path / "platform.pem").write_bytes(signer.public_bytes())
    return {
        "receipt": headers[receipts.HEADER], "signature": headers[receipts.SIGNATURE],
        "body": b64encode(BODY).decode(),
    }  # fmt: skip


def _run(verify, tmp_path, kept) -> int:
    (tmp_path / "receipt.json").write_text(json.dumps(kept))
    return verify([str(tmp_path / "receipt.json"), str(tmp_path / "platform.pem")])


def test_a_receipt_and_its_answer_are_proved(verify, tmp_path, kept, capsys):
    assert _run(verify, tmp_path, kept) == 0
    told = capsys.readouterr().out
    assert "用途：核验" in told
    assert "数据版本：0" in told


def test_another_answer_or_an_altered_receipt_is_not(verify, tmp_path, kept, capsys):
    assert _run(verify, tmp_path, kept | {"body": b64encode(BODY + b" ").decode()}) == 1
    row, _ = receipts.parse(kept["receipt"])
    altered = b64encode(json.dumps(row | {"rows": 4}).encode()).decode()
    assert _run(verify, tmp_path, kept | {"receipt": altered}) == 1


def test_the_key_of_somebody_else_proves_nothing(verify, tmp_path, kept):
    (tmp_path / "others").mkdir(mode=0o700)
    other = signer_in(tmp_path / "others", receipts.LABEL, "ed25519")
    (tmp_path / "platform.pem").write_bytes(other.public_bytes())
    assert _run(verify, tmp_path, kept) == 1


@pytest.mark.parametrize("broken", [{}, {"receipt": "!"}, {"receipt": "e30=", "signature": "", "body": ""}])
def test_what_is_no_receipt_is_unreadable(verify, tmp_path, kept, broken):
    assert _run(verify, tmp_path, broken) == 2

"""A consumer gets a key, reads the description, tries a call, keeps the receipt, and meets his limit (试用接口)."""

from __future__ import annotations

import base64
import re
import time
import urllib.request
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from playwright.sync_api import Page, expect

from zhujianyun.apps.data_gateway.rules import receipts, reqhash

pytestmark = pytest.mark.browser
GRANT = "story-450100"
PATIENCE = 15.0  # seconds until every plane has heard of a new key
GIVE = """
import django; django.setup()
from datetime import timedelta
from zhujianyun.base import clock
from zhujianyun.config import demo_clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions
from zhujianyun.kernel.resource.models import Grant, Mount
demo_clock.resume()
mount = Mount.objects.select_related("resource__provider").get(code="constructors-007-table")
decision = actions.Decision(
    consumer=Office.objects.get(code="450100"), items=tuple(mount.binding), purpose="故事里的核验",
    legal_basis="依法履行职责", valid_from=clock.now(), valid_until=clock.now() + timedelta(days=30),
    quota={"per_day": 2}, page_limit=20,
)
if not Grant.objects.filter(code="story-450100").exists():
    actions.issue_grant(mount, decision, code="story-450100", by=SYSTEM)
print("ok")
"""


@pytest.fixture
def granted(site):
    """A grant of two calls a day on a table with personal data."""
    site.house.script(GIVE)
    return site


def send(page: Page, secret: str) -> str:
    """Send the call; again, while the planes have not heard of the key."""
    until = time.monotonic() + PATIENCE
    while True:
        page.get_by_label("访问密钥").fill(secret)
        page.get_by_role("button", name="发送").click()
        said = page.locator(".gw-answer h3")
        expect(said).to_be_visible()
        text = said.inner_text()
        if not re.search(r"✗ 40[13]", text) or time.monotonic() > until:
            return text
        page.wait_for_timeout(500)


def signed(receipt: dict[str, Any], pem: bytes) -> dict[str, Any]:
    """What the platform signed, proved without the platform."""
    row, content = receipts.parse(receipt["receipt"])
    key = load_pem_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    key.verify(base64.b64decode(receipt["signature"]), content)
    return row


def test_a_key_a_description_a_masked_answer_a_receipt_and_a_limit(enter, granted):
    page = enter("nanning.consumer").opens("/workbench/data-gateway/mine/")
    page.get_by_text("领取新密钥").click()
    page.get_by_label("有效天数").fill("30")
    page.get_by_role("button", name="领取密钥").click()
    expect(page.get_by_role("heading", name="密钥只显示这一次")).to_be_visible()
    secret = page.locator("#secret").inner_text()

    page.get_by_role("row", name=re.compile(GRANT)).get_by_role("link").click()
    expect(page.get_by_role("row", name=re.compile("身份证号"))).to_contain_text("脱敏")
    with page.expect_download() as described:
        page.get_by_role("link", name="下载 OpenAPI").click()
    assert orjson.loads(described.value.path().read_bytes())["openapi"] == "3.1.0"

    assert "200" in send(page, secret)
    body = page.locator("#body").inner_text()
    assert re.search(r'"id_no": "\d\*+[\dX]"', body)
    assert not re.search(r"\d{17}[\dX]", body)
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载签名回执").click()
    receipt = orjson.loads(kept.value.path().read_bytes())
    base, _, port = granted.base.rpartition(":")
    pem = urllib.request.urlopen(f"{base}:{int(port) + 2}/r1/receipt-key.pem", timeout=10).read()  # noqa: S310
    row = signed(receipt, pem)
    assert row["grant"] == GRANT
    assert row["response_hash"] == reqhash.response_hash(base64.b64decode(receipt["body"]))

    assert "200" in send(page, secret)
    refused = send(page, secret)
    assert "429" in refused
    assert "超过每日调用限额，请次日再试或申请提高限额。" in refused
    page.goto("/workbench/data-gateway/mine/")
    expect(page.get_by_role("row", name=re.compile(GRANT))).to_contain_text("今日剩 0 / 2")
    assert secret not in page.content()

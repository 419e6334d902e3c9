"""A small policy for the tests of the planes (测试策略)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhujianyun.apps.data_gateway.rules import policy
from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.items import Item

NOW = datetime(2020, 6, 1, 8, tzinfo=UTC)
SECRET, CLIENT, MEMBER = "zjy_key_for_tests", "GX/GOV/450100/portal", "11450000MB0000019D"
PATH = f"GX/GOV/{MEMBER}/data/enterprise"
ITEMS = {
    "uscc": Item("uscc", "统一社会信用代码"), "name": Item("name", "名称"),
    "holder": Item("holder", "负责人", sensitivity="personal", mask="name"),
    "area": Item("area", "面积", type="decimal"), "staff": Item("staff", "人数", type="integer"),
    "founded": Item("founded", "成立日期", type="date"), "hidden": Item("hidden", "内部备注"),
}  # fmt: skip


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def key(**given: Any) -> policy.Key:
    made = policy.Key(
        "k1", digest(SECRET), "450100", CLIENT, "portal", NOW - timedelta(300), NOW + timedelta(300)
    )
    return replace(made, **given)


def service(**given: Any) -> policy.Service:
    made = policy.Service(
        "enterprise", PATH, "table", "企业", "v1", "m1", "306/1", "450000", dataset="s.e", snapshot=3, rows=3,
        key_items=("uscc",),
    )  # fmt: skip
    return replace(made, **given)


def terms(**given: Any) -> Terms:
    made = Terms(
        code="G1", version=2, state="active", resource="306/1", mount="m1", consumer="450100",
        items=("uscc", "name", "holder", "area", "staff", "founded"), row_filter=(), masks={}, exact_lookup=(),
        purpose="资格核验", valid_from=NOW - timedelta(100), valid_until=NOW + timedelta(100), quota={},
        page_limit=100, networks=(),
    )  # fmt: skip
    return replace(made, **given)


def offered(**given: Any) -> Offered:
    made = Offered("306/1", "published", "conditional", True, ITEMS, {code: code for code in ITEMS})
    return replace(made, **given)


def made(
    grants: tuple[Terms, ...] | None = None, services: tuple[policy.Service, ...] | None = None,
    keys: tuple[policy.Key, ...] | None = None, offers: dict[str, Offered] | None = None, **given: Any,
) -> policy.Policy:  # fmt: skip
    return policy.Policy(
        1, NOW, "GX", MEMBER, {one.digest: one for one in keys or (key(),)},
        {one.path: one for one in services or (service(),)},
        {one.code: one for one in (terms(),) if grants is None} | {one.code: one for one in grants or ()},
        offers or {"m1": offered()},
        **{"cursor_key": "11" * 32, "subject_key": "22" * 32,
           "offset": (NOW - datetime.now(UTC)).total_seconds(), **given},
    )  # fmt: skip


def put(serving: Path, made_: policy.Policy) -> None:
    serving.mkdir(parents=True, exist_ok=True)
    draft = serving / f".policy-{os.urandom(4).hex()}"
    draft.write_bytes(policy.dump(made_))
    draft.replace(serving / "policy.json")

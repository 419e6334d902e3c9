"""A table plane over a small table (测试库表接口)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from zhujianyun.apps.data_gateway.api.table.app import build
from zhujianyun.apps.data_gateway.rules import policy, records
from zhujianyun.apps.data_gateway.tests import policies, tables
from zhujianyun.base import clock

COLUMNS = {"uscc": "text", "name": "text", "holder": "text", "area": "decimal", "staff": "integer",
           "founded": "date", "hidden": "text"}  # fmt: skip
HOLDERS = ("张三丰", "李四", None)


def row(number: int) -> dict[str, Any]:
    return {
        "uscc": f"U{number:04d}", "name": f"企业{number}", "holder": HOLDERS[number % 3],
        "area": Decimal(number) / 4 if number % 5 else None, "staff": number % 7,
        "founded": date(2000 + number % 20, 1, 1), "hidden": "内部",
    }  # fmt: skip


ROWS = [row(number) for number in range(1, 61)]


class Door:
    """A caller with a key (调用方)."""

    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.file = tables.write(folder / "tables" / "3-1.sqlite", COLUMNS, ["uscc"], ROWS)
        self.publish(policies.terms())
        self.client = TestClient(build(folder), raise_server_exceptions=False)

    def publish(self, *grants: Any, **service: Any) -> None:
        told: dict[str, Any] = {"file": str(self.file), "snapshot": 3, **service}
        made = policies.made(grants, (policies.service(**told),), keys_folder=str(self.folder / "keys"))
        policies.put(self.folder, made)
        self._look()

    def _look(self) -> None:
        if hasattr(self, "client"):
            self.gate._holder._look_at = 0.0

    @property
    def gate(self) -> Any:
        return self.client.app.routes[-1].app.gate  # type: ignore[attr-defined]

    def get(self, rest: str = "/v1/items", purpose: str = "资格核验", **headers: str) -> Any:
        sent = {
            "Authorization": f"Bearer {policies.SECRET}", "X-Road-Client": policies.CLIENT,
            "X-Zjy-Purpose": quote(purpose),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }  # fmt: skip
        return self.client.get(f"/r1/{policies.PATH}{rest}", headers=sent)

    def log(self) -> list[dict[str, Any]]:
        self.gate.log.flush()
        return [
            one for path in sorted((self.folder / "calls").glob("*.log"))
            for one, _ in records.read(path.read_bytes())
        ]  # fmt: skip


@pytest.fixture
def door(tmp_path) -> Iterator[Door]:
    before = clock.present()
    (tmp_path / "keys").mkdir(mode=0o700)
    made = Door(tmp_path)
    with made.client:
        yield made
    clock.use(before)


__all__ = ["COLUMNS", "ROWS", "Door", "door", "policy"]

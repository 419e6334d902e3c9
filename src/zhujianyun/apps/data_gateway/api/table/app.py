"""The table plane (库表接口进程): Starlette on Granian over read-only snapshots. No Django, no operational database.

``/r1/{instance}/{class}/{member}/data/{service}/{version}/items`` pages, ``…/items/{key}`` one row,
``…/{version}/file`` a granted file, ``…/openapi.json`` what the grant gives. ``/healthz`` for the supervisor,
``/r1/receipt-key.pem`` the public key of receipts.

Environment: ``ZJY_SERVING``, the folder of the policy.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from zhujianyun.apps.data_gateway.api.gate import Gate
from zhujianyun.apps.data_gateway.api.table.plane import Plane
from zhujianyun.apps.data_gateway.rules.faults import Fault

KEY_PATH = "/r1/receipt-key.pem"


class Application(Starlette):
    """Starlette for everything but the calls themselves, which need no routing (应用)."""

    plane: Plane

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One event of the server (处理)."""
        if scope["type"] == "http" and scope["path"].startswith("/r1/") and scope["path"] != KEY_PATH:
            await self.plane(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build(serving: Path) -> Application:
    """The application over a serving folder (装配)."""
    gate = Gate(serving, "table")
    plane = Plane(gate)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        gate.open()
        try:
            yield
        finally:
            gate.close()

    async def healthz(_: Request) -> PlainTextResponse:
        """Whether the process lives, and whether it may serve (存活检查)."""
        try:
            gate.policy()
        except Fault as fault:
            return PlainTextResponse(f"alive, but {fault.type}")
        return PlainTextResponse("ok")

    async def receipt_key(_: Request) -> PlainTextResponse:
        """The public key, for whoever verifies receipts (回执公钥)."""
        try:
            return PlainTextResponse(gate.signer().public_bytes(), media_type="application/x-pem-file")
        except Fault as fault:
            return PlainTextResponse(fault.message_zh, status_code=fault.status)

    routes: list[Any] = [
        Route("/healthz", healthz),
        Route(KEY_PATH, receipt_key),
        Mount("", app=plane),
    ]
    made = Application(routes=routes, lifespan=lifespan)
    made.plane = plane
    return made


def application() -> Application:
    """The factory that Granian calls (应用工厂)."""
    return build(Path(os.environ["ZJY_SERVING"]))

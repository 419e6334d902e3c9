"""One call to the table plane, from request to record (库表接口调用)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.api.gate import Call, Gate
from zhujianyun.apps.data_gateway.api.gate.peers import source_of
from zhujianyun.apps.data_gateway.api.table import filing, paging
from zhujianyun.apps.data_gateway.api.table.answers import Answer
from zhujianyun.apps.data_gateway.api.table.asked import Granted
from zhujianyun.apps.data_gateway.api.table.serving import Served
from zhujianyun.apps.data_gateway.rules import addresses, openapi, receipts, reqhash
from zhujianyun.apps.data_gateway.rules.deciding import Compiled, Ground, Permit
from zhujianyun.apps.data_gateway.rules.faults import Fault

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ONCE = frozenset({"authorization", "x-road-client", "x-zjy-purpose", "x-road-issue", "x-road-id", "host"})
FILES_MOST = 64  # open snapshots
log = logging.getLogger("zhujianyun.gateway")


class Plane:
    """The ASGI application behind ``/r1/`` (库表接口)."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._compiled: Compiled | None = None
        self._granted: dict[tuple[Ground, int], Granted] = {}
        self._served: dict[str, Served] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (处理请求)."""
        if scope["type"] != "http":
            return
        headers, twice = _headers(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        target = f"{path}?{query}" if query else path
        source = source_of((scope.get("client") or ("", 0))[0], headers)
        call = self.gate.arrive("table", scope["method"], target, headers, source)
        call.path = "?"  # until it is known which part may be written down
        try:
            call.hash_request(headers.items(), None)
            answer = await self._answer(call, twice)
        except Fault as fault:
            await self._refuse(call, fault, send)
            return
        except (sqlite3.Error, OSError, ValueError, LookupError, TypeError):
            log.exception("call %s failed", call.id)
            await self._refuse(call, Fault("Server.ClientProxy.Internal"), send)
            return
        await self._send(call, answer, send)

    async def _answer(self, call: Call, twice: str) -> Answer:
        if call.method != "GET":
            raise Fault("Client.MethodNotAllowed")
        if twice:
            raise Fault("Client.BadRequest", f"请求头 {twice} 重复。")
        call.address = addresses.parse(call.target)
        if call.address.plane != "data":
            raise Fault("Client.ServiceUnknown")
        permit = self.gate.enter(call)
        ground = permit.ground
        first, *rest = call.address.parts or ("",)
        if not rest and first == "openapi.json":
            return self._described(call, permit)
        if first != ground.service.version or not rest:
            raise Fault("Client.ServiceUnknown")
        if ground.service.kind == "file" and rest == ["file"]:
            return filing.answer(call, ground)
        if ground.service.kind != "table" or rest[0] != "items":
            raise Fault("Client.ServiceUnknown")
        return await self._rows(call, ground, rest[1:])

    async def _rows(self, call: Call, ground: Ground, key: list[str]) -> Answer:
        granted = self._granted_now(ground)
        if key:
            return paging.row(call, granted, key, self.gate)
        return await paging.page(call, granted, self._granted_at, self.gate)

    def _described(self, call: Call, permit: Permit) -> Answer:
        call.path, call.known.test = "/openapi.json", True  # looking at the description is no use of data
        server = call.target.partition("?")[0].rpartition("/")[0]
        place, ground = openapi.Place(server, permit.client), permit.ground
        made = openapi.document(ground.service, ground.terms, ground.effective, place)
        return Answer(200, orjson.dumps(made), "application/json")

    def _granted_now(self, ground: Ground) -> Granted:
        return self._granted_on(ground, ground.service.snapshot, ground.service.file)

    def _granted_at(self, ground: Ground, snapshot: int) -> Granted:
        """The grant upon the snapshot that a cursor names.

        Raises:
            Fault: Client.SnapshotGone.
        """
        if snapshot == ground.service.snapshot:
            return self._granted_now(ground)
        file = ground.service.kept.get(str(snapshot), "")
        if not file:
            raise Fault("Client.SnapshotGone")
        try:
            return self._granted_on(ground, snapshot, file)
        except Fault as fault:
            raise Fault("Client.SnapshotGone") from fault

    def _granted_on(self, ground: Ground, snapshot: int, file: str) -> Granted:
        compiled = self.gate.policy()
        if compiled is not self._compiled:
            self._compiled, self._granted = compiled, {}
        found = self._granted.get((ground, snapshot))
        if found is None:
            found = self._granted[(ground, snapshot)] = Granted(ground, self._file(file))
        return found

    def _file(self, path: str) -> Served:
        if path not in self._served:
            if len(self._served) >= FILES_MOST:
                self._served.clear()
                self._granted.clear()
            self._served[path] = Served(path)
        return self._served[path]

    async def _refuse(self, call: Call, fault: Fault, send: Send) -> None:
        body = fault.body(call.id)
        with contextlib.suppress(Fault):  # a log that cannot be written: refused all the same
            self.gate.refuse(call, fault, len(body))
        headers = [*call.headers_out(), *fault.headers()]
        if fault.status == 405:
            headers.append(("Allow", "GET"))
        await _reply(send, fault.status, headers, "application/json", body)

    async def _send(self, call: Call, answer: Answer, send: Send) -> None:
        digest = answer.digest or reqhash.response_hash(answer.body)
        headers = [*call.headers_out(), *answer.headers]
        try:
            if call.headers.get(receipts.ASKED) == "1":
                headers += self.gate.sign(call, status=answer.status, response_hash=digest)
            if answer.pieces is None:
                self._record(call, answer, digest)
                await _reply(send, answer.status, headers, answer.media_type, answer.body)
            else:
                await self._stream(call, answer, headers, digest, send)
        except Fault as fault:
            await self._refuse(call, fault, send)
            return
        except (OSError, RuntimeError, asyncio.CancelledError):
            self.gate.aborted(call)
            raise
        self.gate.left(call)

    def _record(self, call: Call, answer: Answer, digest: str) -> None:
        self.gate.finish(call, status=answer.status, response_bytes=answer.size, response_hash=digest)

    async def _stream(
        self, call: Call, answer: Answer, headers: list[tuple[str, str]], digest: str, send: Send
    ) -> None:
        """A file, piece by piece: the record is written before the last one."""
        assert answer.pieces is not None
        await send(_start(answer.status, headers, answer.media_type, answer.size))
        held = b""
        for piece in answer.pieces:
            if held:
                await send({"type": "http.response.body", "body": held, "more_body": True})
            held = piece
        self._record(call, answer, digest)
        await send({"type": "http.response.body", "body": held})


def _headers(raw: list[tuple[bytes, bytes]]) -> tuple[Mapping[str, str], str]:
    """Headers by lower-case name, and the name of one that must not come twice but did."""
    found: dict[str, str] = {}
    twice = ""
    for name, value in raw:
        low = name.decode("latin-1").lower()
        if low in found and low in ONCE:
            twice = low
        found[low] = value.decode("latin-1")
    return found, twice


def _start(status: int, headers: list[tuple[str, str]], media_type: str, size: int) -> dict[str, Any]:
    made = [(_name(name), value.encode("latin-1")) for name, value in headers]
    made += [(b"content-type", media_type.encode("ascii")), (b"content-length", b"%d" % size), *_ALWAYS]
    return {"type": "http.response.start", "status": status, "headers": made}


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    return name.lower().encode("latin-1")


_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache"))


async def _reply(
    send: Send, status: int, headers: list[tuple[str, str]], media_type: str, body: bytes
) -> None:
    await send(_start(status, headers, media_type, len(body)))
    await send({"type": "http.response.body", "body": body})

"""One call from its head to its record (一次转接): decide, ask the provider, answer, write down.

The order is the promise: nothing is asked of a provider before the grant allows it and the quota holds a
place for it; the last byte of an answer leaves after its record is in the log; a caller that hangs up before
that is not counted.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from zhujianyun.apps.data_gateway.api.gate import Call
from zhujianyun.apps.data_gateway.api.proxy import answers, paths, provider
from zhujianyun.apps.data_gateway.api.proxy.framing import Headers
from zhujianyun.apps.data_gateway.api.proxy.heading import Heading
from zhujianyun.apps.data_gateway.api.proxy.wire import Wire
from zhujianyun.apps.data_gateway.rules import records, reqhash
from zhujianyun.apps.data_gateway.rules.faults import PROVIDER, Fault

if TYPE_CHECKING:
    from zhujianyun.apps.data_gateway.api.proxy.caller import Caller
    from zhujianyun.apps.data_gateway.api.proxy.plane import Plane, Route

_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Exchange:
    """A call under way (转接)."""

    __slots__ = (
        "answer", "call", "caller", "deadline", "has_asked", "has_sent", "heading", "is_body_whole", "is_let_through",
        "is_over", "is_recorded", "line", "method", "pending", "plane", "repeated", "route", "_body_hash", "_head_hash",
    )  # fmt: skip

    def __init__(self, plane: Plane, caller: Caller, method: str, target: str, heading: Heading) -> None:
        self.plane, self.caller, self.method, self.heading = plane, caller, method, heading
        self.call: Call = plane.gate.arrive("api", method, target, heading.named, caller.peer)
        self.route: Route | None = None
        self.line: Wire | None = None
        self.answer: answers.Answer | None = None
        self.pending: list[bytes] | None = None
        self.is_body_whole = not (heading.length or heading.chunked)
        self.has_asked = self.has_sent = self.is_let_through = self.is_over = False
        self.is_recorded = self.repeated = False
        self.deadline = 0.0
        self._head_hash = b""
        self._body_hash: Any = None

    # On the way to the provider.

    def begin(self) -> None:
        """Decide, take a place in the quota, ask for a connection (开始).

        Raises:
            Fault: why not.
        """
        call, plane = self.call, self.plane
        plane.exchanges.add(self)
        self._hash_head()
        call.address = paths.address_of(call.target)
        self._name_path()
        permit = plane.gate.enter(call)
        if call.subject_hash:
            plane.gate.count_look_up(call)
        self.route = plane.route(permit.ground)
        if self.heading.length > plane.limits.request_body:
            raise Fault("Client.BodyTooLarge", close=True)
        self.is_let_through = True
        try:
            self.route.provider.take(self)
        except Fault:
            self.is_let_through = False
            raise

    def connected(self, line: Wire) -> None:
        """A connection is there: ask (发出请求)."""
        if self.is_over:
            line.provider.give_back(line, True)
            return
        assert self.route is not None
        self.line, self.has_asked = line, True
        self.deadline = self.plane.time() + self.route.timeout_seconds
        self.call.request_out = self.plane.gate.now_us()
        head = self._question()
        if self.pending:
            head += b"".join(self.pending)
            self.pending = None
            self.caller.hold(False)
        line.ask(self, head)

    def _question(self) -> bytes:
        """The head of the request as the provider gets it (转发请求头): the same path, the same query."""
        heading, route, address = self.heading, self.route, self.call.address
        assert route is not None and address is not None
        query = f"?{address.query}" if address.query else ""
        first = f"{self.method} {route.base}{address.forward}{query} HTTP/1.1\r\nx-road-request-id: {self.call.id}\r\n"
        framed = b""
        if heading.chunked:
            framed = b"transfer-encoding: chunked\r\n"
        elif "content-length" in heading.named:
            framed = b"content-length: %d\r\n" % heading.length
        passed = heading.passed(route.cut is not None, route.secret_names)
        return b"%b%b%b%b\r\n" % (first.encode("ascii"), route.fixed, passed, framed)

    def body(self, data: bytes) -> None:
        """A piece of the request's body (请求体).

        Raises:
            Fault: Client.BodyTooLarge.
        """
        self.call.request_bytes += len(data)
        if self.call.request_bytes > self.plane.limits.request_body:
            raise Fault("Client.BodyTooLarge", close=True)
        self._body_hash.update(data)
        self._send(b"%x\r\n%b\r\n" % (len(data), data) if self.heading.chunked else data)

    def body_ends(self) -> None:
        """The request is whole (请求体结束)."""
        self.is_body_whole = True
        if self.heading.chunked:
            self._send(b"0\r\n\r\n")
        if self.call.request_bytes:
            self.call.request_hash = reqhash.request_hash_of(self._head_hash, self._body_hash.digest())

    def _send(self, data: bytes) -> None:
        if self.line is not None:
            self.line.send(data)
        elif not self.has_asked:
            self.pending = [*(self.pending or ()), data]
            if self.call.request_bytes > self.plane.limits.high_water:
                self.caller.hold(True)

    def _hash_head(self) -> None:
        call = self.call
        canonical = f"{self.method} {call.target}\r\n".encode("ascii") + self.heading.hashed
        self._head_hash = hashlib.sha512(canonical).digest()
        call.request_hash = b64encode(self._head_hash).decode("ascii")
        if not self.is_body_whole:
            self._body_hash = hashlib.sha512()

    def _name_path(self) -> None:
        """The log knows the pattern that a path fits; what stood for ``*`` may be a person's number."""
        address, known = self.call.address, self.plane.gate.policy().policy
        assert address is not None
        service = known.services.get(address.service_path)
        if service is None or service.kind != "api":
            raise Fault("Client.ServiceUnknown")
        self.call.path, asked = paths.named(service.paths, address.rest)
        if asked:
            self.call.subject_hash = records.hashed(bytes.fromhex(known.subject_key), asked)

    def provider_is_full(self, is_full: bool) -> None:
        """The provider takes no more for the moment, or again (提供方写缓冲)."""
        self.caller.hold(is_full)

    # On the way back.

    def answer_begins(self, status: int, headers: Headers, length: int | None) -> None:
        """The head of the provider's answer (答复开始)."""
        self.deadline = self.plane.time() + self.plane.limits.answer_seconds
        if not self.is_body_whole:
            self.caller.closes, self.call.request_hash = True, ""
        self.answer = answers.Answer(self, status, headers, length)

    def answer_goes_on(self, data: bytes, whole: bool) -> None:
        """A piece of the provider's answer; with ``whole`` it was the last (答复内容)."""
        answer = self.answer
        if self.is_over or answer is None:
            return
        if whole:
            self.line = None
            self.call.response_in = self.plane.gate.now_us()
        try:
            ready = answer.take(data, whole)
        except Fault as fault:
            self._fail(fault, "答复无法裁剪或过大")
            return
        if whole:
            self._note(not provider.is_sick(answer.status), f"答复 {answer.status}")
            self.plane.finish(self, ready)
        elif ready:
            self.has_sent = True
            self.caller.write(ready)

    def answer_broke(self, type_: str, why: str) -> None:
        """The provider's answer will not come, or not whole (答复中断)."""
        line, self.line = self.line, None
        if self.is_over:
            return
        stale = line is not None and line.served and type_ == "Unreachable"
        if (
            stale
            and not self.repeated
            and self.method in _REPEATABLE
            and not (self.heading.length or self.heading.chunked)
        ):
            assert self.route is not None
            self.repeated, self.has_asked = True, False
            self.route.provider.again(self)
            return
        self._fail(Fault(f"Server.ServerProxy.{type_}"), why)

    def refused(self, fault: Fault) -> None:
        """No connection could be had (未取得连接)."""
        self.is_let_through = False
        if not self.is_over:
            self.caller.refuse(self, fault)

    def _fail(self, fault: Fault, why: str) -> None:
        self._note(False, why)
        self.call.response_in = self.call.response_in or self.plane.gate.now_us()
        self._let_go()
        self.caller.refuse(self, fault)

    def _note(self, good: bool, why: str) -> None:
        assert self.route is not None
        self.is_let_through = False
        self.route.provider.note(good, why, self.plane.gate.now_us() - self.call.request_out)

    def _let_go(self) -> None:
        line, self.line = self.line, None
        if line is not None and line.call is self:
            line.abandon()

    # Ends that nobody wished.

    def late(self) -> None:
        """Nothing was heard in time (超时). While the caller takes nothing, it is not the provider who is late."""
        if self.caller.is_full:
            self.deadline = self.plane.time() + self.plane.limits.answer_seconds
        elif self.line is not None:
            self._fail(Fault("Server.ServerProxy.TimedOut"), "超时")

    def hung_up(self) -> None:
        """The caller is gone before the answer is (对方中断)."""
        if self.is_let_through and self.route is not None:
            self.is_let_through = False
            self.route.provider.leave(self)
        self._let_go()

    # What is written down.

    def line_of_log(self) -> bytes:
        """The line that must be in the log before the last byte leaves (日志行); a failure consumes nothing."""
        answer, call = self.answer, self.call
        assert answer is not None
        call.rows = answer.rows
        if answer.cut is not None:
            call.items = answer.cut.items
        succeeded = answer.status < 400
        if not succeeded:
            self.plane.gate.give_back(call)
        return records.line(
            call.record(
                status=answer.status, response_bytes=answer.body_bytes, response_hash=answer.digest(),
                succeeded=succeeded, fault_side="" if answer.status < 500 else PROVIDER,
            )
        )  # fmt: skip

"""The interfaces of three departments (三部门接口): 民政, 市场监管, 人社, on one port of this machine.

``/{department}/v1/{what}/{code}``, ``/{department}/openapi.json``, ``/{department}/healthz``. How an
interface may fail is asked for by ``?fault=`` or, for all calls, by ``PUT /admin/{department}``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import orjson

from zhujianyun.apps.data_gathering.sample.draws import salt_of
from zhujianyun.apps.data_gathering.sample.neighbour import answers, describing
from zhujianyun.apps.data_gathering.sample.neighbour.serving import Handler
from zhujianyun.base.errors import NotFound, RuleBroken

PAGE = "<!doctype html><html lang=zh-CN><title>出错了</title><h1>系统繁忙，请稍后再试</h1></html>".encode()
PRIVATE = "http://169.254.169.254/latest/meta-data/"
LONGEST = 120.0  # seconds that any call may be held


@dataclass(frozen=True, slots=True)
class Desk:
    """How a department behaves (接口表现): ``latency_ms`` from and to, ``fault`` of `FAULTS` or none."""

    latency_ms: tuple[int, int] = (0, 0)
    fault: str = ""
    seconds: float = 20.0  # how long hanging and dripping last
    to: str = PRIVATE  # where a redirect leads


@dataclass(frozen=True, slots=True)
class Served:
    """What a department answers (接口)."""

    zh: str
    what: str
    zh_what: str
    answer: Callable[[str], dict[str, Any]]
    latency_ms: tuple[int, int]


DEPARTMENTS = {
    "civil": Served("民政", "marriages", "婚姻登记信息", answers.marriage, (40, 120)),
    "market": Served("市场监管", "enterprises", "企业登记信息", answers.enterprise, (25, 60)),
    "labour": Served("人社", "insurances", "社会保险参保信息", answers.insurance, (60, 200)),
}


class Departments(Handler):
    """The three interfaces (三部门). ``desks`` is shared by all calls to one server."""

    desks: ClassVar[dict[str, Desk]] = {}

    @classmethod
    def fresh(cls, *, realistic: bool) -> type[Departments]:
        """A handler with desks of its own (新的一组接口): with the usual latencies, or none."""
        desks = {name: Desk(one.latency_ms if realistic else (0, 0)) for name, one in DEPARTMENTS.items()}
        return type("Departments", (cls,), {"desks": desks})

    def do_GET(self) -> None:  # noqa: N802 - the name that the base class calls
        at = urlsplit(self.path)
        parts = [unquote(part) for part in at.path.strip("/").split("/")]
        if parts[0] == "admin" and len(parts) == 2 and parts[1] in self.desks:
            self.say(200, _told(self.desks[parts[1]]))
        elif parts[0] not in self.desks:
            self.say(404, _error("NOT_FOUND", "没有这个接口"))
        elif parts[1:] == ["openapi.json"]:
            self.say(200, describing.openapi(parts[0], DEPARTMENTS[parts[0]], self.headers.get("Host", "")))
        elif parts[1:] == ["healthz"]:
            self.say(200, {"status": "ok"})
        else:
            self._look_up(parts, {name: values[-1] for name, values in parse_qs(at.query).items()})

    def do_PUT(self) -> None:  # noqa: N802
        name = self._desk()
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 10_000))
        try:
            told = orjson.loads(body)
            desk = replace(
                self.desks[name], **{n: tuple(v) if n == "latency_ms" else v for n, v in told.items()}
            )
        except (KeyError, TypeError, ValueError):
            self.say(400, _error("BAD_REQUEST", "请给出 latency_ms、fault、seconds、to 中的若干项"))
            return
        self.desks[name] = desk
        self.say(200, _told(desk))

    def do_DELETE(self) -> None:  # noqa: N802
        name = self._desk()
        if name in self.desks:
            self.desks[name] = Desk()
        self.say(200 if name in self.desks else 404, {})

    def _desk(self) -> str:
        return urlsplit(self.path).path.removeprefix("/admin/")

    def _look_up(self, parts: list[str], asked: dict[str, str]) -> None:
        desk, served = self.desks[parts[0]], DEPARTMENTS[parts[0]]
        time.sleep(min(_latency(desk, parts[-1], asked), LONGEST))
        fault = asked.get("fault", desk.fault)
        if fault in FAULTS:
            FAULTS[fault](self, replace(desk, to=asked.get("to", desk.to)))
            return
        if len(parts) != 4 or parts[1:3] != ["v1", served.what]:
            self.say(404, _error("NOT_FOUND", "没有这个接口"))
            return
        try:
            self.say(200, served.answer(parts[3]))
        except RuleBroken as error:
            self.say(400, _error("BAD_CODE", error.message_zh))
        except NotFound as error:
            self.say(404, _error("NO_RECORD", error.message_zh))


def _latency(desk: Desk, code: str, asked: dict[str, str]) -> float:
    """How long this call takes, in seconds: the same for the same code."""
    if asked.get("latency_ms", "").isdigit():
        return int(asked["latency_ms"]) / 1000
    least, most = desk.latency_ms
    return (least + int(salt_of(code)) % max(most - least, 1)) / 1000 if most else 0.0


def _told(desk: Desk) -> dict[str, Any]:
    return {"latency_ms": list(desk.latency_ms), "fault": desk.fault, "seconds": desk.seconds, "to": desk.to}


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _hang(call: Departments, desk: Desk) -> None:
    time.sleep(min(desk.seconds, LONGEST))
    call.close_connection = True


def _drip(call: Departments, desk: Desk) -> None:
    """A byte now and then: each read succeeds, the whole never ends in time."""
    until = time.monotonic() + min(desk.seconds, LONGEST)
    call.send_response(200)
    call.send_header("content-type", "application/json; charset=utf-8")
    call.send_header("content-length", "100000")
    call.end_headers()
    try:
        while time.monotonic() < until:
            call.wfile.write(b" ")
            time.sleep(0.2)
    except OSError:
        pass  # whoever asked has gone, as hoped
    call.close_connection = True


def _cut(call: Departments, desk: Desk) -> None:
    """Half a body, then the end."""
    call.send_response(200)
    call.send_header("content-type", "application/json; charset=utf-8")
    call.send_header("content-length", "4000")
    call.end_headers()
    call.wfile.write(b'{"name": "')
    call.close_connection = True


FAULTS: dict[str, Callable[[Departments, Desk], None]] = {
    "hang": _hang,
    "drip": _drip,
    "cut": _cut,
    "page": lambda call, desk: call.say(200, PAGE, "text/html"),
    "garbage": lambda call, desk: call.say(200, b'{"name": '),
    "redirect": lambda call, desk: call.say(302, {}, location=desk.to),
    "error": lambda call, desk: call.say(500, _error("INTERNAL", "内部错误")),
    "busy": lambda call, desk: call.say(503, _error("BUSY", "系统繁忙"), retry_after="5"),
    "large": lambda call, desk: call.say(200, b'{"filler": "' + b"x" * 12_000_000 + b'"}'),
}

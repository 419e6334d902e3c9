"""The refusal corpus, run against a gateway over sockets (拒绝用例): every form of every row.

    python -m zhujianyun.apps.data_gateway.api.proxy.refusals --port N [--key K --client C --purpose P --service /r1/…]

Without a key the rows that need a grant are left out and counted. Exit status 1 when a form is answered
otherwise than the corpus says, or a connection stays open that must end.
"""

from __future__ import annotations

import argparse
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).parent / "tests" / "refusals.yaml"
SERVICE = "/r1/GX/GOV/11450000MB00000278/api/plain"
PATIENCE = 10.0  # seconds that an answer, or the end of a connection, may take
_TIMES = re.compile(r"\{(\d+)\*((?:[^{}]|\{\d+\*[^{}]*\})*)\}", re.DOTALL)
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks (调用方): a key, a name, a purpose and a service that it may call."""

    key: str = "none"
    client: str = "GX/GOV/11450100MB0000027X/fangchan"
    purpose: str = "none"
    service: str = SERVICE


@dataclass(frozen=True, slots=True)
class Form:
    """One request in bytes, and which answers are right (用例)."""

    id: str
    row: str
    raw: bytes
    status: tuple[int, ...]
    closes: bool
    needs_grant: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back (所得): status 0 when the connection ended without an answer, -1 when nothing came."""

    status: int
    closed: bool


def forms(part: str, caller: Caller) -> Iterator[Form]:
    """The forms of ``must_refuse`` or ``must_pass`` (全部用例)."""
    for row in yaml.safe_load(CORPUS.read_text("utf-8"))[part]:
        for number, form in enumerate(row["forms"], start=1):
            yield Form(
                f"{row['row']} {number}", row["row"], _bytes(form, caller), tuple(row["status"]),
                row.get("closes", False), row.get("needs") == "grant",
            )  # fmt: skip


def _bytes(form: dict[str, Any], caller: Caller) -> bytes:
    target = form.get("target", caller.service + form.get("path", "/v1/items"))
    target = target.replace("{target}", caller.service + "/v1/items")
    start = form.get("start", "GET")
    line = start if " " in start or "{" in start or "\t" in start else f"{start} {target} HTTP/1.1"
    good = (
        f"{line}\r\n{form.get('host', 'Host: gateway.test' + chr(13) + chr(10))}Authorization: Bearer {caller.key}\r\n"
        f"X-Road-Client: {caller.client}\r\nX-Zjy-Purpose: {caller.purpose}\r\n{form.get('head', '')}"
    )
    text = form["raw"].replace("{good}", good) if "raw" in form else f"{good}\r\n{form.get('body', '')}"
    text = text.replace("{target}", target).replace("{pipe}", "|").replace("{caret}", "^")
    while _TIMES.search(text):
        text = _TIMES.sub(
            lambda found: int(found[1]) * found[2] if "{" not in found[2] else _inner(found), text
        )
    return text.encode("latin-1")


def _inner(found: re.Match[str]) -> str:
    return int(found[1]) * _TIMES.sub(lambda one: int(one[1]) * one[2], found[2])


def ask(host: str, port: int, raw: bytes, *, seconds: float = PATIENCE, linger: float = 0.3) -> Seen:
    """Send the bytes; the status of the first answer, and whether the connection ended (发送并观察)."""
    found, closed = b"", False
    with socket.create_connection((host, port), timeout=seconds) as line:
        try:
            line.sendall(raw)
            while not (_STATUS.match(found) and _is_whole(found, bodiless=raw.startswith(b"HEAD "))):
                data = line.recv(65_536)
                if not data:
                    closed = True
                    break
                found += data
            if linger and not closed:
                line.settimeout(linger)
                closed = line.recv(1) == b""
        except TimeoutError:
            pass
        except ConnectionError:
            closed = True
    status = _STATUS.match(found)
    return Seen(int(status[1]) if status else (0 if closed else -1), closed)


def _is_whole(answer: bytes, *, bodiless: bool) -> bool:
    head, mark, body = answer.partition(b"\r\n\r\n")
    if mark and bodiless:
        return True
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return bool(mark) and (length is None or len(body) >= int(length[1]))


def ask_form(host: str, port: int, form: Form) -> Seen:
    """Send a form; whether the connection ended is waited for only where it must (执行用例)."""
    return ask(host, port, form.raw, linger=PATIENCE if form.closes else 0.0)


def fault_of(form: Form, seen: Seen) -> str:
    """What is wrong with an answer (判定); empty when it is right."""
    if seen.status not in form.status:
        return f"应答 {form.status}，实际 {seen.status}"
    return "应断开而未断开" if form.closes and not seen.closed else ""


def main(given: Sequence[str] | None = None) -> int:
    """The command line (命令行)."""
    parser = argparse.ArgumentParser(description="拒绝用例")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    for name in ("key", "client", "purpose", "service"):
        parser.add_argument(f"--{name}", default=getattr(Caller(), name))
    asked = parser.parse_args(given)
    caller = Caller(asked.key, asked.client, asked.purpose, asked.service)
    has_grant = asked.key != "none"
    listed = [*forms("must_refuse", caller), *forms("must_pass", caller)]
    run = [one for one in listed if has_grant or not one.needs_grant]
    wrong = [(one, why) for one in run if (why := fault_of(one, ask_form(asked.host, asked.port, one)))]
    for one, why in wrong:
        print(f"不符 {one.id}：{why}")
    print(f"拒绝用例 {len(run)} 个，不符 {len(wrong)} 个，因无密钥未做 {len(listed) - len(run)} 个。")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

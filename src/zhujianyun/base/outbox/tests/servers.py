"""Small real servers on the loopback (测试服务器): SMTP and HTTP that behave as a test wishes."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SmtpServer(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it takes (测试邮件服务器)."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, answers: dict[str, str] | None = None, *, silent: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.answers, self.silent = answers or {}, silent
        self.mails: list[bytes] = []
        self.over = threading.Event()


class _Smtp(socketserver.StreamRequestHandler):
    server: SmtpServer

    def handle(self) -> None:
        if self.server.silent:
            self.server.over.wait(10)
            return
        with contextlib.suppress(OSError):
            self._say("220 ready")
            self._talk()

    def _talk(self) -> None:
        while line := self.rfile.readline().decode():
            verb = line[:4].strip().upper()
            if verb == "DATA" and "DATA" not in self.server.answers:
                self._say("354 go on")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self._say(self.server.answers.get("END", "250 taken"))
            else:
                self._say(self.server.answers.get(verb, "221 bye" if verb == "QUIT" else "250 ok"))
                if verb == "QUIT":
                    return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class HttpServer(ThreadingHTTPServer):
    """A service that answers as told and keeps what it was asked (测试服务)."""

    daemon_threads = True

    def __init__(self, said: Any = None, *, status: int = 200, silent: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Http)
        self.said, self.status, self.silent = said, status, silent
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Http(BaseHTTPRequestHandler):
    server: HttpServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, headers, json.loads(body or b"null")))
        if self.server.silent:
            self.server.over.wait(10)
            return
        said = (
            self.server.said if isinstance(self.server.said, bytes) else json.dumps(self.server.said).encode()
        )
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def running(server: Any) -> Iterator[Any]:
    """The server answers within the block (运行)."""
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


def closed_port() -> int:
    """A port nobody listens at (无人监听的端口)."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

"""Small servers on this machine (本机服务): opened for a while, or until they are told to stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from django.conf import settings

HOST = "127.0.0.1"
FREE = 40  # ports looked at behind the first one


class Server(ThreadingHTTPServer):
    """One port (演示端口)."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    """What both servers have in common (应答)."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def say(self, status: int, body: Any, kind: str = "application/json", **headers: str) -> None:
        """Answer with a body, JSON unless it is bytes (应答)."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        try:
            self.send_response(status)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)
        except ConnectionError:
            self.close_connection = True  # whoever asked has gone

    def setup(self) -> None:
        """Send small answers at once."""
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        """Keep silent: a line for every page would fill the log."""


def bidding_port() -> int:
    """Where the bidding system answers (招标系统端口)."""
    return int(getattr(settings, "ZJY_BIDDING_PORT", 18640))


def departments_port() -> int:
    """Where the three departments answer (三部门接口端口)."""
    return int(getattr(settings, "ZJY_DEPARTMENTS_PORT", 18690))


def opened(port: int, handler: type[BaseHTTPRequestHandler], free: int = 0) -> Server | None:
    """A server at a port or one of the next free ones, none when all are taken (打开端口)."""
    for one in range(port, port + free + 1):
        try:
            server = Server((HOST, one), handler)
        except OSError:
            continue
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server
    return None


@contextmanager
def bidding() -> Iterator[int]:
    """The bidding system while the block runs, at the first free port (招标系统接口)."""
    from zhujianyun.apps.data_gathering.sample.neighbour.bidding import Bidding

    server = opened(bidding_port(), Bidding, FREE)
    if server is None:
        raise OSError(f"no free port from {bidding_port()} on")
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def departments(*, realistic: bool = False) -> Iterator[str]:
    """The three departments while the block runs, at any free port (三部门接口); the address.

    Each block has switches of its own; without ``realistic`` they answer at once.
    """
    from zhujianyun.apps.data_gathering.sample.neighbour.departments import Departments

    server = opened(0, Departments.fresh(realistic=realistic))
    if server is None:
        raise OSError("no free port")
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def serve(stop: threading.Event | None = None) -> None:
    """Play the outside interfaces until told to stop (开始扮演)."""
    from zhujianyun.apps.data_gathering.sample.neighbour.bidding import Bidding
    from zhujianyun.apps.data_gathering.sample.neighbour.departments import Departments

    told = (
        (_known_port(), Bidding, "招标投标系统接口"),
        (departments_port(), Departments.fresh(realistic=True), "民政、市场监管、人社接口"),
    )
    servers = []
    for port, handler, zh in told:
        server = opened(port, handler)
        servers.append(server)
        where = f"http://{HOST}:{port}/（仅本机）" if server else f"端口 {port} 已被占用，不再重复打开"
        print(f"{zh}：{where}", flush=True)
    (stop or threading.Event()).wait()
    for server in filter(None, servers):
        server.shutdown()
        server.server_close()


def _known_port() -> int:
    """The port that the registered source names: the play may have found the usual one taken (已登记端口)."""
    from urllib.parse import urlsplit

    from zhujianyun.apps.data_gathering.models import Source

    source = Source.objects.filter(kind="rest", dataset__system__code="bidding").first()
    return (urlsplit(source.place["url"]).port if source else None) or bidding_port()

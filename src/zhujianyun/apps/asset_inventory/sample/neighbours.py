"""The probed systems of the demo (扮演被探测的系统): on this machine only, some of them failing.

Four ports from `history.port`: pages, a certificate that lasts, one that expires within days, and one at
which nobody listens. A port that is taken is left alone: another demo serves the same there.
"""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from zhujianyun.apps.asset_inventory.sample import catalogue, history
from zhujianyun.base import clock

HOST = "127.0.0.1"
HANGS = 20.0  # seconds that a hanging page keeps silent
GOOD = "<!doctype html><html lang=zh-CN><title>{name}</title><h1>{name}</h1><p>系统运行正常</p>" + " " * 200
SORRY = "<!doctype html><html lang=zh-CN><title>出错了</title><p>抱歉，页面出错了</p>" + " " * 300


class Page(BaseHTTPRequestHandler):
    """The page of one system, as `catalogue.FAULTS` wants it (系统首页)."""

    names = {one.code: one.name for one in catalogue.systems()}

    def do_GET(self) -> None:  # noqa: N802 - the name that the base class calls
        code = self.path.strip("/")
        fault = catalogue.FAULTS.get(code, "")
        if fault == "hang":
            time.sleep(HANGS)
        if fault == "slow":
            time.sleep(history.SLOW_MS / 1000)
        known = code in self.names
        status = 500 if fault == "error" else 200 if known else 404
        body = SORRY if fault in ("error", "pretend") or not known else GOOD.format(name=self.names[code])
        self._say(status, body.encode())

    def _say(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # the prober had no more patience

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        """Keep silent: a page a second would fill the log."""


class Server(ThreadingHTTPServer):
    """One port of the neighbours (演示服务)."""

    daemon_threads = True
    allow_reuse_address = True


def serve(stop: threading.Event | None = None) -> None:
    """Play the systems until told to stop (开始扮演)."""
    stop = stop or threading.Event()
    first = history.port()
    open_: list[Server] = []
    for offset, days in ((0, None), (1, 200), (2, 6)):
        server = _open(first + offset, days)
        if server is not None:
            open_.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"被探测的系统：http://{HOST}:{first}/（{len(open_)} 个端口，仅本机）", flush=True)
    stop.wait()
    for server in open_:
        server.shutdown()
        server.server_close()


def _open(port: int, days_left: int | None) -> Server | None:
    try:
        server = Server((HOST, port), Page)
    except OSError:
        print(f"端口 {port} 已被占用，不再重复打开。", flush=True)
        return None
    if days_left is not None:
        server.socket = _shown(days_left).wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    return server


def _shown(days_left: int) -> ssl.SSLContext:
    """A self-made certificate that expires so many days after the day on which the demo stands."""
    expires = clock.at_local(history.expiry(days_left), 12)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "demo.zjt.example.cn")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(expires - dt.timedelta(days=400))
        .not_valid_after(expires)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shown.pem"
        file.touch(mode=0o600)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
        context.load_cert_chain(file)
    return context

"""Tests of calls to outside systems (外部调用测试): against small servers of our own on the loopback."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import outbound
from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.base.outbound import addresses, unpacking

Reply = Callable[[socket.socket, str], None]


class Server:
    """A server that plays one reply to every caller and keeps what it was asked."""

    def __init__(self, reply: Reply, context: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        self._reply = reply
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += connection.recv(65536)
            head, _, body = asked.partition(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            while len(body) < length:
                body += connection.recv(65536)
            self.asked.append((head + b"\r\n\r\n" + body).decode())
            self._reply(connection, self.asked[-1])
            connection.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._socket.close()


def plain(body: bytes = b"ok", status: str = "200 OK", *headers: str) -> Reply:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return lambda connection, _: connection.sendall("\r\n".join(lines).encode() + body)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(reply: Reply, context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(reply, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def names(monkeypatch) -> dict[str, list[str]]:
    """A resolver of our own: name → addresses."""
    known: dict[str, list[str]] = {}

    def answer(host: str, port: int) -> list[addresses.Address]:
        if host not in known:
            raise socket.gaierror(-2, "unknown")
        return [ipaddress.ip_address(address) for address in known[host]]

    monkeypatch.setattr(addresses, "look_up", answer)
    return known


def failure(url: str, **options) -> OutsideFailed:
    with pytest.raises(OutsideFailed) as caught:
        outbound.get(url, **options)
    return caught.value


def test_an_answer_comes_back_with_status_headers_and_content(serve):
    server = serve(
        plain('{"名": "值"}'.encode(), "200 OK", "Content-Type: application/json", "Set-Cookie: a=b")
    )
    answer = outbound.get(server.url, allow_private=True, params={"q": "桥"}, headers={"X-Key": "1"})
    assert (answer.status, answer.ok, answer.json()) == (200, True, {"名": "值"})
    assert answer.headers["content-type"] == "application/json"
    assert "GET /?q=%E6%A1%A5 HTTP/1.1" in server.asked[0]
    assert "x-key: 1" in server.asked[0]
    outbound.get(server.url, allow_private=True)
    assert "cookie" not in server.asked[1].lower()


def test_posting_sends_the_body(serve):
    server = serve(plain())
    outbound.post(server.url, allow_private=True, json={"a": 1})
    assert server.asked[0].endswith('{"a":1}')
    assert "content-type: application/json" in server.asked[0].lower()


def test_text_is_read_by_its_charset_or_found_out(serve):
    for body, headers in (
        ("住建".encode("gb18030"), []),
        ("住建".encode("gbk"), ["Content-Type: text/html; charset=GBK"]),
    ):
        server = serve(plain(body, "200 OK", *headers))
        assert outbound.get(server.url, allow_private=True).text == "住建"


def test_no_proxy_is_taken_from_the_environment(serve, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert outbound.get(serve(plain()).url, allow_private=True).ok


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.100.100.200/latest",
        "http://0.0.0.0/",
        "http://0.1.2.3/",
        "http://224.0.0.1/",
        "http://240.0.0.1/",
        "http://255.255.255.255/",
        "http://192.0.0.8/",
        "http://198.18.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[::]/",
    ],
)
def test_inner_and_reserved_addresses_are_refused(url):
    error = failure(url)
    assert (error.rule, error.retriable) == ("outbound.address", False)
    with pytest.raises(RuleBroken, match="请改用公开地址"):
        outbound.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://example.com./",
        "http://①②⑦.0.0.1/",
        "http://user:pass@example.com/",
        "http://@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://[fe80::1%25eth0]/",
        "http:///etc",
        "http://example.com:0/",
        "http://example.com:99999/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "example.com",
        "//example.com/",
        "",
    ],
)
def test_odd_ways_to_write_an_address_are_refused(url):
    error = failure(url, allow_private=True)
    assert (error.rule, error.retriable) == ("outbound.url", False)
    with pytest.raises(RuleBroken, match="请"):
        outbound.check_url(url)


@given(st.ip_addresses(v=4))
def test_no_private_ipv4_address_passes_unless_it_is_said(address):
    public = addresses.is_allowed(address, private=False)
    assert not (public and (address.is_private or address.is_loopback or address.is_link_local))
    if addresses.is_allowed(address, private=True) and not public:
        assert address.is_private or address in ipaddress.ip_network("100.64.0.0/10")
    assert not addresses.is_allowed(ipaddress.ip_address(f"::ffff:{address}"), private=True)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_the_public_space_passes(address):
    if addresses.is_allowed(address, private=False):
        assert address in ipaddress.ip_network("2000::/3")


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "0.0.0.0", "224.0.0.1", "fe80::1"])
def test_metadata_and_link_local_stay_closed_even_where_private_is_allowed(address):
    assert not addresses.is_allowed(ipaddress.ip_address(address), private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1"])
def test_public_addresses_are_open(address):
    assert addresses.is_allowed(ipaddress.ip_address(address), private=False)


def test_a_name_with_one_inner_address_among_good_ones_is_refused(names):
    names["mixed.example"] = ["223.5.5.5", "10.0.0.1"]
    assert failure("http://mixed.example/").rule == "outbound.address"


def test_the_connection_goes_to_the_address_that_was_checked(serve, names, monkeypatch):
    server = serve(plain())
    names["rebind.example"] = ["127.0.0.1"]
    original = addresses.checked

    def then_rebind(place, found, **more):
        result = original(place, found, **more)
        names["rebind.example"] = ["10.255.255.1"]  # what a second look-up would get
        return result

    monkeypatch.setattr(addresses, "checked", then_rebind)
    answer = outbound.get(f"http://rebind.example:{server.port}/", allow_private=True, timeout=5)
    assert answer.ok
    assert f"host: rebind.example:{server.port}" in server.asked[0].lower()


def test_an_unknown_name_may_be_tried_again_and_passes_the_form(names):
    error = failure("http://gone.example/", attempt=3)
    assert (error.rule, error.retriable, error.attempt, error.peer) == (
        "outbound.dns",
        True,
        3,
        "gone.example:80",
    )
    outbound.check_url("http://gone.example/")


def test_a_resolver_that_never_answers_meets_the_deadline(monkeypatch):
    monkeypatch.setattr(addresses, "look_up", lambda *_: time.sleep(30))
    assert failure("http://slow.example/", timeout=0.2).rule == "outbound.timeout"


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://10.0.0.1/"],
)
def test_a_redirect_to_another_inner_host_is_refused(serve, target):
    server = serve(lambda c, a: plain(b"", "302 Found", f"Location: {target.format(port=server.port)}")(c, a))
    error = failure(server.url, allow_private=True)
    assert (error.rule, error.retriable) == ("outbound.address", False)
    assert len(server.asked) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.1/", "//user@host/"])
def test_a_redirect_to_an_odd_address_is_refused(serve, target):
    server = serve(plain(b"", "301 Moved", f"Location: {target}"))
    assert failure(server.url, allow_private=True).rule == "outbound.url"


def test_a_redirect_on_the_same_host_is_followed(serve):
    def reply(connection, asked):
        if asked.startswith("GET /there"):
            plain(b"arrived")(connection, asked)
        else:
            plain(b"", "303 See Other", "Location: /there?x=1")(connection, asked)

    server = serve(reply)
    answer = outbound.post(server.url, allow_private=True, json={"a": 1}, headers={"Authorization": "k"})
    assert (answer.content, answer.url) == (b"arrived", server.url + "there?x=1")
    assert server.asked[1].startswith("GET /there?x=1")
    assert '{"a":1}' not in server.asked[1]
    assert "authorization: k" in server.asked[1].lower()


def test_secrets_for_one_host_are_not_told_to_another(serve, names):
    names["other.example"] = ["127.0.0.1"]
    there = serve(plain(b"there"))
    here = serve(plain(b"", "302 Found", f"Location: http://127.0.0.1:{there.port}/"))
    answer = outbound.get(here.url, allow_private=True, headers={"Authorization": "k", "X-Key": "k"})
    assert answer.content == b"there", "the same host on another port"
    assert "authorization" not in there.asked[0].lower()
    assert "x-key" not in there.asked[0].lower()


def test_a_body_is_not_passed_on_to_another_place(serve):
    there = serve(plain())
    here = serve(plain(b"", "307 Temporary Redirect", f"Location: {there.url}"))
    with pytest.raises(OutsideFailed) as caught:
        outbound.post(here.url, allow_private=True, content=b"secret")
    assert caught.value.rule == "outbound.redirect"
    assert there.asked == []


def test_redirects_without_end_are_left(serve):
    server = serve(plain(b"", "302 Found", "Location: /again"))
    assert failure(server.url, allow_private=True).rule == "outbound.redirect"
    assert len(server.asked) == 6


def drip(head: bytes) -> Reply:
    def reply(connection, _):
        connection.sendall(head)
        for _n in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)

    return reply


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b""]
)
def test_a_peer_that_drips_meets_the_deadline(serve, head):
    error = failure(serve(drip(head)).url, allow_private=True, timeout=0.6)
    assert (error.rule, error.retriable) == ("outbound.timeout", True)


def test_a_peer_that_says_nothing_meets_the_deadline(serve):
    server = serve(lambda *_: time.sleep(20))
    assert failure(server.url, allow_private=True, timeout=0.3).rule == "outbound.timeout"


def test_an_answer_larger_than_allowed_is_left(serve):
    assert (
        failure(serve(plain(b"x" * 2000)).url, allow_private=True, max_bytes=1000).rule
        == "outbound.too_large"
    )
    assert outbound.get(serve(plain(b"x" * 1000)).url, allow_private=True, max_bytes=1000).ok


def test_an_answer_without_announced_length_is_left_at_the_limit(serve):
    sent = []

    def endless(connection, _):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)
            sent.append(65536)

    assert failure(serve(endless).url, allow_private=True, max_bytes=200_000).rule == "outbound.too_large"
    assert sum(sent) < 50 * 1024**2


def test_a_bomb_never_unfolds(serve):
    bomb = gzip.compress(bytes(300 * 1024**2), 9)
    server = serve(plain(bomb, "200 OK", "Content-Encoding: gzip"))
    assert failure(server.url, allow_private=True).rule == "outbound.too_large"
    assert failure(server.url, allow_private=True, max_bytes=10**9).rule == "outbound.too_large", (
        "by its ratio"
    )


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_packed_answers_are_unpacked_however_they_arrive(members, step):
    whole = b"".join(gzip.compress(member) for member in members)
    pieces = [whole[i : i + step] for i in range(0, len(whole), step)]
    assert unpacking.collect(pieces, "gzip", 10**6) == b"".join(members)
    if members:
        assert unpacking.collect([zlib.compress(members[0])], "deflate", 10**6) == members[0]


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("br", b"x"),
        ("gzip, gzip", b"x"),
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(b"x" * 100, mtime=0)[:-9]),
    ],
)
def test_unknown_or_broken_packing_is_refused(serve, packing, body):
    server = serve(plain(body, "200 OK", f"Content-Encoding: {packing}"))
    error = failure(server.url, allow_private=True)
    assert (error.rule, error.retriable) == ("outbound.broken", False)


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", b"nonsense\r\n\r\n", b""]
)
def test_a_broken_answer_may_be_tried_again(serve, raw):
    error = failure(serve(lambda c, _: c.sendall(raw)).url, allow_private=True)
    assert (error.rule, error.retriable) == ("outbound.broken", True)


def test_nobody_there_may_be_tried_again(serve):
    server = serve(plain())
    server.close()
    error = failure(server.url, allow_private=True, timeout=3)
    assert (error.rule, error.retriable, error.peer) == ("outbound.connect", True, f"127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    ("status", "retriable"), [("503 Busy", True), ("429 Slow", True), ("404 Gone", False)]
)
def test_a_status_says_whether_to_try_again(serve, status, retriable):
    answer = outbound.get(serve(plain(b"", status)).url, allow_private=True, attempt=2)
    with pytest.raises(OutsideFailed) as caught:
        answer.expect_ok()
    assert (caught.value.retriable, caught.value.attempt) == (retriable, 2)


def test_what_is_no_json_is_said(serve):
    with pytest.raises(OutsideFailed, match="不是 JSON"):
        outbound.get(serve(plain(b"<html>")).url, allow_private=True).json()


def certificate(folder, name: str) -> ssl.SSLContext:
    """A self-signed certificate for a name, trusted when its file is named in the settings."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_the_certificate_must_be_trusted_and_name_the_host_although_the_address_is_pinned(
    serve, names, settings, tmp_path
):
    names["right.example"] = names["wrong.example"] = ["127.0.0.1"]
    server = serve(plain(), certificate(tmp_path, "right.example"))
    right, wrong = (f"https://{n}.example:{server.port}/" for n in ("right", "wrong"))
    assert failure(right, allow_private=True).rule == "outbound.tls"
    settings.ZJY_CA_FILE = str(tmp_path / "cert.pem")
    assert outbound.get(right, allow_private=True).ok
    error = failure(wrong, allow_private=True)
    assert (error.rule, error.retriable) == ("outbound.tls", False)


def test_a_redirect_from_encrypted_to_plain_is_refused(serve, names, settings, tmp_path):
    names["right.example"] = ["127.0.0.1"]
    settings.ZJY_CA_FILE = str(tmp_path / "cert.pem")
    reply = plain(b"", "302 Found", "Location: http://right.example/")
    server = serve(reply, certificate(tmp_path, "right.example"))
    assert failure(f"https://right.example:{server.port}/", allow_private=True).rule == "outbound.redirect"

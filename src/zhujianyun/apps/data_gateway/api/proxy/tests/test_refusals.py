"""Every form of the refusal corpus against a real plane, and against nginx where it is installed."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhujianyun.apps.data_gateway.api.proxy import refusals
from zhujianyun.apps.data_gateway.api.proxy.tests import grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import PATIENCE, Line, free_port, until

CALLER = refusals.Caller(grounds.SECRET, grounds.CLIENT, "G-plain", grounds.target("plain", ""))
REFUSED = list(refusals.forms("must_refuse", CALLER))
PASSED = list(refusals.forms("must_pass", CALLER))
CONF = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; daemon on;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
 uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; client_header_timeout 1s; client_body_timeout 1s;
 server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{behind}; }} }} }}
"""


@pytest.mark.parametrize("form", REFUSED, ids=lambda one: one.id)
def test_the_gateway_refuses(stand, form):
    before = len(stand.provider.requests)
    assert refusals.fault_of(form, refusals.ask_form("127.0.0.1", stand.port, form)) == ""
    if "chunk" not in form.row:  # a body is passed on while it comes; what is wrong in it is found on the way
        assert len(stand.provider.requests) == before


@pytest.mark.parametrize("form", PASSED, ids=lambda one: one.id)
def test_the_gateway_lets_pass(stand, form):
    assert refusals.fault_of(form, refusals.ask_form("127.0.0.1", stand.port, form)) == ""


@pytest.fixture(scope="module")
def oracle(standing_long, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, behind=standing_long.provider_port))
    subprocess.run([nginx, "-c", str(conf)], check=True, capture_output=True)
    assert until(lambda: _listens(port))
    yield port
    subprocess.run(["kill", (folder / "nginx.pid").read_text().strip()], check=False)


def _listens(port: int) -> bool:
    try:
        Line(port).socket.close()
    except OSError:
        return False
    return True


def _is_refused(port: int, raw: bytes, seconds: float = PATIENCE) -> bool:
    """Who waits for more is waited for: nginx gives up after a second."""
    seen = refusals.ask("127.0.0.1", port, raw, seconds=seconds, linger=0.0)
    return seen.status in (0, -1) or seen.status >= 400


def test_whatever_nginx_refuses_of_the_corpus_the_gateway_refuses(stand, oracle):
    for form in PASSED:
        assert not _is_refused(oracle, form.raw), form.id


def test_whatever_nginx_refuses_of_broken_requests_the_gateway_refuses(stand, oracle):
    """Seeded mutations of good requests: the gateway may refuse more, never less."""
    chance = random.Random(2020)
    bases = [form.raw for form in PASSED if b"Transfer-Encoding" not in form.raw]
    for _ in range(150):
        raw = _mutated(chance, chance.choice(bases))
        if not _is_refused(stand.port, raw, 0.4):  # no answer so soon is none to compare
            assert not _is_refused(oracle, raw), raw


def _mutated(chance: random.Random, raw: bytes) -> bytes:
    odd = (b"\r", b"\n", b"\0", b" ", b"\t", b":", b"/", b"%", b"..", b"//", b"\x7f", b"\xff", b"Content-Length: 1\r\n",
           b"Host: x\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n", b"HTTP/1.1", b"#", b"\\", b";", b",")  # fmt: skip
    end = raw.find(b"\r\n\r\n") + 2
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(end)
        raw = raw[:at] + chance.choice(odd) + raw[at + chance.randint(0, 1) :]
    return raw if b"\r\n\r\n" in raw else raw + b"\r\n\r\n"


def test_a_slow_head_is_answered_in_time(stand):
    seen = refusals.ask("127.0.0.1", stand.port, b"GET /r1/GX HTTP/1.1\r\nHost: a", seconds=PATIENCE)
    assert (seen.status, seen.closed) == (408, True)


def test_a_slow_body_is_answered_in_time(stand):
    raw = grounds.head(path="/v1/upload", method="POST", Content_Length="10") + b"abc"
    seen = refusals.ask("127.0.0.1", stand.port, raw, seconds=PATIENCE)
    assert (seen.status, seen.closed) == (408, True)


def test_the_corpus_can_be_run_from_the_command_line(stand, capsys):
    given = ["--port", str(stand.port), "--client", grounds.CLIENT]
    assert refusals.main(given) == 0
    assert "不符 0 个" in capsys.readouterr().out


def test_what_is_smuggled_behind_a_refused_request_is_never_read(stand):
    before = len(stand.provider.requests)
    smuggled = grounds.head(path="/v1/items", X_Road_Id="smuggled")
    raw = (
        grounds.head(method="POST", Content_Length="4", Transfer_Encoding="chunked") + b"0\r\n\r\n" + smuggled
    )
    assert refusals.ask("127.0.0.1", stand.port, raw).status == 400
    assert len(stand.provider.requests) == before


def test_what_follows_a_chunked_body_is_not_taken_for_a_request(stand):
    head = grounds.head(path="/v1/upload", method="POST", Transfer_Encoding="chunked")
    seen = refusals.ask("127.0.0.1", stand.port, head + b"0\r\n\r\n" + grounds.head(X_Road_Id="second"))
    assert (seen.status, seen.closed) == (200, True)
    assert not any(b"second" in request for request in stand.provider.requests)


def test_the_data_of_the_corpus_name_every_row_of_the_table():
    assert len({form.row for form in REFUSED}) >= 28
    assert len(REFUSED) >= 190
    assert Path(refusals.CORPUS).exists()

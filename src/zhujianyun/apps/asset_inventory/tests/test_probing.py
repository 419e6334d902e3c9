"""Probes against real servers on this machine: slow, silent, lying, redirecting, expiring."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from zhujianyun.apps.asset_inventory import jobs
from zhujianyun.apps.asset_inventory.actions import asking, probing
from zhujianyun.apps.asset_inventory.actions.asking import Ask
from zhujianyun.apps.asset_inventory.models import Finding, Probe, ProbeDay, ProbeResult
from zhujianyun.apps.asset_inventory.rules.probing import Expected, Outcome
from zhujianyun.apps.asset_inventory.sample.neighbours import _shown
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.journal.models import Entry

from .conftest import MONDAY

LOOPBACK = (ip_network("127.0.0.1/32"),)
GOOD = "系统运行正常".encode()


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802
        place = self.path.strip("/")
        if place == "hang":
            self.server.gone.wait(10)  # type: ignore[attr-defined]
        if place == "drip":
            self._head(200, 10_000)
            while not self.server.gone.wait(0.1):  # type: ignore[attr-defined]
                try:
                    self.wfile.write(b".")
                    self.wfile.flush()
                except OSError:
                    return
            return
        status, body = {"error": (500, b"x"), "pretend": (200, "出错了".encode())}.get(place, (200, GOOD))
        if place.startswith("to-"):
            self._head(
                302,
                0,
                location={
                    "to-self": "/ok",
                    "to-private": "http://10.1.2.3/",
                    "to-name": "http://localhost:1/",
                }[place],
            )
            return
        self._head(status, len(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int, **more: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(length), **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    made.daemon_threads, made.gone = True, threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.gone.set()  # type: ignore[attr-defined]
    made.shutdown()
    made.server_close()


def url(server: ThreadingHTTPServer, place: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/{place}"


def ask(kind: str, target: str, **more) -> Outcome:
    expected = more.pop("expected", Expected(200, "正常", 0, 5000))
    return asking.ask(
        Ask(
            1,
            kind,
            target,
            expected,
            more.pop("timeout", 1.0),
            more.pop("allowed", LOOPBACK),
            today=MONDAY,
            **more,
        )
    )


@contextmanager
def listening(answer) -> Iterator[int]:
    """A port at which `answer(connection)` serves each caller."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(caller,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]


@pytest.mark.parametrize(
    ("place", "good"), [("ok", True), ("to-self", True), ("error", False), ("pretend", False)]
)
def test_a_page_is_judged_by_what_it_says(server, place, good):
    assert ask("http", url(server, place)).good is good


@pytest.mark.parametrize("place", ["hang", "drip"])
def test_a_page_that_hangs_or_drips_is_given_up_in_time(server, place):
    began = time.monotonic()
    outcome = ask("http", url(server, place), timeout=0.8)
    assert not outcome.good and "没有完成" in outcome.text
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("place", ["to-private", "to-name"])
def test_a_redirect_to_an_inner_host_is_refused_although_the_first_one_was_allowed(server, place):
    outcome = ask("http", url(server, place))
    assert not outcome.good and "内部或保留地址" in outcome.text


@pytest.mark.parametrize("kind", ["http", "tcp", "certificate"])
def test_an_inner_address_outside_the_white_list_is_never_called(server, kind):
    target = url(server, "ok") if kind == "http" else f"127.0.0.1:{server.server_port}"
    for allowed in ((), (ip_network("10.0.0.0/16"),)):
        outcome = ask(kind, target, allowed=allowed)
        assert not outcome.good and "内部或保留地址" in outcome.text


def test_a_port_answers_or_refuses(server):
    assert ask("tcp", f"127.0.0.1:{server.server_port}").good
    with socket.create_server(("127.0.0.1", 0)) as door:
        free = door.getsockname()[1]
    assert ask("tcp", f"127.0.0.1:{free}").text == "对方拒绝连接"


@pytest.mark.parametrize(
    ("left", "good", "warned"), [(6, True, True), (200, True, False), (-3, False, False)]
)
def test_a_certificate_tells_its_last_day(left, good, warned):
    with clock.standing(clock.at_local(MONDAY, 9)):
        from zhujianyun.apps.asset_inventory.sample import history

        shift = (MONDAY - history.expiry(0)).days
        context = _shown(left + shift)

    def shake(caller: socket.socket) -> None:
        try:
            context.wrap_socket(caller, server_side=True).close()
        except (OSError, ssl.SSLError):
            caller.close()

    with listening(shake) as port:
        outcome = ask("certificate", f"127.0.0.1:{port}")
    assert (outcome.good, outcome.warned, outcome.expires_on) == (good, warned, MONDAY + timedelta(days=left))


def test_a_peer_that_drips_in_the_handshake_is_given_up_in_time():
    gone = threading.Event()

    def drip(caller: socket.socket) -> None:
        while not gone.wait(0.05):
            try:
                caller.sendall(b"\x16")
            except OSError:
                return

    with listening(drip) as port:
        began = time.monotonic()
        assert not ask("certificate", f"127.0.0.1:{port}", timeout=0.6).good
        assert time.monotonic() - began < 8
    gone.set()


def test_a_name_leads_where_it_should():
    assert ask("dns", "localhost").good
    assert not ask("dns", "localhost", address="10.9.9.9").good


# --- with the database ---


def probe_of(department, server, place: str = "ok", **terms) -> Probe:
    if not probing.allowed_ranges():
        probing.allow_range("127.0.0.1/32", "测试", by=department.who("centre"))
    record = department.enter(f"s{Probe.objects.count()}")
    return probing.add_probe(
        record,
        "http",
        url(server, place),
        by=department.who("centre"),
        expect_text="正常",
        timeout_seconds=1,
        **terms,
    )


def test_an_inner_target_needs_the_white_list_and_only_the_centre_keeps_it(department, server):
    record = department.enter()
    with pytest.raises(RuleBroken, match="内部或保留地址"):
        probing.add_probe(record, "http", url(server, "ok"), by=department.who("centre"))
    with pytest.raises(NotAllowed):
        probing.add_probe(record, "http", "https://example.com/", by=department.who("housing"))
    for cidr in ("10.0.0.0/8", "8.8.8.0/24", "nonsense"):
        with pytest.raises(RuleBroken):
            probing.allow_range(cidr, "测试", by=department.who("centre"))
    with pytest.raises(RuleBroken, match="主机:端口"):
        probing.add_probe(record, "tcp", "example.com", by=department.who("centre"))


def test_the_second_failure_raises_one_alarm_and_recovery_closes_it(department, server):
    probe, now = probe_of(department, server), clock.now()
    bad, good = Outcome(False, "应答状态 500", 3), Outcome(True, "正常", 3)
    for n, outcome in enumerate((good, bad, good, bad, bad, bad)):
        probe = probing.record(probe, [(now + timedelta(minutes=n), outcome)])
        is_out = n >= 4
        assert (alarms.open_one(probing.ALARM, f"probe:{probe.pk}") is not None) is is_out
    assert probe.state == "down"
    probe = probing.record(probe, [(now + timedelta(minutes=9), good)])
    assert probe.state == "up" and not alarms.open_().exists()
    assert list(Entry.objects.filter(verb__startswith="asset_inventory.probe_").exclude(verb__endswith="_add").order_by("pk").values_list("verb", flat=True)) == [
        "asset_inventory.probe_down", "asset_inventory.probe_back",
    ]  # fmt: skip


def test_a_month_at_once_counts_as_its_answers_one_by_one(department, server):
    whole, single = probe_of(department, server), probe_of(department, server)
    start = clock.now() - timedelta(days=3)
    answers = [(start + timedelta(hours=n), Outcome(n % 7 > 1, "x", n)) for n in range(72)]
    whole = probing.record(whole, answers)
    for one in answers:
        single = probing.record(single, [one])
    sums = [
        list(ProbeDay.objects.filter(probe=p).values_list("day", "asked", "good", "worst_ms"))
        for p in (whole, single)
    ]
    assert sums[0] == sums[1] and sum(row[1] for row in sums[0]) == 72
    assert (whole.state, whole.failures) == (single.state, single.failures)


def test_pruning_takes_single_results_and_leaves_the_sums(department, server):
    probe = probe_of(department, server)
    old = clock.now() - timedelta(days=20)
    probing.record(probe, [(old, Outcome(True, "x", 1))], keep_days=30)
    probing.record(probe, [(clock.now(), Outcome(True, "x", 1))])
    assert probing.prune() == 1
    assert ProbeResult.objects.count() == 1 and ProbeDay.objects.count() == 2


def test_a_certificate_that_runs_out_becomes_a_finding_at_once(department, server):
    probe = probe_of(department, server)
    probing.record(probe, [(clock.now(), Outcome(True, "x", 1, True, MONDAY + timedelta(days=5)))])
    assert Finding.objects.get(rule="certificate").severity == "high"


def test_one_target_that_hangs_delays_no_other_and_is_not_asked_twice(department, server):
    slow = probe_of(department, server, "hang")
    others = [probe_of(department, server, f"ok?{n}") for n in range(6)]
    assert jobs.probe_due.func() == 7
    seen = list(ProbeResult.objects.order_by("pk").values_list("probe", "good"))
    assert seen[-1] == (slow.pk, False)
    assert {pk for pk, good in seen if good} == {probe.pk for probe in others}
    assert jobs.probe_due.func() == 0


def test_a_probe_held_by_a_worker_that_died_is_free_again_later(department, server):
    probe = probe_of(department, server)
    Probe.objects.update(held_until=clock.now() + jobs.LEASE)
    assert jobs.probe_due.func() == 0
    department.time.move_to(clock.now() + jobs.LEASE + timedelta(seconds=1))
    assert jobs.probe_due.func() == 1
    assert Probe.objects.get(pk=probe.pk).state == "up"

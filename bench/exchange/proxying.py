"""What the benchmarks of the proxy plane share: nginx as provider, nginx as peer, the plane, wrk.

The peer does what the plane's least case does: it knows the key, limits the rate by key, writes a line to its
log at each call, and passes the call on over kept connections. One worker there, one process here; both write
their logs to the same disk. Figures of one run are comparable with each other and with nothing else.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhujianyun.apps.data_gateway.api.proxy.tests import grounds
from zhujianyun.apps.data_gateway.api.proxy.tests.standing import free_port

RESULTS = Path(__file__).parent / "results"
FOLDER = Path(tempfile.mkdtemp(prefix="zjy-bench-proxy-"))
PROVIDER, PEER, PLANE = free_port(), free_port(), free_port()
WHOLE = (
    '{"id_no":"450103199003078412","person_name":"张三丰","months":12,"city":"450100","employer":"某建筑公司",'
    '"phone":"13800000001","status":"在保","last_month":"2020-11","since":"2012-03","kind":"职工","base":5230.5,"note":""}'
)
ITEMS = ("id_no", "person_name", "months", "city")
_NGINX = """worker_processes 1; pid {folder}/{name}.pid; error_log {folder}/{name}.err; daemon on;
events {{ worker_connections 1024; }}
http {{ keepalive_requests 100000000; default_type application/json; client_body_temp_path {folder}/a;
 proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
{body} }}
"""
_PROVIDER = " access_log off; server {{ listen 127.0.0.1:{provider} backlog=1024; location / {{ return 200 '{whole}'; }} }}"
_PEER = """ access_log {folder}/access.log combined;
 map $http_authorization $known {{ default 0; "Bearer {key}" 1; }}
 limit_req_zone $http_authorization zone=one:1m rate=1000000r/s;
 upstream behind {{ server 127.0.0.1:{provider}; keepalive 64; keepalive_requests 100000000; }}
 server {{ listen 127.0.0.1:{peer} backlog=1024; location / {{ if ($known = 0) {{ return 401; }}
  limit_req zone=one burst=1000000 nodelay; proxy_pass http://behind; proxy_http_version 1.1;
  proxy_set_header Connection ""; proxy_set_header Host behind; }} }}"""


@dataclass(frozen=True, slots=True)
class Pass:
    """What wrk told of one pass."""

    rate: float
    p99_ms: float
    wrong: int
    cpu_us: float = 0.0  # of the server under test, per call: what a busy neighbour changes least


def need() -> tuple[str, str]:
    """Paths of nginx and wrk; ends the benchmark when they are not installed."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    wrk = shutil.which("wrk")
    if nginx is None or wrk is None:
        sys.exit("needs nginx and wrk: apt-get install nginx-light wrk")
    return nginx, wrk


@contextmanager
def nginx(name: str, body: str) -> Iterator[None]:
    """An nginx with one worker."""
    conf = FOLDER / f"{name}.conf"
    conf.write_text(_NGINX.format(folder=FOLDER, name=name, body=body))
    subprocess.run([need()[0], "-c", str(conf)], check=True, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        subprocess.run(["kill", (FOLDER / f"{name}.pid").read_text().strip()], check=False)


@contextmanager
def provider() -> Iterator[None]:
    """The provider: nginx that answers with a JSON of twelve fields."""
    with nginx("provider", _PROVIDER.format(provider=PROVIDER, whole=WHOLE)):
        yield


@contextmanager
def peer() -> Iterator[None]:
    """nginx as the peer: key, limit, log, proxy."""
    with nginx("peer", _PEER.format(folder=FOLDER, provider=PROVIDER, peer=PEER, key=grounds.SECRET)):
        yield


@contextmanager
def plane(*triples: tuple[object, ...], **given: object) -> Iterator[Path]:
    """The plane in a process of its own, and a policy that somebody keeps."""
    serving = FOLDER / "serving"
    grounds.lay_services(serving, *triples, **given)  # type: ignore[arg-type]
    process = subprocess.Popen(
        [sys.executable, "-m", "zhujianyun.apps.data_gateway.api.proxy", "--serving", str(serving), "--port", str(PLANE)],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    (FOLDER / "plane.pid").write_text(str(process.pid))
    ended = threading.Event()
    keeper = threading.Thread(target=_keep, args=(serving / "policy.json", ended), daemon=True)
    keeper.start()
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield serving
    finally:
        ended.set()
        process.terminate()
        process.wait(10)


def _keep(policy: Path, ended: threading.Event) -> None:
    while not ended.wait(1.0):
        policy.touch()


def base() -> str:
    """The provider's address."""
    return f"http://127.0.0.1:{PROVIDER}"


def headers(code: str = "plain", **more: str) -> list[str]:
    """Headers of a good call, as wrk wants them."""
    made = {
        "Authorization": f"Bearer {grounds.SECRET}", "X-Road-Client": grounds.CLIENT, "X-Zjy-Purpose": f"G-{code}",
        "Accept": "application/json", **{name.replace("_", "-"): value for name, value in more.items()},
    }  # fmt: skip
    return [part for name, value in made.items() for part in ("-H", f"{name}: {value}")]


def cpu_seconds(port: int) -> float:
    """Processor time that the server behind a port has used."""
    pids = {PEER: "peer", PLANE: "plane"}
    parent = int((FOLDER / f"{pids[port]}.pid").read_text())
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sum(_cpu(pid) for pid in [str(parent), *children])


def _cpu(pid: str) -> float:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")


def wrk(port: int, *, seconds: float = 3, callers: int = 32, code: str = "plain", **more: str) -> Pass:
    """One pass."""
    target = grounds.target(code, "/v1/persons/450103199003078412?detail=1")
    command = [need()[1], "-t1", f"-c{callers}", f"-d{seconds}s", "--latency", *headers(code, **more)]
    before = cpu_seconds(port)
    found = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{target}"], capture_output=True, text=True, check=True
    ).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", found)[1])  # type: ignore[index]
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", found).groups()  # type: ignore[union-attr]
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", found)
    calls = int(re.search(r"(\d+) requests in", found)[1])  # type: ignore[index]
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return Pass(rate, p99, int(wrong[1]) if wrong else 0, (cpu_seconds(port) - before) / calls * 1e6)


def check(port: int, code: str = "plain", **more: str) -> tuple[dict[str, str], bytes]:
    """One call, to see that it does what is measured."""
    pairs = headers(code, **more)[1::2]
    target = grounds.target(code, "/v1/persons/450103199003078412?detail=1")
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{target}", headers=dict(one.split(": ", 1) for one in pairs)
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def alternate(turns: int, sides: dict[str, Callable[[], Pass]], warm: int = 1) -> dict[str, list[Pass]]:
    """A-B-A-B: each side in turn; the first rounds only warm up."""
    found: dict[str, list[Pass]] = {name: [] for name in sides}
    for turn in range(turns + warm):
        for name, run in sides.items():
            made = run()
            if turn >= warm:
                found[name].append(made)
    return found


def load() -> str:
    """Load averages at this moment."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def middle(passes: list[Pass]) -> tuple[float, float, float]:
    """Median rate, median p99 in ms, and the spread of the rates (largest less smallest, by the median)."""
    rates = [one.rate for one in passes]
    rate = statistics.median(rates)
    return rate, statistics.median(one.p99_ms for one in passes), (max(rates) - min(rates)) / rate


def _cpu_of(passes: list[Pass]) -> float:
    return statistics.median(one.cpu_us for one in passes)


def tell(name: str, found: dict[str, list[Pass]]) -> None:
    """Print medians and keep the raw rows; begins with the peer."""
    (first, *others) = found
    base_rate, base_p99, base_spread = middle(found[first])
    print(f"{name}: {len(found[first])} passes each, load {load()}")
    print(
        f"  {first:<28}{base_rate:9,.0f}/s  p99 {base_p99:7.2f} ms  spread {base_spread:.0%}  cpu {_cpu_of(found[first]):.0f} µs"
    )
    for other in others:
        rate, p99, spread = middle(found[other])
        pairs = [mine.rate / its.rate for mine, its in zip(found[other], found[first], strict=True)]
        print(
            f"  {other:<28}{rate:9,.0f}/s  p99 {p99:7.2f} ms  spread {spread:.0%}"
            f"  = {rate / base_rate:.2f} × (pairs {min(pairs):.2f}–{max(pairs):.2f}), p99 {p99 / base_p99:.1f} ×"
            f"  wrong {sum(one.wrong for one in found[other])}  cpu {_cpu_of(found[other]):.0f} µs"
        )
    if base_spread > 0.25:
        print("  the peer's own spread is above 25 %: this run is void by the method")
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{name}.csv").open("a", newline="") as file:
        csv.writer(file).writerows(
            [
                side,
                n,
                round(one.rate),
                round(one.p99_ms, 3),
                one.wrong,
                round(one.cpu_us),
                load(),
                time.strftime("%H:%M"),
            ]
            for side, passes in found.items()
            for n, one in enumerate(passes)
        )


def clean() -> None:
    """Remove what the run has written."""
    shutil.rmtree(FOLDER, ignore_errors=True)

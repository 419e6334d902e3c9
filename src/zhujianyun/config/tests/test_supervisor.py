"""Tests of the supervisor (进程管理测试): real processes, really killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zhujianyun.base.errors import RuleBroken
from zhujianyun.config.supervisor import Child, check_ports

SERVER = str(Path(__file__).with_name("played_server.py"))
PATIENCE = 30.0  # seconds until a test gives up waiting
pytestmark = pytest.mark.slow
_RUN = """
import sys
from pathlib import Path
from zhujianyun.config.supervisor import Child, Supervisor
argv = [sys.executable, {server!r}]
children = [Child(n, argv + a, ready_url=u and f"http://127.0.0.1:{{a[0]}}/", port=p) for n, a, u, p in {children!r}]
code = Supervisor(children, logs=Path({logs!r}), ready_seconds={ready}).run(on_ready=lambda: print("ready", flush=True))
sys.exit(code)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.05)


def pids(port: int) -> tuple[int, int] | None:
    """The server and its worker, as the worker tells; none when nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as answer:
            parent, worker = answer.read().split()
            return int(parent), int(worker)
    except (OSError, ValueError, http.client.HTTPException):  # gone, or cut off in mid-answer
        return None


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


class House:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self.process: subprocess.Popen[str] | None = None
        self.seen: set[int] = set()

    def start(self, *children: tuple[str, list[str], bool, int | None], ready: float = 30) -> None:
        code = _RUN.format(server=SERVER, children=list(children), logs=str(self.logs), ready=ready)
        self.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    def up(self, *ports: int, **more: object) -> None:
        self.start(*((f"server{port}", [str(port), *more.get("extra", [])], True, None) for port in ports))
        assert self.process.stdout.readline() == "ready\n"
        for port in ports:
            server, worker = pids(port)
            self.seen |= {server, worker, parent_of(server)}

    def ended(self) -> tuple[int, str]:
        said = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode, said

    def log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8")

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE)
        for pid in filter(alive, self.seen):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_leaves_nothing(house, number):
    ports = free_port(), free_port()
    house.up(*ports)
    house.process.send_signal(number)
    assert house.ended()[0] == 0
    assert not [pid for pid in house.seen if alive(pid)]
    check_ports([Child("x", [], port=port) for port in ports])


def test_a_server_that_ignores_sigterm_is_ended_all_the_same(house):
    house.up(free_port(), extra=["deaf"])
    house.process.terminate()
    assert house.ended()[0] == 0
    assert not [pid for pid in house.seen if alive(pid)]


def test_a_second_signal_does_not_wait(house):
    house.up(free_port(), extra=["deaf"])
    house.process.terminate()
    time.sleep(0.3)
    begun = time.monotonic()
    house.process.terminate()
    house.ended()
    assert time.monotonic() - begun < 5, "sooner than the grace of the keeper"
    assert not [pid for pid in house.seen if alive(pid)]


@pytest.mark.parametrize("victim", ["server", "worker and server", "keeper"])
def test_a_killed_child_is_restarted_with_its_port(house, victim):
    port, other = free_port(), free_port()
    house.up(port, other)
    before, neighbour = pids(port), pids(other)
    server, worker = before
    killed = {"server": [server], "worker and server": [worker, server], "keeper": [parent_of(server)]}
    for pid in killed[victim]:
        os.kill(pid, signal.SIGKILL)
    until(lambda: (now := pids(port)) and now[1] != worker, "a new server on the same port")
    assert not alive(server)
    assert not alive(worker), "what the dead server left behind does not hold the port"
    assert pids(other) == neighbour, "the others are not disturbed"
    assert "已退出" in house.log(f"server{port}")
    house.seen |= set(pids(port) or ())
    house.process.terminate()
    assert house.ended()[0] == 0
    assert not [pid for pid in house.seen if alive(pid)]


def test_granian_itself_killed_the_hard_way_gives_its_port_back(house):
    port = free_port()
    granian = ["-m", "granian", "--interface", "wsgi", "--port", str(port), "--host", "127.0.0.1"]
    granian += ["--log-level", "warning", "zhujianyun.config.tests.played_app:application"]
    code = (
        "import sys; from pathlib import Path; from zhujianyun.config.supervisor import Child, Supervisor; "
        f"web = Child('web', [sys.executable, *{granian!r}], ready_url='http://127.0.0.1:{port}/'); "
        f"sys.exit(Supervisor([web], logs=Path({str(house.logs)!r})).run(lambda: print('ready', flush=True)))"
    )
    house.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert house.process.stdout.readline() == "ready\n"
    server, worker = pids(port)
    house.seen |= {server, worker}
    os.kill(server, signal.SIGKILL)
    until(lambda: (now := pids(port)) and now[1] != worker, "a new Granian on the same port")
    assert not alive(worker)
    house.seen |= set(pids(port))
    house.process.terminate()
    assert house.ended()[0] == 0
    assert not [pid for pid in house.seen if alive(pid)]


def test_when_the_supervisor_is_killed_nothing_survives_it(house):
    house.up(free_port(), free_port())
    house.process.kill()
    house.process.wait()
    until(lambda: not [pid for pid in house.seen if alive(pid)], "the end of everything")


def test_a_child_that_dies_at_once_is_given_up_with_its_last_words(house):
    house.start(("bad", ["0"], False, None))
    code, said = house.ended()
    assert code == 1
    assert "bad 在一分钟内退出 5 次，已停止重试" in said
    assert "bad | 坏了" in said
    assert house.log("bad").count("bad | 你好 0") == 5


def test_a_command_that_does_not_exist_is_said(tmp_path, house):
    code = (
        "import sys; from pathlib import Path; from zhujianyun.config.supervisor import Child, Supervisor; "
        f"sys.exit(Supervisor([Child('none', ['/no/such/thing'])], logs=Path({str(tmp_path)!r})).run())"
    )
    house.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    ended, said = house.ended()
    assert ended == 1
    assert "无法启动 /no/such/thing" in said


def test_a_child_that_never_answers_stops_the_start(house):
    house.start(("late", [str(free_port())], True, None), ("silent", ["0"], False, None), ready=0.3)
    code, said = house.ended()
    assert code == 1
    assert "没有就绪" in said or "在一分钟内退出" in said


def test_a_port_in_use_is_named_before_anything_starts(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house.start(("web", [str(port)], True, port))
        code, said = house.ended()
    assert code == 1
    assert f"端口 {port} 已被其他程序占用，web 无法启动" in said
    assert not house.logs.exists()


def test_the_port_is_read_from_the_address_when_it_is_not_given():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/healthz"
        with pytest.raises(RuleBroken, match="请用 ss"):
            check_ports([Child("web", [], ready_url=url)])


def test_logs_carry_time_and_name(house):
    port = free_port()
    house.up(port)
    lines = house.log(f"server{port}").splitlines()
    assert lines[1].endswith(f"server{port} | 你好 {port}")
    time.strptime(lines[1][:19], "%Y-%m-%d %H:%M:%S")

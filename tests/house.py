"""A whole platform in a folder of its own (整座平台): real processes, a file database, real signals.

The demo at two per cent is prepared once per state of the sources and kept under `.cache/`; each test
that writes gets a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache"
SCALE, SEED = "0.02", "2020"
PATIENCE = 400.0  # seconds until a test gives up waiting; a busy machine plays the year slowly
KEPT = 86_400.0  # seconds after which an unused prepared demo is thrown away
DEMO = ("demo", "--scale", SCALE, "--no-serve")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Said:
    """What a command answered (命令应答)."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


@dataclass
class House:
    """A platform in a folder: commands, scripts and processes run against it (一座平台)."""

    folder: Path
    database: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "zhujianyun.sqlite3"

    def env(self, **more: str) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("ZJY_", "DJANGO_"))}
        own = {"ZJY_VAR": str(self.folder), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        return clean | own | ({"ZJY_DATABASE": self.database} if self.database else {}) | more

    def run(self, *words: str, **env: str) -> Said:
        """A command in a process of its own, as a person types it."""
        command = [sys.executable, "-m", "zhujianyun", *words]
        done = subprocess.run(
            command, env=self.env(**env), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def all_of(self, *commands: tuple[str, ...]) -> list[Said]:
        """Several commands, one after the other in one process: starting Django is what costs."""
        said = self.script(_SEVERAL.format(commands=[list(words) for words in commands]))
        told, _ = json.JSONDecoder().raw_decode(said)  # an engine may still speak when the process ends
        return [Said(*one) for one in told]

    def script(self, code: str) -> str:
        """Python with the platform set up; its output."""
        process = self.begin(code)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out[-3000:]
        return out.strip()

    def begin(self, code: str) -> subprocess.Popen[str]:
        """The same, without waiting for the end."""
        return self._start([sys.executable, "-c", _PRELUDE + code])

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """A command that stays."""
        return self._start([sys.executable, "-m", "zhujianyun", *words], **env)

    def _start(self, command: list[str], **env: str) -> subprocess.Popen[str]:
        made = subprocess.Popen(
            command,
            env=self.env(**env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(made)
        return made

    def rows(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        """What stands in the database; nothing while it is not there yet."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as connection:
                return connection.execute(query.replace("?", "%s"), given or None).fetchall()
        with contextlib.closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=30)) as base:
            return base.execute(query, given).fetchall()

    def one(self, query: str, *given: object) -> Any:
        """The first column of the first row."""
        return self.rows(query, *given)[0][0]

    def steps_done(self) -> set[str]:
        """The steps of the demo's preparation that are noted as done."""
        file = self.folder / "demo.json"
        return set(json.loads(file.read_text())["done"]) if file.exists() else set()

    def close(self) -> None:
        """End what was started here."""
        for process in self.started:
            if process.poll() is None:
                kill(process)

    def copy_to(self, folder: Path) -> House:
        """A house of its own with the same contents, whose clock goes on from where it stood."""
        shutil.copytree(self.folder, folder)
        clock = folder / "clock.json"
        if clock.exists():
            now = json.loads(clock.read_text()) | {"when_really": datetime.now(UTC).isoformat()}
            clock.write_text(json.dumps(now))
        return House(folder)


_PRELUDE = """
import os, sys, time, json
os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.config.settings.demo"
from zhujianyun.config import cli
cli.set_up()
"""
_SEVERAL = """
import contextlib, io
told = []
for words in {commands!r}:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main(words)
        except SystemExit as left:
            code = left.code or 0
    told.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(told))
"""


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9 of the process itself, and of nothing that it started."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def alive(pid: int) -> bool:
    """Whether a process runs; zombies do not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def family(pid: int) -> set[int]:
    """All that a process has started, and what that has started."""
    found, new = set(), {pid}
    while new:
        children = {
            int(child)
            for one in new
            for task in Path(f"/proc/{one}/task").glob("*/children")
            for child in _read(task).split()
        }
        found |= children
        new = children
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def until(condition: Callable[[], object], what: str) -> Any:
    """Wait for a condition; what it gave."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)
    return found


def free_ports() -> int:
    """A port that is free, as are the three behind it: pushing, table plane, proxy plane."""
    while True:
        with contextlib.ExitStack() as held:
            port = held.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                for behind in (1, 2, 3):
                    held.enter_context(socket.create_server(("127.0.0.1", port + behind)))
                return port


# --- what is prepared once ---


@dataclass(frozen=True)
class Prepared:
    """Two states of the demo to copy from (已备好的演示数据)."""

    migrated: House
    played: House


def prepared(template: Path | None = None) -> Prepared:
    """The demo after its first step and at its end, made now from a migrated database or found in the cache."""
    CACHE.mkdir(exist_ok=True)
    schema = CACHE / f"migrated-{_digest('src/zhujianyun/**/migrations/*.py')}"
    year = CACHE / f"demo-{_digest('src/zhujianyun/**/*.py', 'src/**/*.yaml', 'src/**/*.csv')}"
    with (CACHE / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrated = _kept(schema, lambda folder: _migrate(folder, template))
        played = _kept(year, lambda folder: _play(migrated, folder))
    return Prepared(migrated, played)


def _digest(*patterns: str) -> str:
    state = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    for file in sorted({file for pattern in patterns for file in ROOT.glob(pattern)}):
        if "tests" not in file.parts:
            state.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return state.hexdigest()[:16]


def _kept(folder: Path, make: Callable[[Path], None]) -> House:
    """What the cache holds, or what is made now; what nobody has used for long goes."""
    if not folder.exists():
        for old in (*CACHE.glob("demo-*"), *CACHE.glob("migrated-*"), *CACHE.glob("partial-*")):
            if time.time() - old.stat().st_mtime > KEPT:
                shutil.rmtree(old, ignore_errors=True)
        partial = CACHE / f"partial-{os.getpid()}"
        shutil.rmtree(partial, ignore_errors=True)
        make(partial)
        partial.replace(folder)
    os.utime(folder)
    return House(folder)


def _migrate(folder: Path, template: Path | None) -> None:
    folder.mkdir()
    if template and template.exists():  # not where the suite itself runs on PostgreSQL
        shutil.copy(template, House(folder).file)
    House(folder).script(FIRST_STEP)


def _play(migrated: House, folder: Path) -> None:
    done = migrated.copy_to(folder).run(*DEMO)
    assert done.code == 0, done.all


# The demo, stopped after its first step.
FIRST_STEP = f"""
from zhujianyun.config import demo
whole = demo.steps()
demo.steps = lambda: whole[:1]
demo.run(scale={SCALE}, seed={SEED}, serve=False, reset=False, port=0)
(demo.Path(os.environ["ZJY_VAR"]) / "clock.json").unlink()
"""


@contextlib.contextmanager
def closing(house: House) -> Iterator[House]:
    """The house, and nothing of it afterwards."""
    try:
        yield house
    finally:
        house.close()

"""A platform that answers (运行中的平台): the prepared demo year, served by the command that people type.

`zhujianyun up` with web, gateway and worker under the supervisor, on free ports.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import house as houses

READY_SECONDS = 120.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Site:
    """A platform that answers (运行中的平台): its address and the house it lives in."""

    base: str
    house: houses.House

    @property
    def gateway(self) -> str:
        """The address of the pushing process (推送地址): by convention the next port."""
        host, _, port = self.base.rpartition(":")
        return f"{host}:{int(port) + 1}"


@contextlib.contextmanager
def serving(house: houses.House) -> Iterator[Site]:
    """The house with `zhujianyun up`; all its processes are gone afterwards (启动到结束).

    Raises:
        RuntimeError: it does not answer in time, or died; with its last words.
    """
    port = houses.free_ports()
    supervisor = house.start("up", "--port", str(port))
    site = Site(f"http://127.0.0.1:{port}", house)
    try:
        _until_answering(site, supervisor)
        yield site
    finally:
        supervisor.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            supervisor.communicate(timeout=STOP_SECONDS)
        house.close()


def _until_answering(site: Site, supervisor: subprocess.Popen[str]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    waiting = [f"{site.base}/healthz", f"{site.gateway}/healthz"]
    while waiting:
        if supervisor.poll() is not None:
            raise RuntimeError(f"平台没有启动：{supervisor.communicate()[0][-1500:]}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"平台在 {READY_SECONDS:.0f} 秒内没有应答：{waiting[0]}")
        try:
            opener.open(waiting[0], timeout=2).close()
            waiting.pop(0)
        except OSError:
            time.sleep(0.2)


@contextlib.contextmanager
def demo(folder: Path) -> Iterator[Site]:
    """A copy of the prepared year in `folder`, running (运行演示)."""
    with serving(houses.prepared().played.copy_to(folder / "var")) as site:
        yield site


def hand_in(house: houses.House, **wanted: int) -> dict[str, list[str]]:
    """Applicants of Nanning hand in cases (申请人报件); their numbers by kind.

    `designs` and `filings` wait for the clerk, `vouchers` are filings in the pool of the next draw.
    """
    told = house.script(f"""
sys.path.insert(0, {str(houses.ROOT)!r})
from tests.stories import applicants
print(json.dumps(applicants.hand_in({wanted!r})))
""")
    made: dict[str, list[str]] = json.loads(told.splitlines()[-1])
    return made


def year(scale: str) -> houses.House:
    """A house with the demo year at a scale, to copy from (某一规模的演示数据); played now when not in the cache.

    Raises:
        RuntimeError: the play failed; with its last words.
    """
    if scale == houses.SCALE:
        return houses.prepared().played
    made_by = houses._digest("src/zhujianyun/**/migrations/*.py", "src/**/*.yaml", "src/**/*.csv")
    house = houses.House(houses.CACHE / f"year-{scale}-{made_by}")
    words = [sys.executable, "-m", "zhujianyun", "demo", "--scale", scale, "--no-serve"]
    done = subprocess.run(words, env=house.env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"演示数据没有备好：{done.stdout[-1500:]}")
    return house


@contextlib.contextmanager
def standing(address: str, var: str, scale: str) -> Iterator[Site]:
    """The platform at an address with its folder, or one of our own when no address is given (给定或自启)."""
    if address:
        yield Site(address.rstrip("/"), houses.House(Path(var or "var").resolve()))
        return
    with (
        tempfile.TemporaryDirectory(prefix="zjy-bench-") as folder,
        serving(year(scale).copy_to(Path(folder) / "var")) as site,
    ):
        yield site

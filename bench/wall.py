"""How alive the wall is (大屏速度): act to repaint, first paint, the data address, 500 viewers, 2,000 updates.

    .venv/bin/python bench/wall.py                                     # its own platform, two per cent
    .venv/bin/python bench/wall.py --scale 1.0                         # its own platform, the whole year
    .venv/bin/python bench/wall.py http://localhost:8000 --var var     # the one that is running
    .venv/bin/python bench/wall.py --only repaint stream

`repaint` and `stream` hand in and accept cases on the platform that they measure. `repaint`, `paint` and
`updates` need Chromium (`make test-browser` brings it).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.stories import calls, people, running  # noqa: E402

WALL = {"width": 1920, "height": 1080}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--no-first-run"]  # fmt: skip
ACTS, PAINTS, CALLERS, SECONDS = 20, 10, 10, 8.0
VIEWERS, PUSHES = 500, 10
WARM, UPDATES, PEER_UPDATES = 200, 2_000, 100
PAINTED = """() => {
  const told = () => { if (document.documentElement?.dataset.painted) window.zjyPainted ??= performance.now(); };
  new MutationObserver(told).observe(document, {subtree: true, childList: true, attributes: true});
}"""
# A wall that hears of a change as soon as it has painted the last one, and gets other numbers each time.
ACCELERATED = """() => {
  window.zjySources = [];
  window.EventSource = class extends EventTarget {
    constructor() { super(); window.zjySources.push(this); }
    close() {}
  };
  const plain = window.fetch.bind(window);
  const other = (value) => {
    if (Array.isArray(value)) return value.map(other);
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, /code|url|as_of/.test(key) ? one : other(one)]));
    if (typeof value === "number") return value * (0.9 + Math.random() * 0.2);
    return value;
  };
  window.zjyFetched = 0;
  window.fetch = async (address, options) => {
    if (!String(address).endsWith("/data")) return plain(address, options);
    window.zjyFirst ??= JSON.parse(document.getElementById("first").textContent);
    const told = {...window.zjyFirst, widgets: other(window.zjyFirst.widgets)};
    for (const widget of Object.values(told.widgets))
      for (const figure of widget.figures || []) figure.text = (Math.random() * 9999).toFixed(1);
    window.zjyFetched += 1;
    return new Response(JSON.stringify(told), {headers: {"Content-Type": "application/json", ETag: String(window.zjyFetched)}});
  };
}"""
UPDATE = """async ([times, leaky]) => {
  const code = window.zjyFirst?.codes[0] ?? JSON.parse(document.getElementById("first").textContent).codes[0];
  for (let n = 0; n < times; n++) {
    const before = window.zjyFetched;
    window.zjySources[0].dispatchEvent(new MessageEvent("changed", {data: JSON.stringify({indicator: code})}));
    while (window.zjyFetched === before) await new Promise((done) => setTimeout(done, 0));
    await new Promise((done) => setTimeout(done, 0));
    if (leaky) for (const holder of document.querySelectorAll(".chart")) {
      const options = echarts.getInstanceByDom(holder)?.getOption(), fresh = holder.cloneNode(false);
      holder.replaceWith(fresh);
      fresh.removeAttribute("_echarts_instance_");
      if (options) echarts.init(fresh, null, {renderer: "svg"}).setOption(options);
    }
  }
}"""


def main() -> None:
    """Measure what was asked for (测量)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address", nargs="?", default="", help="a running platform; none: start one")
    parser.add_argument("--var", default="", help="the folder of the running platform")
    parser.add_argument("--scale", default="0.02", help="scale of the platform that is started")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    chosen = parser.parse_args()
    with running.standing(chosen.address, chosen.var, chosen.scale) as site:
        print(f"{site.house.one('SELECT count(*) FROM case_case'):,} cases, load {os.getloadavg()[0]:.1f}")
        for name in chosen.only:
            PARTS[name](site)


def say(name: str, values: list[float], unit: str = "ms", note: str = "") -> None:
    """One line: median, p95, worst (一行结果)."""
    median, p95 = statistics.median(values), calls.percentile(values, 0.95)
    print(
        f"{name:<46}median {median:>8.1f}  p95 {p95:>8.1f}  max {max(values):>8.1f} {unit}  {note}",
        flush=True,
    )


# --- act to repaint ---


class Clerk:
    """Accepts cases through the case API, in a thread of its own: Playwright's has an event loop (受理人员)."""

    def __init__(self, site: running.Site, cases: int) -> None:
        self.numbers = running.hand_in(site.house, designs=cases)["designs"]
        os.environ |= {
            "ZJY_VAR": str(site.house.folder),
            "DJANGO_SETTINGS_MODULE": "zhujianyun.config.settings.demo",
        }
        self.desk = ThreadPoolExecutor(1)
        self.actor = self.desk.submit(self._sit_down).result()

    def _sit_down(self) -> Any:
        from zhujianyun.config import cli

        cli.set_up()
        from zhujianyun.kernel import access
        from zhujianyun.kernel.access.models import Account

        return access.actor(Account.objects.get(username="nanning.clerk"))

    def accept(self) -> tuple[float, float]:
        """Accept the next case; when the act began and when it was committed, in seconds (受理一件)."""
        return self.desk.submit(self._accept, self.numbers.pop()).result()

    def _accept(self, number: str) -> tuple[float, float]:
        from zhujianyun.kernel import case
        from zhujianyun.kernel.case.models import Case

        found = Case.objects.get(number=number)
        began = time.time()
        case.act(found, "accept", by=self.actor, expected_version=found.version, key=f"bench:{number}")
        return began, time.time()


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's Chromium.

    Raises:
        SystemExit: there is none.
    """
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("没有 Chromium：执行 make test-browser 会自动安装。")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


def signed_in(opened: Any, site: running.Site, **options: Any) -> Any:
    """A context whose cookies come from a sign-in without a browser (已登录的浏览器)."""
    context = opened.new_context(base_url=site.base, viewport=WALL, locale="zh-CN", **options)
    with closing(calls.client(site.base, "leader")) as client:
        context.add_cookies(
            [{"name": one.name, "value": one.value, "url": site.base} for one in client.cookies.jar]
        )
    return context


def repaint(site: running.Site) -> None:
    """From the act of an officer to the new figure on the wall (办理到重绘)."""
    clerk = Clerk(site, ACTS)
    began, committed = [], []
    with browser() as opened:
        page = signed_in(opened, site).new_page()
        page.goto("/screen/main/")
        people.see_wall(page)
        for _ in range(ACTS):
            page.wait_for_timeout(random.uniform(300, 1200))  # no step with the polls
            people.watch(page, people.ACCEPTED)
            start, end = clerk.accept()
            painted = people.repainted_at(page)
            began.append(painted - start * 1000)
            committed.append(painted - end * 1000)
    say(f"act begun → figure repainted, {ACTS} acts", began, note="(budget: p95 2000)")
    say("act committed → figure repainted", committed)


# --- first paint ---


def paint(site: running.Site) -> None:
    """From the start of the navigation to the painted wall, nothing in the browser's cache (首次绘制)."""
    contentful, painted = [], []
    with browser() as opened:
        for _ in range(PAINTS + 1):
            context = signed_in(opened, site)
            context.add_init_script(f"({PAINTED})()")
            page = context.new_page()
            page.goto("/screen/main/")
            page.wait_for_function("window.zjyPainted")
            painted.append(page.evaluate("window.zjyPainted"))
            entry = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
            page.wait_for_function(f"!Number.isNaN({entry})")
            contentful.append(page.evaluate(entry))
            context.close()
    say(f"navigation → first contentful paint, {PAINTS} runs", contentful[1:])
    say("navigation → all widgets painted", painted[1:], note="(budget: 2000)")


# --- the data address ---


def data(site: running.Site) -> None:
    """Ten walls that ask as fast as they can, with the tag of what they have (屏幕数据)."""
    clients = [calls.client(site.base, "leader") for _ in range(CALLERS)]
    tags: list[str] = [""] * CALLERS
    statuses: list[int] = []
    sizes: list[int] = []

    def ask(n: int) -> None:
        answer = clients[n].get("/screen/main/data", headers={"If-None-Match": tags[n]} if tags[n] else {})
        tags[n] = answer.headers["ETag"]
        statuses.append(answer.status_code)
        if answer.status_code == 200:
            sizes.append(len(answer.content))

    for name, call in (
        (f"/screen/main/data, {CALLERS} callers with tag", ask),
        ("  the same without tag", lambda n: clients[n].get("/screen/main/data")),
        ("  peer: health page of the same process", lambda n: clients[n].get("/healthz")),
    ):
        statuses.clear()
        found = calls.at_once(CALLERS, SECONDS, call)
        share = f", 304: {statuses.count(304) / len(statuses):.1%}" if statuses else ""
        say(name, found, note=f"{len(found) / SECONDS:,.0f} requests/s{share}")
    print(
        f"  size of a full answer: {statistics.median(sizes) / 1000:.1f} KB; 15 screens × 10 viewers ÷ 15 s = 10 requests/s"
    )


# --- viewers of the stream ---


def stream(site: running.Site) -> None:
    """500 viewers on one gateway process: memory of each, and when they hear of an act (推送)."""
    clerk = Clerk(site, PUSHES)
    with closing(calls.client(site.base, "leader")) as client:
        page = client.get("/screen/main/").text
    ticket = page.partition('data-ticket="')[2].partition('"')[0]
    gateway = gateway_process(site)
    before = memory(gateway)
    heard = asyncio.run(_watch(site, ticket, clerk, lambda: memory(gateway)))
    print(
        f"{VIEWERS} viewers on one gateway process: {before / 1024:.0f} → {heard['memory'] / 1024:.0f} MB, "
        f"{(heard['memory'] - before) / VIEWERS:.0f} KB each"
    )
    every = [one for event in heard["events"] for one in event]
    say(
        f"act begun → viewer told, {PUSHES} acts × {VIEWERS}",
        every,
        note=f"p99 {calls.percentile(every, 0.99):.1f}",
    )
    spread = [one - min(event) for event in heard["events"] for one in event]
    say("first viewer told → every viewer told", spread, note=f"p99 {calls.percentile(spread, 0.99):.1f}")


async def _watch(site: running.Site, ticket: str, clerk: Clerk, weigh: Callable[[], int]) -> dict[str, Any]:
    address = urlsplit(site.gateway)
    arrivals: list[dict[int, float]] = []

    async def view(n: int, ready: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            f"GET /stream?ticket={quote(ticket)} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
        )
        async for line in reader:
            if line.startswith(b"event: hello"):
                ready.set()
            elif line.startswith(b"data:") and people.ACCEPTED.encode() in line and arrivals:
                arrivals[-1].setdefault(n, time.time())

    ready = [asyncio.Event() for _ in range(VIEWERS)]
    watching = []
    for n in range(VIEWERS):
        watching.append(asyncio.create_task(view(n, ready[n])))
        if n % 50 == 49:
            await asyncio.sleep(0.2)
    await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), 60)
    await asyncio.sleep(2)
    events = []
    for _ in range(PUSHES):
        await asyncio.sleep(random.uniform(0.5, 1.2))
        arrivals.append({})
        began, _ = await asyncio.to_thread(clerk.accept)
        deadline = time.monotonic() + 20
        while len(arrivals[-1]) < VIEWERS:
            if time.monotonic() > deadline:
                raise SystemExit(f"只有 {len(arrivals[-1])} / {VIEWERS} 个观看者得知变更。")
            await asyncio.sleep(0.02)
        events.append([(at - began) * 1000 for at in arrivals[-1].values()])
    found = {"memory": weigh(), "events": events}
    for one in watching:
        one.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return found


def gateway_process(site: running.Site) -> int:
    """The process that serves the gateway's port: of the family of granian, the largest (推送进程).

    Raises:
        SystemExit: none runs on this machine.
    """
    port = str(urlsplit(site.gateway).port)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if "granian" in " ".join(words) and port in words and "zhujianyun.config.keeper" not in words:
            found.append(int(folder.name))
    if not found:
        raise SystemExit(f"本机没有在端口 {port} 上服务的推送进程，无法测内存。")
    return max(found, key=memory)


def memory(pid: int) -> int:
    """Resident memory of a process, in KB (常驻内存)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


# --- many updates of one page ---


def updates(site: running.Site) -> None:
    """2,000 updates of every widget of one page: heap, nodes and listeners must stay (内存)."""
    with browser() as opened:
        print(f"{UPDATES:,} updates of one wall page after {WARM} to warm up")
        _updates(opened, site, UPDATES, leaky=False)
        print(f"  peer: a chart made anew at each update, never disposed of, {PEER_UPDATES} updates")
        _updates(opened, site, PEER_UPDATES, leaky=True)


def _updates(opened: Any, site: running.Site, times: int, *, leaky: bool) -> None:
    context = signed_in(opened, site)
    context.add_init_script(f"({ACCELERATED})()")
    page = context.new_page()
    page.set_default_timeout(600_000)
    page.goto("/screen/main/")
    page.wait_for_selector("html[data-painted=yes]")
    page.evaluate(UPDATE, [WARM, False])
    probe = context.new_cdp_session(page)
    probe.send("Performance.enable")
    before, began = _weigh(probe), time.perf_counter()
    page.evaluate(UPDATE, [times, leaky])
    spent, after = time.perf_counter() - began, _weigh(probe)
    grown = (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 1e6
    print(
        f"  heap {before['JSHeapUsedSize'] / 1e6:.1f} → {after['JSHeapUsedSize'] / 1e6:.1f} MB "
        f"({grown / times * 1000:+.1f} MB per 1,000; budget 4)  nodes {before['Nodes']:.0f} → {after['Nodes']:.0f}  "
        f"listeners {before['JSEventListeners']:.0f} → {after['JSEventListeners']:.0f}  {spent / times * 1000:.1f} ms each",
        flush=True,
    )
    context.close()


def _weigh(probe: Any) -> dict[str, float]:
    for _ in range(3):
        probe.send("HeapProfiler.collectGarbage")
        time.sleep(0.3)
    return {one["name"]: one["value"] for one in probe.send("Performance.getMetrics")["metrics"]}


PARTS: dict[str, Callable[[running.Site], None]] = {
    "repaint": repaint, "paint": paint, "data": data, "stream": stream, "updates": updates,
}  # fmt: skip

if __name__ == "__main__":
    main()

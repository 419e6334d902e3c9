"""Calls without a browser (不经浏览器的访问): a signed-in client, percentiles, many callers at once."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Sequence

import httpx

from zhujianyun.config.demo_people import PASSWORD


def client(base: str, account: str) -> httpx.Client:
    """A client that has signed in through the form (已登录的客户端).

    Raises:
        RuntimeError: the form did not let it in.
    """
    made = httpx.Client(base_url=base, timeout=60, trust_env=False)
    form = made.get("/signin/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    given = {"login": account, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1) if token else ""}
    answer = made.post("/signin/", data=given, headers={"Referer": f"{base}/signin/"})
    if answer.status_code != 302:
        raise RuntimeError(f"账号 {account} 登录不了（{answer.status_code}）。")
    return made


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies (分位数)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def timed(call: Callable[[], object]) -> float:
    """How long a call takes, in milliseconds (用时)."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def at_once(callers: int, seconds: float, call: Callable[[int], object]) -> list[float]:
    """Let many callers repeat a call for some seconds; every duration in milliseconds (并发访问)."""
    found: list[list[float]] = [[] for _ in range(callers)]
    until = time.perf_counter() + seconds

    def repeat(n: int) -> None:
        while time.perf_counter() < until:
            found[n].append(timed(lambda: call(n)))

    threads = [threading.Thread(target=repeat, args=(n,)) for n in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for several in found for one in several]

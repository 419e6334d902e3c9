"""Pushes changes to the walls (变更推送): one poll of the snapshots per process, many viewers.

What goes out is `{indicator, version}` and nothing else; the wall then fetches the value itself, as
its viewer. Alarms go out as the indicator `alarms`. A slow viewer is not waited for: its queue holds the latest change per indicator.

Source: WHATWG HTML, server-sent events.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

POLL_EVERY = 0.2
KEEP_ALIVE_EVERY = 15.0
MOST_VIEWERS = 2_000
ALARMS = "alarms"

log = logging.getLogger(__name__)

# (since) -> [(snapshot id, indicator code)], run in a thread
Changes = Callable[[int], list[tuple[int, str]]]


class Hub:
    """Knows the viewers and tells them what changed (推送中心)."""

    def __init__(
        self, changes: Changes, newest: Callable[[], int], alarms: Callable[[], int] | None = None
    ) -> None:
        self._changes, self._newest, self._alarms = changes, newest, alarms
        self._alarm_mark = 0
        self._viewers: set[_Viewer] = set()
        self._poll: asyncio.Task[None] | None = None
        self._since = -1

    @property
    def viewers(self) -> int:
        """How many are watching (在线观看数)."""
        return len(self._viewers)

    async def watch(self) -> AsyncIterator[bytes]:
        """The events for one viewer, until it leaves."""
        viewer = _Viewer()
        self._viewers.add(viewer)
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._run())
        try:
            yield b"retry: 2000\n\nevent: hello\ndata: {}\n\n"
            while True:  # ends when the server finds the viewer gone
                changed = await viewer.next()
                if changed:
                    yield b"".join(b"event: changed\ndata: " + orjson.dumps(c) + b"\n\n" for c in changed)
                else:
                    yield b": alive\n\n"
        finally:
            self._viewers.discard(viewer)

    async def _run(self) -> None:
        """Poll while anybody watches; a failing database is tried again more slowly."""
        wait = POLL_EVERY
        self._since = -1
        while self._viewers:
            try:
                await self._turn()
                wait = POLL_EVERY
            except Exception as error:  # noqa: BLE001 - a wall must outlive the database
                wait = min(wait * 2, 5.0)
                log.warning("无法读取指标变更，%.1f 秒后再试：%s", wait, error)
            await asyncio.sleep(wait)

    async def _turn(self) -> None:
        is_first = self._since < 0
        if is_first:
            self._since = await asyncio.to_thread(self._newest)
        rows = await asyncio.to_thread(self._changes, self._since)
        latest = {code: number for number, code in rows}
        if self._alarms is not None:
            mark = await asyncio.to_thread(self._alarms)
            if mark != self._alarm_mark and not is_first:
                latest[ALARMS] = mark
            self._alarm_mark = mark
        if not latest:
            return
        self._since = rows[-1][0] if rows else self._since
        for viewer in self._viewers:
            viewer.tell(latest)


class _Viewer:
    __slots__ = ("_pending", "_woken")

    def __init__(self) -> None:
        self._pending: dict[str, int] = {}
        self._woken = asyncio.Event()

    def tell(self, latest: dict[str, int]) -> None:
        self._pending.update(latest)
        self._woken.set()

    async def next(self) -> list[dict[str, object]]:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), KEEP_ALIVE_EVERY)
        self._woken.clear()
        changed = [{"indicator": code, "version": number} for code, number in self._pending.items()]
        self._pending.clear()
        return changed


def endpoint(hub: Hub, may_watch: Callable[[str], bool]) -> Callable[[Request], object]:
    """The `/stream` endpoint: a ticket, then events (推送接口)."""

    async def stream(request: Request) -> Response:
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if not await asyncio.to_thread(may_watch, request.query_params.get("ticket", "")):
            return PlainTextResponse("票据无效或已过期，请刷新页面。", 403, headers)
        if hub.viewers >= MOST_VIEWERS:
            return PlainTextResponse("观看人数已满，页面将改为定时刷新。", 503, headers)
        return StreamingResponse(hub.watch(), media_type="text/event-stream", headers=headers)

    return stream

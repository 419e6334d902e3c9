"""The wire (传输): connections to pinned addresses only, every wait under one deadline."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import lru_cache
from time import monotonic
from typing import Any

import httpcore

from zhujianyun.base.outbound.addresses import Address


class Deadline:
    """The end of a whole call (总时限)."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds left; never zero, which a socket would take for ever (剩余秒数)."""
        return max(self._end - monotonic(), 0.0)

    def wait(self, error: type[Exception]) -> float:
        """How long the next step may wait.

        Raises:
            error: when the time is over.
        """
        if not (left := self.left()):
            raise error("deadline")
        return left


class _Stream(httpcore.NetworkStream):
    """A connection on which no step outlives the deadline: a peer that drips cannot hold us."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.wait(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), 65536):
            self._inner.write(buffer[start : start + 65536], self._deadline.wait(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = self._deadline.wait(httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, wait), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name resolves to by now (固定地址)."""

    def __init__(self, addresses: list[Address], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            try:
                wait = self._deadline.wait(httpcore.ConnectTimeout)
                return _Stream(self._sockets.connect_tcp(str(address), port, wait), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                failed = e
        raise failed


@lru_cache(maxsize=4)
def _trust(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def pool(addresses: list[Address], deadline: Deadline) -> httpcore.ConnectionPool:
    """A pool for one hop (连接); ``settings.ZJY_CA_FILE`` names the root certificates of an intranet."""
    from django.conf import settings

    return httpcore.ConnectionPool(
        ssl_context=_trust(str(getattr(settings, "ZJY_CA_FILE", "") or "")),
        network_backend=_Pinned(addresses, deadline),
        max_connections=1,
        http1=True,
        http2=False,
        retries=0,
    )

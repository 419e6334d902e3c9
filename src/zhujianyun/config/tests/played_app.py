"""A page for the tests of the supervisor (测试用页面): it tells who serves it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable


def application(_environ: dict, start_response: Callable) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getppid()} {os.getpid()}".encode()]

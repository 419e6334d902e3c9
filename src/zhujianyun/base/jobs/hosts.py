"""Who a process is, and whether it still lives (进程身份).

A process id alone proves nothing: it is given out again, and means something else in every
container. Host, boot and process name space together with the moment of birth do prove it.
"""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def here() -> str:
    """The name of this host, this boot, this process name space (本机标识)."""
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{socket.gethostname()[:100]} {boot} {space}"[:200]


def born(pid: int) -> str:
    """The moment of birth of a living process in clock ticks since boot; empty when there is none.

    A zombie counts as dead: it holds nothing any more.
    """
    text = _read(Path(f"/proc/{pid}/stat"))
    fields = text.rpartition(")")[2].split()  # the name in parentheses may hold anything
    if len(fields) < 20 or fields[0] in ("Z", "X"):
        return ""
    return fields[19]


def lives(pid: int, birth: str) -> bool:
    """Whether the very process still lives (进程是否存活)."""
    if birth:
        return born(pid) == birth
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""

"""Which path is asked for (路径检查): one reading only, and the same one is matched and passed on.

`rules.addresses` takes an address apart. Here, before it, the whole path is held to one reading, also where
it names no service, and forms are refused that only some servers take for dots (``..;``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from zhujianyun.apps.data_gateway.api.proxy.framing import malformed
from zhujianyun.apps.data_gateway.rules import addresses
from zhujianyun.apps.data_gateway.rules.faults import Fault

_PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:[/;]|\Z))[A-Za-z0-9._~!$&'()*+,;=:@-]++)*+/?")


def address_of(target: str) -> addresses.Address:
    """The address that a target names (解析请求目标).

    Raises:
        Fault: as `rules.addresses.parse`; whatever has more than one reading also ends the connection.
    """
    if len(target) > addresses.LONGEST:
        raise malformed("", "Client.TargetTooLong")
    if target[:1] != "/":
        raise malformed("请求地址须以“/”开头，不接受完整网址。", "Client.BadTarget")
    path = target.partition("?")[0]
    if not _PLAIN.fullmatch(path):
        _check_parts(path)
    try:
        return addresses.parse(target)
    except Fault as fault:
        fault.close = fault.type == "Client.BadTarget"
        raise


def _check_parts(path: str) -> None:
    """Each part as `rules.addresses` reads it, and no parameter behind dots."""
    parts = path[1:].split("/")
    try:
        texts = [addresses.part_of(one) for one in (parts[:-1] if not parts[-1] else parts)]
    except Fault as fault:
        fault.close = True
        raise
    if any(text.partition(";")[0] in (".", "..") for text in texts):
        raise malformed("路径不得含有“.”或“..”。", "Client.BadTarget")


def named(patterns: Sequence[str], rest: str) -> tuple[str, str]:
    """The pattern that a path fits, and what stands in it for ``*`` (路径名称): the path itself where none fits."""
    for pattern in patterns:
        if "*" in pattern and (found := addresses.fitting(pattern).fullmatch(rest)):
            return pattern, "/".join(found.groups())
    return rest, ""

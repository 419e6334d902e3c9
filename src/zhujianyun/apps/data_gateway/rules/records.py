"""The call log (调用日志): one record per call, one further line when the answer has left or the caller hung up.

Columns after X-Road operational monitoring, cut to what the platform needs. A record is written before the
last byte of the answer leaves; a line ``{"k": "out"}`` or ``{"k": "abort"}`` follows. Counted is a call that
succeeded and has no abort line: so a plane killed at any moment never counts less than was acknowledged.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import orjson

LONGEST_LINE = 32_000  # bytes


@dataclass(slots=True)  # not frozen: that would cost a tenth of a call
class CallRecord:
    """One call (调用记录). Times are µs since 1970-01-01 UTC, of one wall clock with monotonic differences.

    ``request_out`` and ``response_in`` bracket the provider's work, or the query of a table; 0 when it
    never came to that. ``fault_side`` is client, exchange or provider, empty for success.
    ``query_hash`` stands for the query, which may hold personal data. ``first_key`` and ``last_key`` tell
    which rows of the snapshot a page held; ``subject_hash`` is the keyed hash of a looked-up identifier.
    """

    id: str
    request_in: int
    request_out: int
    response_in: int
    plane: str  # table | api | file
    consumer: str  # X-Road-Client: instance/class/member/subsystem
    key: str  # public id of the key, never the secret
    service: str  # code of the service
    service_path: str  # instance/class/member/subsystem/service
    method: str
    path: str
    query_hash: str
    message_id: str
    issue: str  # case number the caller names
    purpose: str
    user: str
    represented: str
    grant: str
    grant_version: int
    request_bytes: int
    response_bytes: int
    rows: int
    items: tuple[str, ...]
    status: int
    succeeded: bool
    fault_code: str
    fault_zh: str
    fault_side: str
    request_hash: str
    response_hash: str
    dataset: str
    snapshot: int  # version of the data set, -1 for none
    first_key: str
    last_key: str
    subject_hash: str
    address: str  # where the call came from
    test: bool  # a test grant or a health check: logged, never counted
    product: str  # version of this software


NAMES = tuple(field.name for field in fields(CallRecord))


def line(record: CallRecord) -> bytes:
    """A record as one line of the log (日志行)."""
    # orjson reads a dataclass itself, ten times as fast as `asdict`; a plane writes this line at each call.
    return b'{"k":"call",' + orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)[1:]


def out_line(id_: str, response_out: int) -> bytes:
    """The answer has left whole (答复已送出)."""
    return orjson.dumps(
        {"k": "out", "id": id_, "response_out": response_out}, option=orjson.OPT_APPEND_NEWLINE
    )


def abort_line(id_: str, at: int) -> bytes:
    """The caller hung up before the end (对方中断): the call does not count."""
    return orjson.dumps({"k": "abort", "id": id_, "response_out": at}, option=orjson.OPT_APPEND_NEWLINE)


def read(data: bytes) -> Iterator[tuple[dict[str, Any], int]]:
    """The whole lines of a piece of log, each with the offset behind it (读取日志).

    A last line without its end was never acknowledged: it is left for the next reading.

    Raises:
        ValueError: for a whole line that is no record; the log was tampered with or the disk is bad.
    """
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        found = orjson.loads(data[start:end])
        if not isinstance(found, dict) or "k" not in found:
            raise ValueError(data[start:end][:80])
        yield found, end + 1
        start = end + 1


def hashed(key: bytes, *values: str) -> str:
    """The keyed hash of an identifier that was looked up (查询对象摘要): equal for equal ones, no way back."""
    found = _keyed(key).copy()
    found.update("\x1f".join(values).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """A hash that has taken its key: half as long at each call as beginning with the key."""
    return hmac.new(key, digestmod="sha256")


def record_of(row: dict[str, Any]) -> CallRecord:
    """A record from its line (还原记录)."""
    values = {name: row[name] for name in NAMES}
    return CallRecord(**{**values, "items": tuple(values["items"])})

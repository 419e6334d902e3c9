"""One call on its way through a plane (调用): what is known of it, from the first byte to its record.

Both planes make one at the arrival, hand it to `Gate.enter`, note what the work gave, and let it be recorded
before the last byte of the answer leaves.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from zhujianyun.apps.data_gateway.rules import deciding, receipts, records, reqhash
from zhujianyun.apps.data_gateway.rules.addresses import Address
from zhujianyun.apps.data_gateway.rules.faults import Fault, Known

PRODUCT = f"zhujianyun/{version('zhujianyun')}"
_PATH_MOST, _TEXT_MOST = 400, 120


@dataclass(slots=True)
class Call:
    """A call (调用). Times are µs; ``headers`` have lower-case names; ``path`` is what the log may know."""

    id: str
    plane: str  # table | api | file
    request_in: int
    method: str
    target: str
    headers: Mapping[str, str]
    source: str
    clock_ns: int  # monotonic, at request_in
    address: Address | None = None
    permit: deciding.Permit | None = None
    known: Known = field(default_factory=Known)
    path: str = ""
    query_hash: str = ""
    request_hash: str = ""
    request_bytes: int = 0
    request_out: int = 0
    response_in: int = 0
    rows: int = 0
    items: tuple[str, ...] = ()
    dataset: str = ""
    snapshot: int = -1
    first_key: str = ""
    last_key: str = ""
    subject_hash: str = ""
    subject_key: bytes = b""  # of the policy, for hashing what was looked up

    def begin_work(self) -> int:
        """The provider's or the query's work begins (开始处理); to be handed to `end_work`."""
        return time.perf_counter_ns()

    def end_work(self, begun: int) -> None:
        """It ended (处理结束): the two inner times bracket it."""
        now = time.perf_counter_ns()
        self.request_out = self.request_in + (begun - self.clock_ns) // 1000
        self.response_in = self.request_in + (now - self.clock_ns) // 1000

    @property
    def message_id(self) -> str:
        """The caller's id of this message, or ours (消息编号)."""
        return self.headers.get("x-road-id", "")[:_TEXT_MOST] or self.id

    def ask(self) -> deciding.Ask:
        """What decides about it (请求要素).

        Raises:
            Fault: Client.BadRequest for a purpose that cannot be decoded.
        """
        assert self.address is not None
        get = self.headers.get
        return deciding.Ask(
            self.address, self.method, get("authorization", ""), get("x-road-client", ""),
            deciding.purpose_of(self.headers), get("x-road-issue", ""), self.source,
        )  # fmt: skip

    def hash_request(self, pairs: Iterable[tuple[str, str]], body: bytes | None) -> None:
        """Note the request hash (计算请求摘要)."""
        canonical = reqhash.canonical_headers(self.method, self.target, pairs)
        self.request_hash = reqhash.request_hash(canonical, body)

    def receipt(self, *, status: int, at_us: int, response_hash: str) -> receipts.Receipt:
        """What the platform signs (回执内容)."""
        assert self.permit is not None and self.address is not None
        return receipts.Receipt(
            id=self.id, message_id=self.message_id, time=receipts.instant(at_us), request_hash=self.request_hash,
            response_hash=response_hash, status=status, consumer=self.known.consumer,
            service=self.address.service_path, grant=self.known.grant, grant_version=self.known.grant_version,
            purpose=self.known.purpose, issue=self._header("x-road-issue", 60), dataset=self.dataset,
            snapshot=self.snapshot, items=self.items, rows=self.rows,
        )  # fmt: skip

    def headers_out(self) -> list[tuple[str, str]]:
        """Headers that the node itself sets; those of a provider by these names are dropped (节点响应头)."""
        return [
            ("X-Road-Id", _printable(self.message_id)),
            ("X-Road-Request-Id", self.id),
            ("X-Road-Client", _printable(self.headers.get("x-road-client", ""))),
            ("X-Road-Service", _printable(self._service_raw())),
            ("X-Road-Request-Hash", self.request_hash),
        ]

    def _service_raw(self) -> str:
        """The service as the caller wrote it: still percent-encoded, so it may stand in a header."""
        return "/".join(self.target.partition("?")[0].split("/")[2:7]) if self.address else ""

    def _header(self, name: str, most: int = _TEXT_MOST) -> str:
        value = self.headers.get(name, "")
        return (deciding.unquoted(value) if "%" in value else value)[:most]

    def record(
        self, *, status: int, response_bytes: int = 0, response_hash: str = "", fault: Fault | None = None,
        succeeded: bool = True, fault_side: str = "",
    ) -> records.CallRecord:  # fmt: skip
        """The line of the log (调用记录): succeeded unless a fault is given or the provider itself failed."""
        known = self.known
        return records.CallRecord(
            id=self.id, request_in=self.request_in, request_out=self.request_out, response_in=self.response_in,
            plane=self.plane, consumer=known.consumer or self._claimed(), key=known.key, service=known.service,
            service_path=self.address.service_path[:200] if self.address else "", method=self.method[:8],
            path=self.path[:_PATH_MOST], query_hash=self.query_hash, message_id=self.message_id,
            issue=self._safe("x-road-issue", 60), purpose=known.purpose[:_TEXT_MOST],
            user=self._safe("x-road-userid", 80), represented=self._safe("x-road-represented-party", 120),
            grant=known.grant, grant_version=known.grant_version, request_bytes=self.request_bytes,
            response_bytes=response_bytes, rows=self.rows, items=self.items, status=status,
            succeeded=succeeded and fault is None, fault_code=fault.type if fault else "",
            fault_zh=fault.message_zh[:300] if fault else "", fault_side=fault.side if fault else fault_side,
            request_hash=self.request_hash, response_hash=response_hash, dataset=self.dataset,
            snapshot=self.snapshot, first_key=self.first_key[:200], last_key=self.last_key[:200],
            subject_hash=self.subject_hash, address=self.source[:45], test=known.test, product=PRODUCT,
        )  # fmt: skip

    def _claimed(self) -> str:
        """Whom the caller says he is, when his key did not prove it: marked as unproved."""
        claimed = self.headers.get("x-road-client", "")
        return f"?{_printable(claimed)}"[:_TEXT_MOST] if claimed else ""

    def _safe(self, name: str, most: int) -> str:
        try:
            return _printable(self._header(name, most))
        except Fault:
            return ""


def _printable(text: str) -> str:
    """Without what a header or a log line must not hold; lone surrogates go, too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one for one in text if one.isprintable())

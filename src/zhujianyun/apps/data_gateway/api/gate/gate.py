"""The gate of a process (闸门): policy, quota and log behind one door for both planes. No Django.

    gate = Gate(serving, "table"); gate.open()
    call = gate.arrive("table", method, target, headers, source)
    gate.enter(call)                 # Fault when it may not go on; the quota is taken
    ... the work ...
    gate.finish(call, status=200, ...)   # before the last byte; then gate.left(call) or gate.aborted(call)
    gate.refuse(call, fault)         # instead of finish, for every fault: logged, consumes nothing

A `Gate` belongs to one event loop; only its housekeeping runs in a thread.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from zhujianyun.apps.data_gateway.api.gate.calls import Call
from zhujianyun.apps.data_gateway.api.gate.holding import PolicyHolder
from zhujianyun.apps.data_gateway.api.gate.ledger import Ledger
from zhujianyun.apps.data_gateway.api.gate.writing import LARGEST, LogWriter
from zhujianyun.apps.data_gateway.rules import addresses, receipts, records
from zhujianyun.apps.data_gateway.rules.deciding import Compiled, Permit
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.base import clock
from zhujianyun.base.ciphers.signing import Signer, signer_in

KEEP_EVERY = 1.0  # seconds
log = logging.getLogger("zhujianyun.gateway")


class Gate:
    """Policy, quota and log of one process (闸门)."""

    def __init__(self, serving: Path, plane: str) -> None:
        self.serving, self.plane = serving, plane
        self._holder = PolicyHolder(serving)
        self._ledger: Ledger | None = None
        begun = secrets.token_hex(8)
        self._ids = (f"{begun}-{n:x}" for n in itertools.count(1))
        self._ended = threading.Event()
        self._base_us = self._base_ns = 0
        self._seen: Compiled | None = None
        self._set_base()

    def open(self) -> None:
        """Begin a log and keep house (启动)."""
        self.log = LogWriter(self.serving, self.plane)
        self._thread = threading.Thread(target=self._keep_house, name="gate", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Settle and close (关闭)."""
        self._ended.set()
        self._thread.join(5.0)
        if self._ledger is not None:
            self._ledger.close()
        self.log.close()

    def now_us(self) -> int:
        """µs since 1970 by the platform's clock, with monotonic differences (当前微秒)."""
        return self._base_us + (time.perf_counter_ns() - self._base_ns) // 1000

    def _set_base(self) -> None:
        self._base_ns = time.perf_counter_ns()
        self._base_us = int(clock.now().timestamp() * 1_000_000)

    def policy(self) -> Compiled:
        """The policy in force (现行策略).

        Raises:
            Fault: Server.ClientProxy.PolicyStale.
        """
        compiled = self._holder.current()
        if compiled is not self._seen:
            self._seen = compiled
            self._set_base()  # the platform's clock may stand elsewhere now, and ours may have drifted
        return compiled

    def arrive(self, plane: str, method: str, target: str, headers: Mapping[str, str], source: str) -> Call:
        """A call at its first moment (到达)."""
        if self._seen is None:  # only the policy tells where the platform's clock stands
            with contextlib.suppress(Fault):
                self.policy()
        return Call(
            next(self._ids), plane, self.now_us(), method, target, headers, source, time.perf_counter_ns()
        )

    def enter(self, call: Call) -> Permit:
        """Judge a call and take its quota (放行).

        Raises:
            Fault: why it may not go on. The caller then `refuse`s it.
        """
        compiled = self.policy()
        if call.address is None:
            call.address = addresses.parse(call.target)
        call.path = call.path or call.address.rest
        call.subject_key = compiled.subject_key
        if call.address.query:
            call.query_hash = records.hashed(call.subject_key, call.address.query)
        try:
            at = datetime.fromtimestamp(call.request_in / 1_000_000, UTC)
            permit = compiled.decide(call.ask(), at)
        except Fault as fault:
            call.known = fault.known
            raise
        call.known = permit.known
        ground = permit.ground
        self._quota(compiled).admit(ground.terms.code, ground.limits, call.request_in)
        call.permit = permit
        return permit

    def look_up(self, call: Call, *numbers: str) -> None:
        """A call asks for one person or firm by number (逐条查询): the log names whom by a keyed hash.

        Raises:
            Fault: Client.LookupsTooMany.
        """
        self.count_look_up(call)
        call.subject_hash = records.hashed(call.subject_key, *numbers)

    def count_look_up(self, call: Call) -> None:
        """Take a look-up from the hour's (计入逐条查询).

        Raises:
            Fault: Client.LookupsTooMany.
        """
        assert call.permit is not None
        ground = call.permit.ground
        if ground.limits.lookups is not None and self._ledger is not None:
            self._ledger.look_up(ground.terms.code, ground.limits, call.request_in)

    def _quota(self, compiled: Compiled) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self.serving, self.log.name, compiled.policy)
        return self._ledger

    def finish(
        self, call: Call, *, status: int, response_bytes: int, response_hash: str, succeeded: bool = True,
        fault_side: str = "",
    ) -> None:  # fmt: skip
        """Record a call whose answer is about to end (记录). A provider's own error is ``succeeded=False``.

        Raises:
            Fault: Server.ClientProxy.LogFailed: then the answer must not be finished.
        """
        if not succeeded:
            self.give_back(call)
        self.log.record(
            call.record(
                status=status, response_bytes=response_bytes, response_hash=response_hash, succeeded=succeeded,
                fault_side=fault_side,
            )
        )  # fmt: skip

    def refuse(self, call: Call, fault: Fault, response_bytes: int = 0) -> None:
        """Record a call that is refused or failed; it consumes nothing (拒绝)."""
        self.give_back(call)
        self.log.record(call.record(status=fault.status, fault=fault, response_bytes=response_bytes))

    def give_back(self, call: Call) -> None:
        """What came to nothing consumes nothing (退还限额)."""
        if call.permit is not None and self._ledger is not None:
            ground = call.permit.ground
            self._ledger.give_back(ground.terms.code, ground.limits, call.request_in)
            call.permit = None

    def left(self, call: Call) -> None:
        """The answer has left whole (已送出)."""
        self.log.left(call.id, self.now_us())
        self.look_at_log()

    def look_at_log(self) -> None:
        """Begin another log file when this one is long (换日志文件); for who writes several lines at once."""
        if self.log.size > LARGEST:
            self.log.turn_over(self._told)

    def _told(self, name: str) -> None:
        if self._ledger is not None:
            self._ledger.turn_over(name)

    def aborted(self, call: Call) -> None:
        """The caller hung up before the end: the call does not count (中断)."""
        self.log.aborted(call.id, self.now_us())

    def signer(self) -> Signer:
        """The platform's signer of receipts (回执签名者)."""
        known = self.policy().policy
        return _signer(known.keys_folder, known.signing)

    def sign(self, call: Call, *, status: int, response_hash: str) -> list[tuple[str, str]]:
        """The headers of a receipt (回执响应头)."""
        receipt = call.receipt(status=status, at_us=self.now_us(), response_hash=response_hash)
        return receipts.sign(receipt, self.signer())

    def _keep_house(self) -> None:
        while not self._ended.wait(KEEP_EVERY):
            try:
                if self._ledger is not None:
                    self._ledger.keep()
            except (OSError, ValueError, sqlite3.Error):
                log.exception("限额账本维护失败，稍后再试")


@lru_cache(maxsize=4)
def _signer(folder: str, alg: str) -> Signer:
    return signer_in(Path(folder), receipts.LABEL, alg)

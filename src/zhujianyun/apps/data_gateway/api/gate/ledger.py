"""The ledger of quotas (限额账本): day and total counters that several processes share, exact after a kill.

Processes lease slices of what a grant allows; a lease belongs to a log file. A process that ends settles its
leases; of one that was killed the used part is read from its log, and the rest returns. A call is admitted
from a lease before any work, so what is used never exceeds the limit. The bucket per second is one number per
grant in a file that all processes map, locked for its eight bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import sqlite3
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhujianyun.apps.data_gateway.api.gate.writing import FOLDER, is_gone
from zhujianyun.apps.data_gateway.rules import quota, records
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.policy import Policy

FILE, BUCKETS = "quota.sqlite", "buckets.bin"
SLOTS = 65_536
IDLE = 1.0  # seconds after which an unused slice returns
REFUSED_FOR = 0.25  # seconds for which a refusal is repeated without asking the ledger
_DOUBLE = struct.Struct("d")
_TABLES = """
CREATE TABLE IF NOT EXISTS settled (grant_code TEXT, period TEXT, used INTEGER NOT NULL, PRIMARY KEY (grant_code, period)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lease (log TEXT, grant_code TEXT, period TEXT, taken INTEGER NOT NULL, PRIMARY KEY (log, grant_code, period)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slot (grant_code TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(slots=True)
class _Slice:
    """What this process holds of one counter (本进程份额)."""

    left: int = 0
    touched: float = 0.0
    refused_until: float = 0.0


class Ledger:
    """Quotas of all grants, seen from one process (限额账本). Thread-safe.

    ``log`` is the name of this process's log file; ``seed`` is what a new ledger begins with.
    """

    def __init__(self, serving: Path, log: str, seed: Policy | None = None) -> None:
        self._serving, self._log = serving, log
        self._lock = threading.RLock()
        is_new = not (serving / FILE).exists()
        self._base = sqlite3.connect(
            serving / FILE, isolation_level=None, check_same_thread=False, timeout=10.0
        )
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_TABLES)
        if is_new and seed is not None:
            self._sow(seed)
        self._slices: dict[tuple[str, str], _Slice] = {}
        self._buckets = _Buckets(serving / BUCKETS)
        self._slots: dict[str, int] = {}
        self._peers = 1
        self.reclaim()

    def _sow(self, seed: Policy) -> None:
        rows = [
            (grant, period, used) for grant, one in seed.used.items() for period, used in one.items() if used
        ]
        with self._writing():
            self._base.executemany("INSERT OR IGNORE INTO settled VALUES (?, ?, ?)", rows)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def admit(self, grant: str, limits: quota.Limits, at_us: int) -> None:
        """Take one call from every counter of a grant, or from none (占用限额).

        Raises:
            Fault: Client.QuotaSecond, .QuotaDay or .QuotaTotal, with the time after which to try again.
        """
        if limits.per_day is None and limits.total is None and limits.per_second is None:
            return
        with self._lock:
            if limits.per_day is not None and not self._spend(grant, quota.day_of(at_us), limits.per_day):
                raise Fault("Client.QuotaDay", retry_after=quota.seconds_left(at_us))
            if limits.total is not None and not self._spend(grant, quota.TOTAL, limits.total):
                self._unspend(grant, quota.day_of(at_us), limits.per_day)
                raise Fault("Client.QuotaTotal")
            if limits.per_second is not None:
                wait = self._buckets.admit(self._slot(grant), limits.per_second)
                if wait:
                    self.give_back(grant, limits, at_us)
                    raise Fault("Client.QuotaSecond", retry_after=wait)

    def give_back(self, grant: str, limits: quota.Limits, at_us: int) -> None:
        """A call that was admitted came to nothing (退还限额): refused or failed calls consume nothing."""
        with self._lock:
            self._unspend(grant, quota.day_of(at_us), limits.per_day)
            self._unspend(grant, quota.TOTAL, limits.total)

    def look_up(self, grant: str, limits: quota.Limits, at_us: int) -> None:
        """Take one look-up of the hour (占用逐条查询); found or not it stays taken, for a miss tells something, too.

        Raises:
            Fault: Client.LookupsTooMany, with the time until the next hour.
        """
        if limits.lookups is None:
            return
        with self._lock:
            if not self._spend(grant, quota.hour_of(at_us), limits.lookups):
                raise Fault("Client.LookupsTooMany", retry_after=quota.seconds_of_hour_left(at_us))

    def _spend(self, grant: str, period: str, limit: int) -> bool:
        held = self._slices.get((grant, period)) or self._slices.setdefault((grant, period), _Slice())
        now = time.monotonic()
        if not held.left:
            if now < held.refused_until:
                return False
            held.left = self._take(grant, period, limit)
            if not held.left and self.reclaim():
                held.left = self._take(grant, period, limit)
            if not held.left:
                held.refused_until = now + REFUSED_FOR
                return False
        held.left -= 1
        held.touched = now
        return True

    def _unspend(self, grant: str, period: str, limit: int | None) -> None:
        if limit is not None:
            self._slices.setdefault((grant, period), _Slice()).left += 1

    def _take(self, grant: str, period: str, limit: int) -> int:
        with self._writing():
            size = quota.slice_of(limit - self._used(grant, period), self._peers)
            if size:
                self._lease(grant, period, size)
        return size

    def _used(self, grant: str, period: str) -> int:
        """Settled and leased together; inside a transaction."""
        (used,) = self._base.execute(
            "SELECT (SELECT coalesce(sum(used), 0) FROM settled WHERE grant_code = ?1 AND period = ?2)"
            " + (SELECT coalesce(sum(taken), 0) FROM lease WHERE grant_code = ?1 AND period = ?2)",
            (grant, period),
        ).fetchone()
        return int(used)

    def _lease(self, grant: str, period: str, change: int) -> None:
        self._base.execute(
            "INSERT INTO lease VALUES (?, ?, ?, ?)"
            " ON CONFLICT (log, grant_code, period) DO UPDATE SET taken = taken + excluded.taken",
            (self._log, grant, period, change),
        )

    def used(self, grant: str, period: str) -> int:
        """What is used or leased of a counter just now (已用限额)."""
        with self._lock:
            return self._used(grant, period)

    def _slot(self, grant: str) -> int:
        number = self._slots.get(grant)
        if number is None:
            with self._writing():
                self._base.execute(
                    "INSERT OR IGNORE INTO slot SELECT ?, coalesce(max(number) + 1, 0) FROM slot", (grant,)
                )
                (number,) = self._base.execute(
                    "SELECT number FROM slot WHERE grant_code = ?", (grant,)
                ).fetchone()
            self._slots[grant] = number = int(number) % SLOTS
        return number

    def reclaim(self) -> int:
        """Settle the leases of processes that were killed (回收份额); how many log files that were."""
        with self._lock:
            found = self._base.execute(
                "SELECT DISTINCT log FROM lease WHERE log <> ?", (self._log,)
            ).fetchall()
            gone = [log for (log,) in found if is_gone(self._serving / FOLDER / log)]
            self._peers = 1 + len(found) - len(gone)
            for log in gone:
                self._settle(log, used_in(self._serving / FOLDER / log))
            return len(gone)

    def _settle(self, log: str, used: Counter[tuple[str, str]]) -> None:
        with self._writing():
            leased = self._base.execute(
                "DELETE FROM lease WHERE log = ? RETURNING grant_code, period, taken", (log,)
            ).fetchall()
            # Nothing deleted: another process was faster.
            rows = [(grant, period, min(taken, used[(grant, period)])) for grant, period, taken in leased]
            self._base.executemany(
                "INSERT INTO settled VALUES (?, ?, ?)"
                " ON CONFLICT (grant_code, period) DO UPDATE SET used = used + excluded.used",
                rows,
            )

    def keep(self) -> None:
        """Housekeeping, once a second (定期维护): unused slices return, leases of the dead are settled."""
        with self._lock:
            idle = time.monotonic() - IDLE
            returned = [(key, one) for key, one in self._slices.items() if one.left and one.touched < idle]
            if returned:
                with self._writing():
                    for (grant, period), one in returned:
                        self._lease(grant, period, -one.left)
                for key, _ in returned:
                    del self._slices[key]
            self.reclaim()

    def turn_over(self, log: str) -> None:
        """Go on under another log file (换日志文件): what the finished one used is settled."""
        with self._lock:
            self._settle_own()
            self._log = log

    def _settle_own(self) -> None:
        taken = self._base.execute(
            "SELECT grant_code, period, taken FROM lease WHERE log = ?", (self._log,)
        ).fetchall()
        left = {key: one.left for key, one in self._slices.items()}
        used = Counter({(g, p): n - left.get((g, p), 0) for g, p, n in taken})
        self._settle(self._log, used)
        self._slices.clear()

    def close(self) -> None:
        """Settle and let go (关闭)."""
        with self._lock:
            self._settle_own()
            self._base.close()
            self._buckets.close()


def used_in(log: Path) -> Counter[tuple[str, str]]:
    """What a log file tells of counters (日志中的用量).

    Succeeded calls by grant and day, and by grant; look-ups by grant and hour, whether they found somebody or not.
    """
    used: Counter[tuple[str, str]] = Counter()
    if not log.exists():
        return used
    for row, _ in records.read(log.read_bytes()):
        if row["k"] == "call" and row["succeeded"] and row["grant"]:
            used[(row["grant"], quota.day_of(row["request_in"]))] += 1
            used[(row["grant"], quota.TOTAL)] += 1
        if row["k"] == "call" and row["grant"] and row["subject_hash"] and _went_on(row["fault_code"]):
            used[(row["grant"], quota.hour_of(row["request_in"]))] += 1
    return used


def _went_on(fault: str) -> bool:
    """Whether a look-up was let through: what the caller was refused for was not, but for a row that is not there."""
    return not fault.startswith("Client.") or fault == "Client.RowUnknown"


class _Buckets:
    """Eight shared bytes per grant (共享令牌桶)."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._fd, SLOTS * _DOUBLE.size)
        self._map = mmap.mmap(self._fd, SLOTS * _DOUBLE.size)

    def admit(self, slot: int, per_second: int) -> float:
        """0 when a call may go on, else the seconds to wait."""
        place = slot * _DOUBLE.size
        fcntl.lockf(self._fd, fcntl.LOCK_EX, _DOUBLE.size, place)
        try:
            (arrival,) = _DOUBLE.unpack_from(self._map, place)
            following, wait = quota.admit(arrival, time.monotonic(), per_second)
            if not wait:
                _DOUBLE.pack_into(self._map, place, following)
            return wait
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN, _DOUBLE.size, place)

    def close(self) -> None:
        self._map.close()
        os.close(self._fd)

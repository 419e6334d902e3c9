"""Number sequences in hand (编号序列): read once, counted in memory, written with the rows that use them."""

from __future__ import annotations

from django.db import connection

from zhujianyun.base.errors import Conflict
from zhujianyun.kernel.case.models import NumberSequence, VoidedNumber


class Sequences:
    """The sequences a unit has touched (编号序列). No number leaves the transaction that uses it."""

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._voided: dict[str, set[int]] = {}

    def next(self, scope: str) -> int:
        """The next number of a scope, past the voided ones (下一个编号)."""
        if scope not in self._last:
            self._open(scope)
        found = self._last[scope] + 1
        while found in self._voided[scope]:
            found += 1
        self._last[scope] = found
        return found

    def savepoint(self) -> dict[str, int]:
        """The numbers as they are, for `rollback`."""
        return dict(self._last)

    def rollback(self, kept: dict[str, int]) -> None:
        """Give back what was taken since; a scope first seen since starts where it was read."""
        self._last = {scope: kept.get(scope, self._read[scope]) for scope in self._last}

    def write(self) -> None:
        """Put the last numbers down, inside the caller's transaction.

        Raises:
            Conflict: another process has given numbers of the same scope meanwhile.
        """
        for scope, last in self._last.items():
            read = self._read[scope]
            if last == read:
                continue
            found = NumberSequence.objects.filter(scope=scope, last=read).update(last=last)
            if not found:
                raise Conflict(
                    "编号序列正被他人使用，本次没有保存，请重试。", rule="case.number", scope=scope
                )

    def settle(self) -> None:
        """What was written is what will be expected next time."""
        self._read = dict(self._last)

    def _open(self, scope: str) -> None:
        NumberSequence.objects.bulk_create([NumberSequence(scope=scope)], ignore_conflicts=True)
        rows = NumberSequence.objects.filter(scope=scope)
        if connection.in_atomic_block and connection.features.has_select_for_update:
            rows = rows.select_for_update()
        self._read[scope] = self._last[scope] = rows.get().last
        self._voided[scope] = set(
            VoidedNumber.objects.filter(scope=scope, seq__gt=self._last[scope]).values_list("seq", flat=True)
        )

"""Too many failures (失败锁定): per account and per address, in the database, for every process.

The sentence is the same whether the account exists or not: what was tried is counted under a keyed
digest of the words that were typed.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Failure

MINUTES = 30
LOCKED_ZH = f"尝试次数过多，请 {MINUTES} 分钟后再试，或用“忘记口令”重设。"
ACCOUNT, ADDRESS = "account", "address"


class Locked(RuleBroken):
    """Too many failures (已锁定)."""

    code = "locked"
    http_status = 429


def check(name: str, address: str, what: str = "signin") -> None:
    """Go on only while neither account nor address has failed too often (检查锁定).

    Raises:
        Locked: with the same sentence for both.
    """
    limits = {ACCOUNT: settings.ZJY_ACCOUNT_FAILURES, ADDRESS: settings.ZJY_ADDRESS_FAILURES}
    for scope, index in _places(name, address, what):
        if failures(scope, index) >= limits[scope]:
            raise Locked(LOCKED_ZH, rule="hall.locked")


def failures(scope: str, index: str) -> int:
    """How often it has failed lately (近期失败次数)."""
    since = clock.now() - timedelta(minutes=MINUTES)
    return Failure.objects.filter(scope=scope, index=index, at__gt=since).count()


def note(name: str, address: str, what: str = "signin") -> None:
    """Count one failure (记一次失败)."""
    Failure.objects.bulk_create(
        Failure(scope=scope, index=index) for scope, index in _places(name, address, what)
    )


def forgive(name: str, what: str = "signin") -> None:
    """A success forgets the failures of the account, not those of the address (清除失败记录)."""
    Failure.objects.filter(scope=ACCOUNT, index=keeping.index(f"failed-{what}", name)).delete()


def sweep() -> int:
    """Remove what no longer counts (清理); how many."""
    return Failure.objects.filter(at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _places(name: str, address: str, what: str) -> list[tuple[str, str]]:
    return [
        (ACCOUNT, keeping.index(f"failed-{what}", name)),
        (ADDRESS, keeping.index("failed-address", address)),
    ]

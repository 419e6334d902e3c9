"""One round of the exchange (交换一轮): take what was answered, then drop what is waiting."""

from __future__ import annotations

from zhujianyun.apps.data_catalogue.actions.reporting.dropping import drop
from zhujianyun.apps.data_catalogue.actions.reporting.taking import take_receipts
from zhujianyun.apps.data_catalogue.models import TransferPackage


def exchange() -> tuple[int, int]:
    """Take the receipts that lie there and drop the package that is built (交换); how many of each.

    Receipts go first: a package that was killed between dropping and noting it may be answered already.
    """
    taken = take_receipts()
    waiting = list(TransferPackage.objects.filter(state=TransferPackage.State.BUILT).order_by("sequence"))
    for package in waiting:
        drop(package)
    return taken, len(waiting)

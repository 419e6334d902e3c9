"""Reporting to the region's platform (上报): build, drop, take receipts, give a package up."""

from zhujianyun.apps.data_catalogue.actions.reporting.building import SENDER, build, content_of, report_now
from zhujianyun.apps.data_catalogue.actions.reporting.dropping import drop, signature_of
from zhujianyun.apps.data_catalogue.actions.reporting.ending import void
from zhujianyun.apps.data_catalogue.actions.reporting.exchange import exchange
from zhujianyun.apps.data_catalogue.actions.reporting.place import has_place
from zhujianyun.apps.data_catalogue.actions.reporting.taking import has_key, take_receipts

__all__ = [
    "SENDER", "build", "content_of", "drop", "exchange", "has_key", "has_place", "report_now",
    "signature_of", "take_receipts", "void",
]  # fmt: skip

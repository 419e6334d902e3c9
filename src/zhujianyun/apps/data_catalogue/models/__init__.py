"""What the catalogue remembers beside the kernel's resources (资源目录).

Drafts, findings, imports, regulations, reports, requests for shared data, corrections, keys.
"""

from zhujianyun.apps.data_catalogue.models.access_key import CatalogueKey
from zhujianyun.apps.data_catalogue.models.correction import DataCorrection
from zhujianyun.apps.data_catalogue.models.draft import EntryDraft
from zhujianyun.apps.data_catalogue.models.finding import CatalogueFinding
from zhujianyun.apps.data_catalogue.models.importing import CatalogueImport, CatalogueImportRow
from zhujianyun.apps.data_catalogue.models.regulation import RegulationIssued
from zhujianyun.apps.data_catalogue.models.request import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.models.transfer import TransferPackage, TransferReceipt, TransferRecord

__all__ = [
    "CatalogueFinding", "CatalogueImport", "CatalogueImportRow", "CatalogueKey", "DataCorrection", "EntryDraft",
    "RegulationIssued", "RequestItem", "SharingRequest", "TransferPackage", "TransferReceipt",
    "TransferRecord",
]  # fmt: skip

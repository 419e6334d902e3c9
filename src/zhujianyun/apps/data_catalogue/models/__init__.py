"""What the catalogue remembers beside the kernel's resources (资源目录): drafts, findings, imports, regulations, reports."""

from zhujianyun.apps.data_catalogue.models.draft import EntryDraft
from zhujianyun.apps.data_catalogue.models.finding import CatalogueFinding
from zhujianyun.apps.data_catalogue.models.importing import CatalogueImport, CatalogueImportRow
from zhujianyun.apps.data_catalogue.models.regulation import RegulationIssued
from zhujianyun.apps.data_catalogue.models.transfer import TransferPackage, TransferReceipt, TransferRecord

__all__ = [
    "CatalogueFinding", "CatalogueImport", "CatalogueImportRow", "EntryDraft", "RegulationIssued",
    "TransferPackage", "TransferReceipt", "TransferRecord",
]  # fmt: skip

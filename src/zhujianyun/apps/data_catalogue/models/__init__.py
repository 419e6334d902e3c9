"""What the catalogue remembers beside the kernel's resources (资源目录): drafts, findings, imports, regulations."""

from zhujianyun.apps.data_catalogue.models.draft import EntryDraft
from zhujianyun.apps.data_catalogue.models.finding import CatalogueFinding
from zhujianyun.apps.data_catalogue.models.importing import CatalogueImport, CatalogueImportRow
from zhujianyun.apps.data_catalogue.models.regulation import RegulationIssued

__all__ = ["CatalogueFinding", "CatalogueImport", "CatalogueImportRow", "EntryDraft", "RegulationIssued"]

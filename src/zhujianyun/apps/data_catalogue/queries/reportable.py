"""What there is to report now, and what was last heard of it (应报内容).

Reported is what others need to find and to ask: metadata of entries, what hangs on them, under which
conditions it is lent. Never reported: data, internal addresses, networks and row filters of consumers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferRecord
from zhujianyun.apps.data_catalogue.rules.transfer.records import Key, Known, Reported
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Edition, Grant, Mount, Resource

EDITION_FIELDS = (
    "abstract", "class_path", "format_class", "format_type", "share", "share_condition", "share_basis",
    "share_mode", "open", "open_condition", "cycle", "related", "items", "extras",
)  # fmt: skip


def current() -> list[Reported]:
    """Everything that could be reported, as it is now (现状): three queries and one of editions."""
    return [*_entries(), *_mounts(), *_grants()]


def _entries() -> Iterator[Reported]:
    rows = Resource.objects.exclude(state=Resource.State.DRAFT).select_related("provider", "system")
    editions: dict[tuple[int, int], Edition] = {
        (one.resource_id, one.number): one for one in Edition.objects.filter(resource__in=rows)
    }
    for row in rows:
        edition = editions[row.pk, row.edition]
        content: dict[str, Any] = {name: getattr(edition, name) for name in EDITION_FIELDS}
        content |= {
            "code": row.code, "state": row.state, "title": edition.title, "edition": edition.number,
            "edition_digest": edition.digest, "provider": _office(row.provider),
            "system": row.system.name if row.system else "", "valid_from": edition.valid_from,
            "published_on": row.published_on, "withdrawn_on": row.withdrawn_on,
        }  # fmt: skip
        yield Reported.of("entry", row.code, edition.title, content)


def _mounts() -> Iterator[Reported]:
    rows = Mount.objects.exclude(resource__state=Resource.State.DRAFT).select_related("resource", "file")
    for row in rows:
        file = row.file
        content = {
            "code": row.code, "entry": row.resource.code, "kind": row.kind, "title": row.title,
            "state": row.state, "items": sorted(row.binding),
            "file": {"name": file.name, "sha256": file.sha256, "bytes": file.size} if file else None,
        }  # fmt: skip
        yield Reported.of("mount", row.code, row.title, content)


def _grants() -> Iterator[Reported]:
    rows = Grant.objects.filter(is_test=False).select_related("resource", "mount", "consumer")
    for row in rows:
        content = {
            "code": row.code, "version": row.version, "state": row.state, "entry": row.resource.code,
            "mount": row.mount.code, "consumer": _office(row.consumer), "items": row.items,
            "purpose": row.purpose, "legal_basis": row.legal_basis, "valid_from": row.valid_from,
            "valid_until": row.valid_until, "quota": row.quota, "case_number": row.case_number,
        }  # fmt: skip
        yield Reported.of("grant", row.code, f"{row.resource.title} → {row.consumer.name}", content)


def _office(office: Office) -> dict[str, str]:
    return {"code": office.code, "name": office.name}


def known() -> dict[Key, Known]:
    """What was last sent of every thing and how it was answered (已报情况).

    A record of a package that was given up tells nothing: it is due again, and the other side may hold it.
    """
    told: dict[Key, Known] = {}
    rows = TransferRecord.objects.order_by("package__sequence").values_list(
        "kind", "code", "digest", "state", "tries"
    )
    for kind, code, digest, state, tries in rows:
        before = told.get((kind, code))
        accepted, void = state == TransferRecord.State.ACCEPTED, state == TransferRecord.State.VOID
        ever = accepted or void or bool(before and before.ever)
        told[kind, code] = Known(digest, accepted, tries, ever, void)
    return told


def awaited() -> TransferPackage | None:
    """The package that is not answered yet, if any (待回执批次): there is never more than one."""
    return TransferPackage.objects.filter(state__in=TransferPackage.OPEN).first()

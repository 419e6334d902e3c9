"""Entries as the rules see them (目录事实): many at once, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F

from zhujianyun.apps.data_catalogue.rules.lints import Facts, Hung
from zhujianyun.kernel.resource.models import Edition, Mount, Resource
from zhujianyun.kernel.resource.queries import latest_snapshots


def facts_of(entries: Iterable[Resource]) -> dict[int, Facts]:
    """The facts of entries by their key (目录事实). Four queries, however many entries."""
    listed = list(entries)
    editions = {
        one.resource_id: one
        for one in Edition.objects.filter(resource__in=listed, number=F("resource__edition"))
    }
    codes = frozenset(Resource.objects.values_list("code", flat=True))
    hung = _mounts(listed)
    return {entry.pk: _facts(entry, editions.get(entry.pk), codes, tuple(hung[entry.pk])) for entry in listed}


def _mounts(entries: list[Resource]) -> dict[int, list[Hung]]:
    taken = dict(latest_snapshots().values_list("dataset_id", "taken_at"))
    found: dict[int, list[Hung]] = defaultdict(list)
    for mount in Mount.objects.filter(resource__in=entries).select_related("dataset").order_by("code"):
        columns = tuple(column["name"] for column in mount.dataset.columns) if mount.dataset else ()
        found[mount.resource_id].append(
            Hung(
                mount.code,
                mount.kind,
                mount.state == Mount.State.MOUNTED,
                mount.binding,
                columns,
                mount.mounted_at,
                taken.get(mount.dataset_id or 0),
                mount.title,
            )  # fmt: skip
        )
    return found


def _facts(
    entry: Resource, edition: Edition | None, codes: frozenset[str], mounts: tuple[Hung, ...]
) -> Facts:
    if edition is None:
        return Facts(entry.code, entry.state, entry.title, "", "", "", entry.share, "", "", entry.cycle)
    return Facts(
        code=entry.code, state=entry.state, title=edition.title, abstract=edition.abstract,
        class_path=edition.class_path, format_class=edition.format_class, share=edition.share,
        share_condition=edition.share_condition, share_basis=edition.share_basis, cycle=edition.cycle,
        provider_uscc=str(edition.extras.get("provider_uscc", "")), items=edition.item_list,
        related=tuple(edition.related), known_codes=codes, mounts=mounts,
    )  # fmt: skip

"""The facts that the rules judge, for many systems by a handful of queries (判定要素)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Q

from zhujianyun.apps.asset_inventory.models import Contract, HeldData, Probe, SystemRecord
from zhujianyun.apps.asset_inventory.queries.records import LIVE
from zhujianyun.apps.asset_inventory.rules.finding import Facts, Twin
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem, SystemLink

Pairs = dict[int, set[int]]


def facts_of(records: Iterable[SystemRecord], day: date) -> dict[int, Facts]:
    """The facts of each record by the system's key, as they stand on a day (要素)."""
    records = list(records)
    keys = [record.system_id for record in records]
    ties, ends, certificates = live_ties(day), _contract_ends(keys), _certificates(keys)
    twins = _twins(ties)
    return {
        record.system_id: Facts(
            is_running=record.system.state == BusinessSystem.State.RUNNING,
            has_owner=_has_owner(record.system.owner),
            level=record.system.protection_level,
            level_filed_on=record.level_filed_on,
            has_backup=record.backup != SystemRecord.Backup.NONE,
            live_links=len(ties.get(record.system_id, ())),
            gathered_on=record.gathered_on,
            reviewed_on=record.reviewed_on,
            contract_ends_on=ends.get(record.system_id),
            certificates=tuple(certificates.get(record.system_id, ())),
            twins=tuple(twins.get(record.system_id, ())),
        )
        for record in records
    }


def live_ties(day: date) -> Pairs:
    """Which systems each system is tied to on a day, in whichever direction (当日互联对端)."""
    found: Pairs = defaultdict(set)
    live = SystemLink.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)
    for source, target in live.values_list("source_id", "target_id"):
        found[source].add(target)
        found[target].add(source)
    return found


def _has_owner(owner: Office) -> bool:
    """The department as a whole answers for nothing: a division must."""
    return owner.is_open and owner.kind != Office.Kind.PROVINCE


def _contract_ends(keys: list[int]) -> dict[int, date]:
    rows = Contract.objects.filter(system__in=keys).order_by().values("system").annotate(last=Max("ends_on"))
    return {row["system"]: row["last"] for row in rows}


def _certificates(keys: list[int]) -> dict[int, list[tuple[str, date]]]:
    found: dict[int, list[tuple[str, date]]] = defaultdict(list)
    rows = Probe.objects.filter(system__in=keys, is_on=True, expires_on__isnull=False).order_by("pk")
    for system, target, expires_on in rows.values_list("system_id", "target", "expires_on"):
        if expires_on is not None:
            found[system].append((target, expires_on))
    return found


def _twins(ties: Pairs) -> dict[int, list[Twin]]:
    """Live systems that hold the same attributes and are not tied to each other."""
    holders: dict[str, list[HeldData]] = defaultdict(list)
    rows = HeldData.objects.filter(system__state__in=LIVE, system__record__isnull=False)
    for held in rows.exclude(attribute_key="").select_related("system").order_by("system__code", "name"):
        holders[held.attribute_key].append(held)
    found: dict[int, list[Twin]] = defaultdict(list)
    for same in holders.values():
        for held in same:
            for other in same:
                if other.system_id != held.system_id and other.system_id not in ties.get(held.system_id, ()):
                    found[held.system_id].append(Twin(other.system.code, other.system.name, held.name))
    return found

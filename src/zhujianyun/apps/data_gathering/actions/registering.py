"""Making a source known (登记数据源)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.queries import RULES
from zhujianyun.apps.data_gathering.rules import coding, mapping
from zhujianyun.base import ciphers, clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import actions as resource
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.kernel.system.models import BusinessSystem

SECRET = "gathering"
CHANGEABLE = ("place", "mode", "cursor_column", "overlap_minutes", "full_every_days", "rows_per_second",
              "holds_personal", "subjects", "is_on")  # fmt: skip
SECRET_NAMES = ("password", "secret", "token", "pwd")


@transaction.atomic
def register_source(
    code: str, title: str, system: BusinessSystem, columns: Sequence[dict[str, Any]], key: Sequence[str],
    kind: str, place: Mapping[str, Any], *, by: Actor, secret: str = "", cadence_minutes: int = 1440,
    **settings: Any,
) -> Source:  # fmt: skip
    """Make a data set and its source known (登记数据源); ``settings`` are fields of `Source`.

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
        RuleBroken: for an unknown kind, check or setting, a secret among the settings, or a subject
            attribute that another source already feeds.
    """
    access.require(by, RULES, system.owner)
    dataset = resource.register_dataset(
        code, title, system, columns, key, by=by, cadence_minutes=cadence_minutes
    )
    return _first(dataset, kind, place, settings, secret, by)


@transaction.atomic
def attach_source(
    dataset: Dataset, kind: str, place: Mapping[str, Any], *, by: Actor, secret: str = "",
    columns: Sequence[dict[str, Any]] = (), cadence_minutes: int = 0, **settings: Any,
) -> Source:  # fmt: skip
    """Say where a data set that is registered already comes from (接入数据源).

    ``columns`` declares checks of its columns (length, code, values …) as a new schema version; without
    ``cadence_minutes`` it is gathered as often as was promised.

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
        Conflict: when it has a source already.
        RuleBroken: as `register_source`.
    """
    access.require(by, RULES, dataset.system.owner)
    if Source.objects.filter(dataset=dataset).exists():
        raise Conflict(
            f"“{dataset.title}”已接入数据源，请修改原有的接入。",
            rule="gathering.source_once",
            dataset=dataset.code,
        )
    if columns and list(columns) != dataset.columns:
        dataset = resource.accept_schema(dataset, columns, by=by, reason="接入时补充各列的校验要求")
    if cadence_minutes and cadence_minutes != dataset.cadence_minutes:
        resource.promise_cadence(dataset, cadence_minutes, by=by)
    return _first(dataset, kind, place, settings, secret, by)


def _first(
    dataset: Dataset, kind: str, place: Mapping[str, Any], settings: Mapping[str, Any], secret: str, by: Actor
) -> Source:
    if kind not in Source.Kind.values:
        raise RuleBroken(f"没有“{kind}”这种接入方式。", rule="gathering.kind")
    source = Source(dataset=dataset, kind=kind, place=dict(place), next_at=clock.now())
    return _kept(source, settings, secret, by, "gathering.source.register")


@transaction.atomic
def change_source(
    source: Source, *, by: Actor, secret: str = "", cadence_minutes: int = 0, **settings: Any
) -> Source:
    """Change how a data set is fetched (修改数据源); an empty secret and no cadence keep the old ones.

    With a shorter interval the next gathering comes as much earlier.
    """
    access.require(by, RULES, source.dataset.system.owner)
    if cadence_minutes and cadence_minutes != source.dataset.cadence_minutes:
        resource.promise_cadence(source.dataset, cadence_minutes, by=by)
        source.next_at = min(source.next_at, clock.now() + timedelta(minutes=cadence_minutes))
    return _kept(source, settings, secret, by, "gathering.source.change")


def _kept(source: Source, settings: Mapping[str, Any], secret: str, by: Actor, verb: str) -> Source:
    if odd := [name for name in settings if name not in CHANGEABLE]:
        raise RuleBroken(f"没有设置项 {'、'.join(odd)}。", rule="gathering.setting")
    for name, value in settings.items():
        setattr(source, name, value)
    _fit(source)
    if secret:
        place = f"gathering.source:{source.dataset.code}".encode()
        source.sealed_secret = ciphers.seal(SECRET, secret.encode(), place)
    source.changed_at = clock.now()
    source.save()
    facts = {"kind": str(source.kind), "mode": str(source.mode), "changed": sorted(settings)}
    journal.record(verb, actor=by.key, object=("dataset", source.dataset.code), facts=facts)
    return source


def secret_of(source: Source) -> str:
    """The password or token (口令); empty when there is none."""
    if not source.sealed_secret:
        return ""
    place = f"gathering.source:{source.dataset.code}".encode()
    return ciphers.open_(SECRET, bytes(source.sealed_secret), place).decode()


def _fit(source: Source) -> None:
    names = [column["name"] for column in source.dataset.columns]
    if any(name.lower() in SECRET_NAMES for name in source.place):
        raise RuleBroken("口令请单独填写，不要写入接入参数。", rule="gathering.secret_apart")
    if odd := [
        c for column in source.dataset.columns if (c := column.get("code")) and c not in coding.KINDS_ZH
    ]:
        raise RuleBroken(f"没有编码校验 {'、'.join(odd)}。", rule="gathering.code_check")
    if source.mode not in Source.Mode.values:
        raise RuleBroken(f"没有归集方式“{source.mode}”。", rule="gathering.mode")
    if source.mode == Source.Mode.CURSOR and source.cursor_column not in names:
        raise RuleBroken("时间戳增量须指定一个已有的时间戳列。", rule="gathering.cursor_column")
    if source.subjects:
        told = mapping.mapping_of(source.subjects, names)
        _one_source_each(source.dataset, told)


def _one_source_each(dataset: Dataset, told: mapping.Mapping) -> None:
    """One source per attribute (一数一源)."""
    for other in Source.objects.exclude(dataset=dataset).exclude(subjects={}).select_related("dataset"):
        theirs = other.subjects
        both = set(theirs.get("attributes", {})) & set(told.attributes)
        if theirs.get("kind") == told.kind and both:
            text = f"属性 {'、'.join(sorted(both))} 已由“{other.dataset.title}”提供，一项数据只能有一个来源。"
            raise RuleBroken(text, rule="gathering.one_source", attributes=sorted(both))

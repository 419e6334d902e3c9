"""Writing, changing and switching rules of quality (编写质量规则): every state of a rule is a version."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_gathering.models import QualityRule, QualityRuleVersion
from zhujianyun.apps.data_gathering.queries import RULES, quality
from zhujianyun.apps.data_gathering.rules.quality import suggesting
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule, rule_of
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset

MOST_RULES = 200


@transaction.atomic
def write_rule(
    dataset: Dataset, told: Mapping[str, Any], *, by: Actor, code: str = "", reason: str = ""
) -> QualityRule:
    """Add a rule to a data set (新增质量规则).

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
        RuleBroken: when it makes no sense, names the field; when the data set has 200 rules.
    """
    access.require(by, RULES, dataset.system.owner)
    made = checked(told, dataset)
    if QualityRule.objects.filter(dataset=dataset).count() >= MOST_RULES:
        raise RuleBroken(f"一个数据集最多 {MOST_RULES} 条规则，请先停用或合并。", rule="quality.too_many")
    rule = QualityRule.objects.create(
        code=code or f"{dataset.code[:60]}-{secrets.token_hex(4)}", dataset=dataset
    )
    _keep(rule, made, by, reason, "gathering.quality.write")
    return rule


@transaction.atomic
def change_rule(rule: QualityRule, told: Mapping[str, Any], *, by: Actor, reason: str) -> QualityRuleVersion:
    """Let a rule say something else from now on (修改质量规则); what it found before keeps its version.

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
        RuleBroken: without a reason, when nothing changes, or when it makes no sense.
    """
    access.require(by, RULES, rule.dataset.system.owner)
    _need_reason(reason)
    held = _held(rule)
    made = checked(told, held.dataset)
    if made.row() == checked(quality.told(_now(held)), held.dataset, lenient=True).row():
        raise RuleBroken("规则没有改动。", rule="quality.unchanged")
    return _keep(held, made, by, reason, "gathering.quality.change")


@transaction.atomic
def switch_rule(rule: QualityRule, is_on: bool, *, by: Actor, reason: str) -> QualityRuleVersion:
    """Switch a rule off or on again (停用或启用质量规则).

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
        RuleBroken: without a reason, or when it stands so already.
    """
    access.require(by, RULES, rule.dataset.system.owner)
    _need_reason(reason)
    held = _held(rule)
    if held.is_on == is_on:
        raise RuleBroken(f"该规则已{'启用' if is_on else '停用'}。", rule="quality.switched")
    held.is_on = is_on
    now = _now(held)
    verb = "gathering.quality.switch_on" if is_on else "gathering.quality.switch_off"
    return _next(held, quality.told(now), by, reason, verb)


def checked(told: Mapping[str, Any], dataset: Dataset, *, lenient: bool = False) -> Rule:
    """A rule that makes sense for a data set, what it refers to included (核对规则).

    Raises:
        RuleBroken: naming the field.
    """
    made = rule_of(told, dataset.columns)
    if made.kind == "reference" and not lenient:
        _fit_reference(made, dataset)
    return made


def _fit_reference(made: Rule, dataset: Dataset) -> None:
    other = Dataset.objects.filter(code=made.options["dataset"]).first()
    types = {column["name"]: column["type"] for column in other.columns} if other else {}
    if other is None or made.options["column"] not in types:
        raise RuleBroken(
            "没有被引用的数据集或列，请核对。", rule="quality.reference", fields=["dataset", "column"]
        )
    if types[made.options["column"]] != made.types[made.columns[0]]:
        raise RuleBroken("被引用的列与本列类型不同。", rule="quality.reference_type", fields=["column"])


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("请写明变更理由。", rule="quality.reason", fields=["reason"])


def _held(rule: QualityRule) -> QualityRule:
    return QualityRule.objects.select_for_update().select_related("dataset__system__owner").get(pk=rule.pk)


def _now(rule: QualityRule) -> QualityRuleVersion:
    return QualityRuleVersion.objects.get(rule=rule, number=rule.version)


def _keep(rule: QualityRule, made: Rule, by: Actor, reason: str, verb: str) -> QualityRuleVersion:
    return _next(rule, made.row(), by, reason, verb)


def _next(rule: QualityRule, row: Mapping[str, Any], by: Actor, reason: str, verb: str) -> QualityRuleVersion:
    rule.version += 1
    rule.save(update_fields=["version", "is_on"])
    version = QualityRuleVersion.objects.create(
        rule=rule, number=rule.version, is_on=rule.is_on, reason=reason.strip()[:300], made_by=by.name_zh[:80],
        made_at=clock.now(), **row,
    )  # fmt: skip
    facts = {
        "dataset": rule.dataset.code, "version": version.number, "kind": version.kind, "columns": version.columns,
        "dimension": version.dimension, "options": version.options, "condition": version.condition,
        "weight": version.weight, "threshold": str(version.threshold),
    }  # fmt: skip
    journal.record(verb, actor=by.key, object=("quality_rule", rule.code), facts=facts, reason=reason.strip())
    return version


@transaction.atomic
def write_suggested(dataset: Dataset, *, by: Actor) -> int:
    """Write the rules that follow from the columns and are not there yet (生成建议规则); how many.

    Raises:
        NotAllowed: without "data_gathering.rules" at the system's owner.
    """
    access.require(by, RULES, dataset.system.owner)
    there = {(one.kind, tuple(one.columns)) for one in quality.versions_now(dataset)}
    new = [
        told for told in suggesting.suggested(dataset.columns, dataset.key, columns.known(dataset).titles)
        if (told["kind"], tuple(told["columns"])) not in there
    ]  # fmt: skip
    for told in new[:MOST_RULES]:
        write_rule(dataset, told, by=by, reason="按列的要求生成")
    return len(new)

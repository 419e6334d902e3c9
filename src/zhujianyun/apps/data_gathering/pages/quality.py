"""Pages of quality (质量页面): overview, data set, a rule with its failing rows, writing with a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_gathering.actions.quality import checking, measuring, writing
from zhujianyun.apps.data_gathering.forms.quality import RuleForm, initial_of
from zhujianyun.apps.data_gathering.models import QualityRuleVersion, Source
from zhujianyun.apps.data_gathering.pages.frame import done, shown
from zhujianyun.apps.data_gathering.queries import RULES, masking, pages, quality
from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS, words
from zhujianyun.apps.data_gathering.rules.quality.kinds import KINDS
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.ui.workbench import viewer

FAILING = 50


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every data set by its grade, the worst first (质量总览)."""
    wanted = request.GET.dict()
    order = [name for name, _ in quality.grades(clock.today())]
    lines = quality.overview(viewer.actor(request), wanted, order)
    context = {
        "lines": lines, "wanted": wanted, "grades": [*order, quality.UNMEASURED], "dimensions": DIMENSIONS,
        "is_narrow": bool(wanted.get("grade") or wanted.get("q")),
        "counts": [(name, sum(line.grade == name for line in lines)) for name in (*order, quality.UNMEASURED)],
    }  # fmt: skip
    return shown(request, "quality_overview", context)


@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """The quality of one data set: dimensions, rules, trend (数据集质量)."""
    source = pages.source_of(code, viewer.actor(request))
    run, trend = quality.latest_run(source.dataset), quality.runs(source.dataset)
    found = quality.verdicts(run)
    titles = columns.known(source.dataset).titles
    now = quality.versions_now(source.dataset)
    rules = [_line(version, found.get(version.rule_id), titles) for version in now]
    context = {
        "source": source, "dataset": source.dataset, "run": run, "trend": trend[::-1], "rules": rules,
        "scores": _scores(run), "waiting": quality.waiting(source.dataset), "dimensions": DIMENSIONS,
        "grades": quality.grades(clock.today()), "rising": _rising(trend),
        "on": sum(line["version"].is_on for line in rules),
    }  # fmt: skip
    return _shown(request, "quality", context, source)


def _line(version: QualityRuleVersion, verdict: Any, titles: Mapping[str, str]) -> dict[str, Any]:
    is_current = verdict is not None and verdict.version_id == version.pk
    return {
        "version": version, "kind": KINDS[version.kind].zh, "dimension": DIMENSIONS[version.dimension],
        "says": words.sentence(quality.told(version), titles),
        "verdict": verdict if is_current else None, "is_newer": verdict is not None and not is_current,
    }  # fmt: skip


def _scores(run: Any) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "zh": DIMENSIONS[one["dimension"]],
            "score": float(one["score"]) if one["score"] is not None else None,
        }
        for one in (run.dimensions if run else ())
    ]


def _rising(trend: Sequence[Any]) -> float | None:
    """By how much the score moved since the snapshot before (较上一快照)."""
    scored = [run.score for run in trend if run.score is not None]
    return float(scored[-1] - scored[-2]) if len(scored) > 1 else None


def _shown(request: HttpRequest, template: str, context: dict[str, Any], source: Source) -> HttpResponse:
    return shown(request, template, context, source.dataset.system.owner)


@require_POST
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Look now (立即检查)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    done(request, lambda: checking.ask(source.dataset, by=by), "已发起质量检查，完成后此页显示新的得分。")
    return redirect("data_gathering:quality", code=code)


@require_POST
def suggest(request: HttpRequest, code: str) -> HttpResponse:
    """Write what follows from the columns (生成建议规则)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    done(
        request,
        lambda: writing.write_suggested(source.dataset, by=by),
        "已按列的要求生成规则，可逐条修改或停用。",
    )
    return redirect("data_gathering:quality", code=code)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write a rule: choose a kind, fill it in, try it on real rows, save (新增规则)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    access.require(by, RULES, source.dataset.system.owner)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        kinds = [(name, one, DIMENSIONS[one.dimension]) for name, one in KINDS.items()]
        return _shown(request, "quality_kinds", {"dataset": source.dataset, "kinds": kinds}, source)
    form = RuleForm(kind, source.dataset, request.POST or None)

    def save() -> str:
        rule = writing.write_rule(source.dataset, form.told(), by=by)
        return f"规则已保存：{form.told()['title']}（{rule.code}）。"

    return _written(request, source, form, save, {"kind": KINDS[kind], "kind_code": kind})


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str, rule: str) -> HttpResponse:
    """Let a rule say something else from now on (修改规则)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    access.require(by, RULES, source.dataset.system.owner)
    found = quality.rule_by_code(source.dataset, rule)
    told = quality.told(quality.history(found)[0])
    form = RuleForm(
        told["kind"], source.dataset, request.POST or None, is_change=True, initial=initial_of(told)
    )

    def save() -> str:
        version = writing.change_rule(found, form.told(), by=by, reason=form.cleaned_data["reason"])
        return f"已保存为第 {version.number} 版，以前的检查结果不变。"

    return _written(request, source, form, save, {"kind": KINDS[told["kind"]], "rule": found})


def _written(
    request: HttpRequest, source: Source, form: RuleForm, save: Any, context: dict[str, Any]
) -> HttpResponse:
    """Try or save what was written; what is at fault is told at its field (试算或保存)."""
    tried = None
    wants_save = "save" in request.POST
    if request.method == "POST" and not wants_save and "reason" in form.fields:
        form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        try:
            if wants_save:
                told = save()
                done(request, lambda: None, told)
                return redirect("data_gathering:quality", code=source.dataset.code)
            tried = _tried(source.dataset, form, viewer.actor(request))
        except RuleBroken as error:
            form.refuse(error)
        except PlatformError as error:
            form.add_error(None, error.message_zh)
    return _shown(
        request, "quality_write", {"dataset": source.dataset, "form": form, "tried": tried, **context}, source
    )


def _tried(dataset: Dataset, form: RuleForm, by: Actor) -> dict[str, Any]:
    rule = writing.checked(form.told(), dataset)
    snapshot, found, rows = checking.preview(dataset, rule, by=by)
    return {
        "snapshot": snapshot, "found": found, "failed": found.checked - found.passed,
        "percent": found.passed * 10_000 // found.checked / 100 if found.checked else None,
        "says": words.sentence(rule.row(), form.titles),
        **_table(dataset, rows, sorted(rule.uses, key=list(rule.columns + tuple(rule.uses)).index)),
    }  # fmt: skip


def _table(dataset: Dataset, rows: Sequence[Mapping[str, Any]], used: Sequence[str]) -> dict[str, Any]:
    """Failing rows: key first, then what the rule looks at, then the rest; personal columns masked (问题行)."""
    known = columns.known(dataset)
    hidden = known.personal
    offered = [column["name"] for column in dataset.columns]
    names = list(dict.fromkeys([*dataset.key, *used, *offered]))
    return {
        "names": [(known.title(name), name in used, name) for name in names if not rows or name in rows[0]],
        "hidden": [known.title(name) for name in names if name in hidden],
        "rows": [
            [(masking.key(row[name], name in hidden), name in used) for name in names if name in row]
            for row in rows
        ],
    }


@require_safe
def rule(request: HttpRequest, code: str, rule: str) -> HttpResponse:
    """One rule: what it says, its versions, what it found, the rows that fail now (规则)."""
    source = pages.source_of(code, viewer.actor(request))
    found = quality.rule_by_code(source.dataset, rule)
    versions = quality.history(found)
    now = versions[0]
    context = {
        "source": source, "dataset": source.dataset, "rule": found, "versions": versions, "now": now,
        **_line(now, next(iter(now.found), None), columns.known(source.dataset).titles), "verdicts": [v for one in versions for v in one.found][:TRENDED],
        **_failing(request, source.dataset, now),
    }  # fmt: skip
    return _shown(request, "quality_rule", context, source)


TRENDED = 12


def _failing(request: HttpRequest, dataset: Dataset, now: QualityRuleVersion) -> dict[str, Any]:
    """A page of the rows that fail in the newest snapshot, computed anew (问题行)."""
    verdict = next(iter(now.found), None)  # type: ignore[attr-defined]
    if verdict is None or not verdict.failed or not KINDS[now.kind].is_by_row:
        return {"page": None}
    page = Paginator(range(verdict.failed), FAILING).get_page(request.GET.get("page"))
    try:
        made = quality.typed(now, dataset)
        rows = measuring.failing(verdict.run.snapshot, made, page.start_index() - 1, FAILING)
    except (RuleBroken, NotFound) as error:
        return {"page": None, "gone": error.message_zh}
    return {"page": page, "snapshot": verdict.run.snapshot, **_table(dataset, rows, sorted(made.uses))}


@require_POST
def switch(request: HttpRequest, code: str, rule: str) -> HttpResponse:
    """Switch a rule off or on (停用或启用)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    found = quality.rule_by_code(source.dataset, rule)
    is_on, reason = request.POST.get("is_on") == "yes", request.POST.get("reason", "")
    told = "规则已启用，下次检查起计入得分。" if is_on else "规则已停用，下次检查起不计入得分。"
    done(request, lambda: writing.switch_rule(found, is_on, by=by, reason=reason), told)
    return redirect("data_gathering:quality_rule", code=code, rule=rule)

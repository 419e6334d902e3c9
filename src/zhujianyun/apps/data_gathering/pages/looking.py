"""Sources, data sets, batches, rows of a version (查看页)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_gathering.actions import retaining
from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.pages.frame import shown
from zhujianyun.apps.data_gathering.queries import pages
from zhujianyun.apps.data_gathering.rules import places
from zhujianyun.apps.data_gathering.rules.checking import TYPE_ZH
from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH
from zhujianyun.apps.data_gathering.rules.periods import period_zh
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset, Snapshot
from zhujianyun.ui.workbench import viewer


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source, what needs somebody first (数据源列表)."""
    wanted = request.GET.dict()
    lines = pages.listed(viewer.actor(request), wanted)
    context = {
        "lines": lines, "wanted": wanted, "levels": pages.LEVELS, "kinds": Source.Kind.choices,
        "is_narrow": any(wanted.get(name) for name in ("level", "kind", "q")),
        "rows": sum(line.snapshot.rows for line in lines if line.snapshot),
    }  # fmt: skip
    return shown(request, "sources", context)


@require_safe
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """One data set: columns, batches, changes, versions (数据集)."""
    source = pages.source_of(code, viewer.actor(request))
    known = columns.known(source.dataset)
    listed = [
        {**column, "zh": TYPE_ZH[column["type"]], "title": known.title(column["name"]), "check": KINDS_ZH.get(column.get("code", ""), ""),
         "is_key": column["name"] in source.dataset.key,
            "is_listed": bool(column.get("values")), "personal": column["name"] in known.personal}
        for column in source.dataset.columns
    ]  # fmt: skip
    context = {
        "source": source, "dataset": source.dataset, "columns": listed, "modes": Source.Mode.choices,
        "place": _place(source), "cadence": period_zh(source.dataset.cadence_minutes), **pages.page_of(source),
    }  # fmt: skip
    context["job"] = pages.job_of(context["line"].last)
    _say_why(code, context["snapshots"])
    return shown(request, "dataset", context, source.dataset.system.owner)


def _place(source: Source) -> list[tuple[str, object]]:
    """Where it is, parameters by their Chinese names (接入参数)."""
    names = {asked.name: asked.zh for asked in places.FIELDS[str(source.kind)]}
    return [(names[name], value) for name, value in source.place.items() if name in names and value != ""]


@require_safe
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """One batch with the rows it put aside (批次)."""
    row = pages.batch_of(code, viewer.actor(request))
    wanted = request.GET.dict()
    rows, groups = pages.quarantine(row, wanted)
    page = Paginator(rows, pages.PAGE).get_page(request.GET.get("page"))
    known = columns.known(row.dataset)
    for one in page.object_list:
        one.zh, one.said = known.title(one.column), _said(one.reason, one.column, known)
    groups = [{**group, "said": _said(group["reason"], group["column"], known)} for group in groups]
    context = {
        "batch": row, "dataset": row.dataset, "groups": groups, "wanted": wanted, "note": row.parts.get("note", ""),
        "page": page, "job": pages.job_of(row), "may_repeat": pages.may_repeat(row),
        "findings": sorted((known.title(name.rpartition(":")[2]), count) for name, count in row.findings.items()),
        "hides_keys": any(name in known.personal for name in row.dataset.key),
    }  # fmt: skip
    return shown(request, "batch", context, row.dataset.system.owner)


def _said(reason: str, column: str, known: columns.Known) -> str:
    """Why a row was put aside, with the Chinese name of the column in the place of its code."""
    zh = known.title(column)
    if not column or zh == column:
        return reason
    return reason.replace(f" {column} ", zh).replace(f"{column} ", zh).replace(column, zh)


@require_safe
def version(request: HttpRequest, code: str) -> HttpResponse:
    """The data set as it was at a version (时间旅行)."""
    row = pages.dataset_of(code, viewer.actor(request))
    snapshots = list(Snapshot.objects.filter(dataset=row).order_by("-version")[:100])
    if not snapshots:
        raise NotFound("这个数据集还没有归集过，没有可以查看的版本。", rule="gathering.no_version")
    asked = request.GET.get("version", "")
    chosen = (
        next((s for s in snapshots if str(s.version) == asked), None) or _older(row, asked) or snapshots[0]
    )
    snapshots += [] if chosen in snapshots else [chosen]
    wanted = {n.removeprefix("key_"): value for n, value in request.GET.items() if n.startswith("key_")}
    _say_why(code, snapshots)
    versions = pages.with_gone(row, snapshots)
    is_gone = any(one == chosen and gone for one, gone in versions)
    context = {
        "dataset": row, "is_gathered": hasattr(row, "source"), "versions": versions, "chosen": chosen, "wanted": wanted,
        "is_gone": is_gone, "gone": sum(gone for _, gone in versions),
        **({} if is_gone else pages.rows_at(row, chosen.version, wanted)),
    }  # fmt: skip
    return shown(request, "version", context, row.system.owner)


def _say_why(code: str, snapshots: list[Snapshot]) -> None:
    """Why a version that was superseded is not cleared away (保留原因)."""
    reasons = retaining.held(code).get(code, {})
    newest = max((one.version for one in snapshots), default=-1)
    for one in snapshots:
        one.why = "；".join(reasons.get(one.version, ())) if one.version != newest else ""  # type: ignore[attr-defined]


def _older(dataset: Dataset, asked: str) -> Snapshot | None:
    """A version from before the hundred that are listed, which a figure may still lead to."""
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        return None
    return Snapshot.objects.filter(dataset=dataset, version=int(asked)).first()

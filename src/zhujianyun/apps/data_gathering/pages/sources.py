"""Registering and changing a source (登记数据源): try it, map its columns, keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_gathering.actions import registering, trying
from zhujianyun.apps.data_gathering.actions.trying import Tried
from zhujianyun.apps.data_gathering.forms.source import (
    ColumnForms,
    DatasetForm,
    FetchForm,
    PlaceForm,
    initial_columns,
)
from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.pages.frame import shown
from zhujianyun.apps.data_gathering.queries import RULES, masking, pages
from zhujianyun.apps.data_gathering.rules import places
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

WHERE = ("path", "host", "port", "url", "user")


@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a source: choose a kind, try it, map its columns (登记数据源)."""
    by = viewer.actor(request)
    access.require(by, RULES)
    kind = request.GET.get("kind", "")
    if kind not in places.FIELDS:
        kinds = [(name, zh, places.SAYS[name]) for name, zh in Source.Kind.choices]
        return shown(request, "source_kinds", {"kinds": kinds, "waiting": pages.without_source(by)})
    return _Registering(request, by, kind).answer()


class _Registering:
    """One request of the form (登记过程): the parts after the test appear once the test succeeded."""

    def __init__(self, request: HttpRequest, by: Actor, kind: str) -> None:
        self.request, self.by, self.kind = request, by, kind
        data = request.POST or None
        self.has_columns = "columns-TOTAL_FORMS" in request.POST
        self.place = PlaceForm(kind, by.key, data)
        later = data if self.has_columns else None
        self.dataset = DatasetForm(access.offices_for(by, RULES), later, prefix="dataset")
        self.columns = ColumnForms(later, prefix="columns") if self.has_columns else None
        self.fetch = FetchForm(self._names(), later, prefix="fetch")
        self.tried: Tried | None = None

    def _names(self) -> list[str]:
        total = self.request.POST.get("columns-TOTAL_FORMS", "0")
        count = int(total) if total.isdigit() and int(total) <= 300 else 0
        return [name for n in range(count) if (name := self.request.POST.get(f"columns-{n}-name"))]

    def answer(self) -> HttpResponse:
        """What the browser gets (应答)."""
        if self.request.method == "POST" and self.place.is_valid():
            try:
                place = trying.checked(self.kind, self.place.place)
                if "save" in self.request.POST and self.has_columns:
                    if code := self._saved(place):
                        messages.success(self.request, "数据源已登记，可立即归集，或等到计划时间。")
                        return redirect("data_gathering:dataset", code=code)
                else:
                    self._try(place)
            except RuleBroken as error:
                (self.place if is_of_place(error) else self.dataset).refuse(error)
            except PlatformError as error:
                self.place.add_error(None, error.message_zh)
        return shown(self.request, "source_write", self._context())

    def _try(self, place: dict[str, Any]) -> None:
        self.tried = trying.try_source(self.kind, place, self.place.secret(), _any_owner(self.by), by=self.by)
        if not self.has_columns:
            self.columns = ColumnForms(prefix="columns", initial=initial_columns(self.tried.columns))
            names = [one["name"] for one in self.tried.columns]
            personal = any(one["personal"] for one in self.tried.columns)
            self.fetch = FetchForm(names, prefix="fetch", initial={"holds_personal": personal})

    def _saved(self, place: dict[str, Any]) -> str:
        """The code of the data set once it is kept; empty while something is at fault (登记)."""
        assert self.columns is not None
        parts = (self.dataset.is_valid(), self.columns.is_valid(), self.fetch.is_valid())
        if not all(parts):
            return ""
        taken = [form for form in self.columns if form.cleaned_data["is_taken"]]
        key = [form.cleaned_data["name"] for form in taken if form.cleaned_data["is_key"]]
        if not taken or not key:
            raise RuleBroken("请至少归集一列，并选定主键。", rule="dataset.key")
        given, fetch = self.dataset.cleaned_data, dict(self.fetch.cleaned_data)
        is_on = fetch.pop("is_on")
        source = registering.register_source(
            given["code"], given["title"], given["system"], [form.told() for form in taken], key, self.kind,
            place, by=self.by, secret=self.place.secret(), is_on=is_on, **fetch,
        )  # fmt: skip
        return source.dataset.code

    def _context(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "kind_zh": Source.Kind(self.kind).label, "place": self.place, "dataset": self.dataset,
            "columns": self.columns, "fetch": self.fetch, "tried": self.tried, "may_save": self.columns is not None,
            "sealed": self.place.sealed(),
            "folders": [str(one) for one in trying.folders()] if self.kind in places.BY_PATH else [],
            **rows_of(self.tried),
        }  # fmt: skip


def is_of_place(error: RuleBroken) -> bool:
    """Whether a rule speaks of the place, not of what is made of it (是否接入参数)."""
    return str(error.rule).startswith(("outbound.", "gathering.folder", "gathering.place"))


def _any_owner(by: Actor) -> Any:
    """An office at which the officer may register (登记单位): before a system is chosen."""
    from zhujianyun.kernel.access.models import Office

    offices = access.offices_for(by, RULES)
    rows = Office.objects.order_by("pk")
    return rows.first() if offices is access.ALL else rows.filter(pk__in=sorted(offices)).first()


def rows_of(tried: Tried | None) -> dict[str, Any]:
    """The first rows of a source; what looks like a person's data is masked (来源前几行)."""
    if tried is None:
        return {"names": [], "rows": []}
    hidden = {one["name"] for one in tried.columns if one["personal"]}
    names = [one["name"] for one in tried.columns]
    return {
        "names": [(name, False, name) for name in names], "hidden": [name for name in names if name in hidden],
        "rows": [[(masking.key(row.get(name), name in hidden), False) for name in names] for row in tried.rows],
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change where a source is and how it is fetched (修改数据源)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    owner = source.dataset.system.owner
    access.require(by, RULES, owner)
    kind, names = str(source.kind), [column["name"] for column in source.dataset.columns]
    data, tried = request.POST or None, None
    place = PlaceForm(kind, by.key, data, initial=source.place, has_secret=bool(source.sealed_secret))
    fetch = FetchForm(names, data, prefix="fetch", initial=_settings(source))
    if request.method == "POST" and place.is_valid() and fetch.is_valid():
        try:
            made = _changed(source, place)
            secret = place.secret()
            if "save" in request.POST:
                registering.change_source(source, by=by, secret=secret, place=made, **fetch.cleaned_data)
                messages.success(request, "数据源已修改，从下一批起生效。")
                return redirect("data_gathering:dataset", code=code)
            tried = trying.try_source(kind, made, secret or registering.secret_of(source), owner, by=by)
        except RuleBroken as error:
            (place if is_of_place(error) else fetch).refuse(error)
        except PlatformError as error:
            place.add_error(None, error.message_zh)
    context = {
        "source": source, "set": source.dataset, "kind": kind, "kind_zh": source.get_kind_display(), "place": place,
        "fetch": fetch, "tried": tried, "may_save": True, "missing": _missing(source, tried),
        "sealed": place.sealed(),
        "folders": [str(one) for one in trying.folders()] if kind in places.BY_PATH else [], **rows_of(tried),
    }  # fmt: skip
    return shown(request, "source_change", context, owner)


def _settings(source: Source) -> Mapping[str, Any]:
    own = {"cadence_minutes": source.dataset.cadence_minutes}
    return own | {name: getattr(source, name) for name in FetchForm.base_fields if name not in own}


def _changed(source: Source, form: PlaceForm) -> dict[str, Any]:
    """The new place (新参数): checked where it moved; what no form shows is kept.

    Raises:
        RuleBroken: for a place that may not be reached; for another address without its secret: the one
            that is kept was meant for the old one.
    """
    kind = str(source.kind)
    asked = {one.name for one in places.FIELDS[kind]}
    kept = {name: value for name, value in source.place.items() if name not in asked}
    given = places.read(kind, form.place)
    before = places.read(kind, {**{one.name: one.default for one in places.FIELDS[kind]}, **source.place})
    if all(given.get(name) == before.get(name) for name in WHERE):
        return {**kept, **given}
    if source.sealed_secret and not form.secret():
        text = "地址已改变，原来的口令不会发往新地址，请重新填写。"
        raise RuleBroken(text, rule="gathering.place_secret", fields=["secret"])
    kept.pop("allow_private", None)
    return {**kept, **trying.checked(kind, given)}


def _missing(source: Source, tried: Tried | None) -> list[str]:
    """Columns of the data set that the source does not offer (缺少的列)."""
    if tried is None:
        return []
    offered = {one.name for one in tried.found}
    return [
        name
        for column in source.dataset.columns
        if (name := column.get("origin") or column["name"]) not in offered
    ]

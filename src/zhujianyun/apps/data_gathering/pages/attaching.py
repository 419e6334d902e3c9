"""A source for a data set that is registered already (接入数据源): try it, say which column is which, keep it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_gathering.actions import registering, trying
from zhujianyun.apps.data_gathering.actions.trying import Tried
from zhujianyun.apps.data_gathering.forms.attaching import BoundColumnForms, initial_bound
from zhujianyun.apps.data_gathering.forms.source import FetchForm, PlaceForm
from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.pages.frame import shown
from zhujianyun.apps.data_gathering.pages.sources import is_of_place, rows_of
from zhujianyun.apps.data_gathering.queries import RULES, pages
from zhujianyun.apps.data_gathering.rules import places
from zhujianyun.apps.data_gathering.rules.checking import TYPE_ZH
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.ui.workbench import viewer


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, code: str) -> HttpResponse:
    """Say where a registered data set comes from (接入数据源); one that has a source is changed instead."""
    by = viewer.actor(request)
    dataset = pages.dataset_of(code, by)
    access.require(by, RULES, dataset.system.owner)
    if hasattr(dataset, "source"):
        return redirect("data_gathering:change", code=code)
    kind = request.GET.get("kind", "")
    if kind not in places.FIELDS:
        kinds = [(name, zh, places.SAYS[name]) for name, zh in Source.Kind.choices]
        return shown(request, "source_kinds", {"kinds": kinds, "set": dataset})
    return _Attaching(request, by, dataset, kind).answer()


class _Attaching:
    """One request of the form (接入过程): the columns appear once the test succeeded."""

    def __init__(self, request: HttpRequest, by: Actor, dataset: Dataset, kind: str) -> None:
        self.request, self.by, self.dataset, self.kind = request, by, dataset, kind
        data = request.POST or None
        self.has_columns = "columns-TOTAL_FORMS" in request.POST
        later = data if self.has_columns else None
        names = [column["name"] for column in dataset.columns]
        self.place = PlaceForm(kind, by.key, data)
        self.offered = request.POST.getlist("offered")[:300]
        self.columns = self._columns(data=later) if self.has_columns else None
        self.fetch = FetchForm(
            names, later, prefix="fetch", initial={
                "cadence_minutes": dataset.cadence_minutes,
                "holds_personal": any(column.get("personal") for column in dataset.columns),
            },
        )  # fmt: skip
        self.tried: Tried | None = None

    def _columns(self, **given: Any) -> Any:
        return BoundColumnForms(prefix="columns", form_kwargs={"offered": self.offered}, **given)

    def answer(self) -> HttpResponse:
        """What the browser gets (应答)."""
        if self.request.method == "POST" and self.place.is_valid():
            try:
                place = trying.checked(self.kind, self.place.place)
                if "save" not in self.request.POST or not self.has_columns:
                    self._try(place)
                elif self._saved(place):
                    messages.success(self.request, "数据源已接入，可立即归集，或等到计划时间。")
                    return redirect("data_gathering:dataset", code=self.dataset.code)
            except RuleBroken as error:
                (self.place if is_of_place(error) else self.fetch).refuse(error)
            except PlatformError as error:
                self.place.add_error(None, error.message_zh)
        return shown(self.request, "source_attach", self._context(), self.dataset.system.owner)

    def _try(self, place: dict[str, Any]) -> None:
        owner = self.dataset.system.owner
        self.tried = trying.try_source(self.kind, place, self.place.secret(), owner, by=self.by)
        if not self.has_columns:
            self.offered = [one.name for one in self.tried.found]
            self.columns = self._columns(
                initial=initial_bound(self.dataset.columns, self.dataset.key, self.offered)
            )

    def _saved(self, place: dict[str, Any]) -> bool:
        """Whether it is kept; not while something is at fault (接入)."""
        assert self.columns is not None
        if not all([self.columns.is_valid(), self.fetch.is_valid()]):
            return False
        said = {form.cleaned_data["name"]: form for form in self.columns}
        if set(said) != {column["name"] for column in self.dataset.columns}:
            raise RuleBroken("数据集的列已有变化，请重新测试连接后再接入。", rule="gathering.columns_moved")
        columns = [said[one["name"]].told(one, self.dataset.key) for one in self.dataset.columns]
        registering.attach_source(
            self.dataset, self.kind, place, by=self.by, secret=self.place.secret(), columns=columns,
            **self.fetch.cleaned_data,
        )  # fmt: skip
        return True

    def _context(self) -> dict[str, Any]:
        types = {column["name"]: TYPE_ZH[column["type"]] for column in self.dataset.columns}
        rows = [(form, types.get(str(form["name"].value()), "")) for form in self.columns or ()]
        return {
            "set": self.dataset, "kind": self.kind, "kind_zh": Source.Kind(self.kind).label, "place": self.place,
            "columns": self.columns, "column_rows": rows, "offered": self.offered, "fetch": self.fetch,
            "tried": self.tried, "may_save": self.columns is not None, "sealed": self.place.sealed(),
            "folders": [str(one) for one in trying.folders()] if self.kind in places.BY_PATH else [],
            **rows_of(self.tried),
        }  # fmt: skip

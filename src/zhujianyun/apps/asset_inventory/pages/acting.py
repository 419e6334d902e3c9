"""Acts of people on systems, findings, milestones and probes (办理页): one form, what follows from it, the act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.apps.asset_inventory.actions import (
    ending,
    entering,
    finding,
    holding,
    linking,
    planning,
    probing,
    reviewing,
)
from zhujianyun.apps.asset_inventory.forms import entry
from zhujianyun.apps.asset_inventory.models import AllowedRange, Finding, Milestone, Probe, SystemRecord
from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.queries import record_of
from zhujianyun.base import files
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.system.models import SystemLink
from zhujianyun.ui.workbench import viewer

Given = dict[str, Any]
Does = Callable[[SystemRecord, Given, Actor], object]
MOST_BYTES = 50 * 1024**2


@dataclass(frozen=True, slots=True)
class Act:
    """An act on a system (办理): its name, form, what follows, and how it is done."""

    zh: str
    form: type[Form]
    does: Does
    after: str
    anchor: str = ""


def _link(record: SystemRecord, given: Given, by: Actor) -> object:
    ends = (record.system, given["other"]) if given["way"] == "out" else (given["other"], record.system)
    return linking.link(*ends, given["kind"], given["flows"], by=by, since=given["since"])


def _merge(record: SystemRecord, given: Given, by: Actor) -> object:
    into = SystemRecord.objects.select_related("system__owner").get(system=given["into"])
    return ending.merge(record, into, by=by, reason=given["reason"])


def _contract(record: SystemRecord, given: Given, by: Actor) -> object:
    given = dict(given)
    number, firm, amount = given.pop("number"), given.pop("firm"), given.pop("amount")
    return holding.add_contract(record, number, firm, amount_fen=int(amount * 100), by=by, **given)


def _document(record: SystemRecord, given: Given, by: Actor) -> object:
    kept = files.put(given["file"], name=given["file"].name, limit=MOST_BYTES)
    return holding.add_document(record, given["title"], kept, by=by)


def _data(record: SystemRecord, given: Given, by: Actor) -> object:
    names = given["attributes"].replace("，", "、").replace(",", "、").replace("\n", "、").split("、")
    return holding.note_data(record, given["name"], names, by=by)


def _probe(record: SystemRecord, given: Given, by: Actor) -> object:
    given = dict(given)
    return probing.add_probe(record, given.pop("kind"), given.pop("target").strip(), by=by, **given)


ACTS: dict[str, Act] = {
    "link": Act("登记互联", entry.LinkForm, _link, "两个系统的互联互通状态和“孤立系统”问题随即重新判定", "links"),
    "contract": Act("登记合同", entry.ContractForm, _contract, "合同到期前 60 天列入问题", "contracts"),
    "contact": Act("登记联系人", entry.ContactForm, lambda r, g, by: holding.add_contact(r, by=by, **g),
                   "列表中只显示掩码，查看完整号码须写明目的并留痕", "contacts"),
    "data": Act("登记数据", entry.DataForm, _data, "与其他系统信息项相同而又没有互联的，列为重复采集", "data"),
    "document": Act("上传文档", entry.DocumentForm, _document, "文件存入文件库，可下载", "documents"),
    "probe": Act("新增探测项", entry.ProbeForm, _probe, "一分钟内开始探测，连续两次失败即告警", "probes"),
    "retire": Act("停用系统", entry.EndForm, lambda r, g, by: ending.retire(r, by=by, **g),
                  "系统不再计入归集，互联和探测一并停止；此操作不能撤回"),
    "merge": Act("合并系统", entry.MergeForm, _merge, "系统不再计入归集，由承接系统继续；互联不自动转移；此操作不能撤回"),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """One act on a system (办理)."""
    told = ACTS.get(act)
    by = viewer.actor(request)
    record = record_of(code, by)
    if told is None:
        return redirect("asset_inventory:system", code=code)
    form = _form(request, told.form)
    place = "history" if act == "document" else "system"
    url = f"{reverse(f'asset_inventory:{place}', args=[code])}#{told.anchor}"
    if _done(request, form, lambda: told.does(record, form.cleaned_data, by), f"已{told.zh}：{record}。"):
        return redirect(url)
    return _asked(request, form, f"{told.zh}", told.after, url, record)


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a new system (登记系统)."""
    by = viewer.actor(request)
    form = _form(request, entry.SystemForm)
    made: list[SystemRecord] = []

    def act() -> None:
        given = _with_vendor(form.cleaned_data)
        code, name, owner = given.pop("code").lower(), given.pop("name"), given.pop("owner")
        made.append(entering.enter_system(code, name, owner, given, by=by))

    if _done(request, form, act, "已登记系统。"):
        return redirect(_url(made[0]))
    return _asked(
        request,
        form,
        "登记系统",
        "系统计入归集业务系统，并立即按规则核查问题",
        reverse("asset_inventory:systems"),
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is known of a system (变更资料)."""
    by = viewer.actor(request)
    record = record_of(code, by)
    initial = entry.values_of(record)
    if request.method == "POST":
        form = entry.SystemForm(request.POST, fresh=False)
    else:
        form = entry.SystemForm(initial=initial, fresh=False)
    form.version = record.version if request.method == "GET" else request.POST.get("version", "")  # type: ignore[attr-defined]

    def act() -> None:
        given = _with_vendor(form.cleaned_data)
        reason = given.pop("reason")
        expected = int(request.POST.get("version") or 0)
        entering.change_system(record, given, by=by, expected_version=expected, reason=reason)

    if _done(request, form, act, f"已变更：{record}。"):
        return redirect(_url(record))
    return _asked(
        request, form, "变更资料", "每一项变化连同前后内容都留痕，问题随即重新核查", _url(record), record
    )


def _with_vendor(given: Given) -> Given:
    name = given.get("vendor", "")
    return {**given, "vendor": entering.vendor(name) if name.strip() else None}


@require_POST
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Send this year's review (发起年度复核)."""
    by = viewer.actor(request)
    case = reviewing.start_review(record_of(code, by), by=by)
    messages.success(request, f"已发起年度复核 {case}，责任处室可在办件中确认。")
    return redirect(case.get_absolute_url())


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, code: str) -> HttpResponse:
    """The contacts in full, for a purpose (查阅联系人)."""
    by = viewer.actor(request)
    record = record_of(code, by)
    form = _form(request, entry.PurposeForm)
    if request.method == "POST" and form.is_valid():
        rows = holding.read_contacts(record, by=by, purpose=form.cleaned_data["purpose"])
        answer = shown(
            request, "contacts", "systems", {"record": record, "system": record.system, "rows": rows}
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return _asked(
        request, form, "查阅联系人", "姓名和电话完整显示一次，查阅人、时间和目的留痕", _url(record), record
    )


@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a link no longer carries anything (停用互联)."""
    by = viewer.actor(request)
    row = get_object_or_404(SystemLink.objects.select_related("source__owner", "target__owner"), pk=pk)
    record = record_of(row.source.code, by)
    form = _form(request, entry.EndForm)
    if _done(request, form, lambda: linking.unlink(row, by=by, **form.cleaned_data), "已停用互联。"):
        return redirect(f"{_url(record)}#links")
    return _asked(
        request, form, f"停用互联：{row}", "两个系统的互联互通状态随即重新判定", _url(record), record
    )


@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a finding rest (豁免问题)."""
    by = viewer.actor(request)
    row = get_object_or_404(Finding.objects.select_related("system__owner"), pk=pk)
    record = record_of(row.system.code, by)
    form = _form(request, entry.WaiveForm)
    url = reverse("asset_inventory:findings")
    if _done(request, form, lambda: finding.waive(row, by=by, **form.cleaned_data), "已豁免。"):
        return redirect(url)
    return _asked(
        request, form, f"豁免：{row.text}", "到期前不再提示，但仍计入台账问题；到期自动恢复", url, record
    )


@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest, pk: int) -> HttpResponse:
    """Reach a milestone (完成里程碑)."""
    by = viewer.actor(request)
    row = get_object_or_404(
        Milestone.objects.select_related("item__plan", "item__system", "item__network"), pk=pk
    )
    is_last = not row.item.milestones.filter(step__gt=row.step).exists()
    with_cloud = is_last and row.item.system_id is not None
    form = entry.ReachForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), with_cloud=with_cloud
    )
    url = f"{reverse('asset_inventory:plans')}#item-{row.item_id}"

    def act() -> None:
        given = dict(form.cleaned_data)
        file = given.pop("file")
        kept = files.put(file, name=file.name, limit=MOST_BYTES) if file else None
        planning.reach(row, by=by, file=kept, **given)

    if _done(request, form, act, f"已完成：{row.item} {row.name}。"):
        return redirect(url)
    after = "这是最后一步：完成后计入上云率或打通率" if is_last else "记录完成日和佐证"
    return _asked(request, form, f"完成里程碑：{row.item} · {row.name}", after, url)


@require_http_methods(["GET", "POST"])
def probe(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a probe, with its latest results (修改探测项)."""
    by = viewer.actor(request)
    row = get_object_or_404(Probe.objects.select_related("system__owner"), pk=pk)
    record = record_of(row.system.code, by)
    names = [name for name in entry.ProbeForm.base_fields if name != "kind"]
    initial = {name: getattr(row, name) for name in names} | {"kind": row.kind}
    form = entry.ProbeForm(request.POST or None, initial=initial)
    form.fields.pop("kind")
    if _done(request, form, lambda: probing.change_probe(row, form.cleaned_data, by=by), "已修改探测项。"):
        return redirect(f"{_url(record)}#probes")
    results = list(row.results.all()[:40])
    more = {"results": results, "probe": row}
    return _asked(
        request, form, f"修改探测项：{row}", "保存后立即重新探测", f"{_url(record)}#probes", record, more
    )


@require_http_methods(["GET", "POST"])
def allow(request: HttpRequest) -> HttpResponse:
    """Let probes reach a private range (登记内网白名单)."""
    by = viewer.actor(request)
    form = _form(request, entry.RangeForm)
    url = reverse("asset_inventory:probes")
    if _done(request, form, lambda: probing.allow_range(by=by, **form.cleaned_data), "已登记。"):
        return redirect(url)
    return _asked(request, form, "登记内网白名单", "探测可以访问这个内网地址段；其余内网地址仍一律拒绝", url)


@require_POST
def forbid(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a range off the white list (移出白名单)."""
    probing.forbid_range(get_object_or_404(AllowedRange, pk=pk), by=viewer.actor(request))
    messages.success(request, "已移出白名单。")
    return redirect("asset_inventory:probes")


def _form(request: HttpRequest, kind: type[Form]) -> Form:
    return kind(request.POST, request.FILES) if request.method == "POST" else kind()


def _done(request: HttpRequest, form: Form, act: Callable[[], object], said: str) -> bool:
    """Do it when the form is sound; a rule that is broken stands above the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except PlatformError as error:
        form.add_error(None, error.message_zh)
        return False
    messages.success(request, said)
    return True


def _asked(
    request: HttpRequest,
    form: Form,
    title: str,
    after: str,
    back: str,
    record: SystemRecord | None = None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {"form": form, "title": title, "after": after, "back": back, "record": record, **(more or {})}
    return shown(request, "act", "systems", context, status=422 if form.errors else 200)


def _url(record: SystemRecord) -> str:
    return reverse("asset_inventory:system", args=[record.system.code])

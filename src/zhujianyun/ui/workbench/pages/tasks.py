"""One task of a case (任务页): drawings beside the opinions; assigned, written, given back, handed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.models import Case, Task
from zhujianyun.ui.workbench import board, casefile, errors, viewer
from zhujianyun.ui.workbench.pages import handling


@never_cache
@require_safe
def show(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One task with what belongs to it (任务)."""
    return _page(request, *_found(request, number, pk))


@require_POST
def assign(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Give the task to somebody, or to somebody else (分派、改派)."""
    case, task = _found(request, number, pk)
    actor = viewer.actor(request)
    try:
        taker = _candidate(request.POST.get("to", ""))
        if task.assignee_id is None:
            done = tasks.assign(case, task.part, [taker], by=actor)
        else:
            reason = request.POST.get("reason", "")
            done = tasks.reassign(case, task.part, taker, by=actor, reason=reason)
    except PlatformError as error:
        return _refused(request, case, task, error, "assign")
    messages.success(
        request, f"“{task.part}”任务已交给 {done.result.get('assignee_zh', taker.actor.name_zh)}。"
    )
    return redirect("workbench:case", case.number)


@require_POST
def submit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Hand in what was found (提交意见)."""
    case, task = _found(request, number, pk)
    try:
        definition = casefile.shown.definition_of(case)
        entries = board.rows_of(request.POST, board.parallel_of(definition, case).fields)
        passed = _passed(request, entries)
        was_done = task.state != Task.State.OPEN
        tasks.submit(case, task.part, by=viewer.actor(request), passed=passed, entries=entries)
    except PlatformError as error:
        return _refused(request, case, task, error, "submit")
    left = [one.part for one in case.tasks.filter(name=task.name, round=task.round, state=Task.State.OPEN)]
    said = f"“{task.part}”意见此前已提交，没有重复提交。" if was_done else f"“{task.part}”意见已提交。"
    messages.success(
        request, said + (f"尚待：{'、'.join(left)}。" if left else "各专业已完成，可以汇总办理。")
    )
    return redirect("workbench:case", case.number)


@require_POST
def give_back(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Lay the task down, to be assigned anew (退回任务)."""
    case, task = _found(request, number, pk)
    try:
        tasks.give_back(case, task.part, by=viewer.actor(request), reason=request.POST.get("reason", ""))
    except PlatformError as error:
        return _refused(request, case, task, error, "give_back")
    messages.success(request, f"“{task.part}”任务已退回，等待重新分派。")
    return redirect("workbench:case", case.number)


def _found(request: HttpRequest, number: str, pk: int) -> tuple[Case, Task]:
    case = handling.find(viewer.actor(request), number=number)
    task = case.tasks.select_related("assignee").filter(pk=pk).first()
    if task is None:
        raise NotFound("这个办件没有这项任务，请回到办理页查看。", rule="case.task")
    return case, task


def _candidate(text: str) -> tasks.Candidate:
    account = Account.objects.filter(pk=int(text) if text.isdigit() else 0, is_active=True).first()
    if account is None:
        raise RuleBroken("请选择承办人。", rule="case.task")
    return tasks.Candidate(access.actor(account))


def _passed(request: HttpRequest, entries: list[dict[str, str]]) -> bool:
    verdict = request.POST.get("passed", "")
    if verdict not in ("true", "false"):
        raise RuleBroken("请选择审查结论：通过或不通过。", rule="case.task")
    if verdict == "false" and not entries:
        raise RuleBroken("结论为不通过的，至少写明一条意见。", rule="case.task")
    return verdict == "true"


def _refused(request: HttpRequest, case: Case, task: Task, error: PlatformError, what: str) -> HttpResponse:
    if errors.wants_json(request):
        return errors.answer(request, error)
    task.refresh_from_db()
    return _page(request, case, task, error=error, what=what)


def _page(
    request: HttpRequest, case: Case, task: Task, *, error: PlatformError | None = None, what: str = ""
) -> HttpResponse:
    actor, file = viewer.actor(request), casefile.gather(case)
    may = handling.task_rights(file, actor)
    is_open = task.state == Task.State.OPEN and not case.ended
    fields = _fields(file)
    typed = [board.Row(one) for one in board.rows_of(request.POST, fields)] if request.POST else []
    blank = board.BLANK_ROWS if not typed else 1
    may_assign = is_open and may["assign"] and bool(fields or file.waiting)
    context: dict[str, Any] = {
        "case": case,
        "file": file,
        "task": task,
        "line": next((one for one in file.tasks if one.task.pk == task.pk), None),
        "others": [one for one in file.work if one.task.pk != task.pk],
        "documents": board.documents_of(file.documents, task.part),
        "fields": fields,
        "labels": [tasks.ENTRY_FIELDS_ZH.get(one, one) for one in fields],
        "rows": [one.cells(fields) for one in [*typed, *(board.Row() for _ in range(blank))]],
        "severities": board.SEVERITIES,
        "may_submit": is_open and task.part in may["submit"],
        "may_give_back": is_open and task.part in may["give_back"],
        "choices": board.choices(case, file.definition, task) if may_assign and file.definition else [],
        "may_assign": may_assign,
        "stands_in": _stands_in(file, task, actor),
        "passed": request.POST.get("passed", ""),
        "reason": request.POST.get("reason", ""),
        "chosen": request.POST.get("to", ""),
        "error": error,
        "what": what,
    }
    return render(request, "workbench/task.html", context, status=error.http_status if error else 200)


def _fields(file: casefile.CaseFile) -> tuple[str, ...]:
    try:
        return board.parallel_of(file.definition, file.case).fields
    except NotFound:
        return ()


def _stands_in(file: casefile.CaseFile, task: Task, actor: Actor) -> str:
    """The assignee's name, when the officer would hand in for him."""
    if task.assignee is None or task.assignee_id == actor.account_id or file.definition is None:
        return ""
    code = f"{file.definition.app}.{task.role}"
    whom = access.stands_in_for(actor, code, file.case.office_id)
    return task.assignee.name_zh if whom == task.assignee.key else ""

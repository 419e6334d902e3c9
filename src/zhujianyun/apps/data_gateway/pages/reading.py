"""Who read the record of a person or firm (谁查阅了某人): for the officer who is asked, and for the person himself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from zhujianyun.apps.data_gateway.actions import reading
from zhujianyun.apps.data_gateway.forms import SubjectForm
from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import operating
from zhujianyun.base.errors import PlatformError
from zhujianyun.ui.hall.visiting import applicants_only, visitor_of
from zhujianyun.ui.workbench import viewer


@require_http_methods(["GET", "POST"])
def subjects(request: HttpRequest) -> HttpResponse:
    """By number, for a purpose; the question itself is journalled (查询谁查阅了某人)."""
    by = viewer.actor(request)
    operating.require_operator(by)
    form = SubjectForm(request.POST or None)
    found, subject = None, None
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"].strip().upper()
        try:
            subject = reading.subject_of(number)
            numbers = tuple(dict.fromkeys([number, *(reading.numbers_of(subject) if subject else ())]))
            found = reading.look(numbers, by=by, subject=subject, purpose=form.cleaned_data["purpose"])
        except PlatformError as error:
            form.add_error(None, error.message_zh)
    return shown(request, "subjects", "subjects", {"form": form, "found": found, "subject": subject})


@require_safe
@applicants_only
def mine(request: HttpRequest) -> HttpResponse:
    """Who read my record, in the hall (谁查阅了我的信息)."""
    visitor = visitor_of(request)
    assert visitor is not None
    subject = visitor.subject
    numbers = reading.numbers_of(subject)
    found = reading.look(numbers, by=visitor.actor(), subject=subject, purpose="本人查阅谁读取了本人信息")
    answer = render(
        request, "data_gateway/hall_reads.html", {"found": found, "subject": subject, "years": reading.YEARS}
    )
    answer.headers["Cache-Control"] = "no-store, private"
    return answer

"""A paper seen before it is issued (文书预览): the form as it stands, worked out and thrown away."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.case import Attached
from zhujianyun.kernel.case.papers import previewing
from zhujianyun.ui.workbench import errors, forms, viewer
from zhujianyun.ui.workbench.pages import acting, handling


@xframe_options_sameorigin
@require_POST
def paper(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The PDF of the paper that this act would issue, or why it cannot be issued (文书预览)."""
    actor = viewer.actor(request)
    found = handling.find(actor, number=number)
    chosen = {name.removeprefix("file:"): upload.name or "" for name, upload in request.FILES.items()}
    # Chosen files are not taken into the store for a look.
    form = acting.form_of(request, found, action, actor, MultiValueDict())
    documents = {one.kind: one for one in forms.documents_of(form)}
    documents |= {kind: Attached(kind, name) for kind, name in chosen.items()}
    try:
        made = previewing.preview(
            found,
            action,
            by=actor,
            facts=forms.facts_of(form),
            documents=list(documents.values()),
            reason=forms.reason_of(form),
            signatures=[one for one in forms.signers_of(form) if one.key != actor.key],
            approved_by=forms.approver_of(form),
        )
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        context = {"error": error, "name": form.offer.zh}
        return render(request, "workbench/preview_refused.html", context, status=error.http_status)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = "inline; filename=preview.pdf"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer

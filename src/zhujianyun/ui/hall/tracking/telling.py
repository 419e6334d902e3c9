"""How an applicant is reached (联系申请人): who handed the case in first, then others who act for the enterprise."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall.models import Agency, Applicant, Application
from zhujianyun.ui.hall.people import account
from zhujianyun.ui.notices import Contact


def contacts(subject_id: int, case_id: int) -> Sequence[Contact]:
    """The ways to the applicant of a case (申请人联系方式): text message, then mail."""
    person = _person(subject_id, case_id)
    if person is None:
        return ()
    number = Case.objects.filter(pk=case_id).values_list("number", flat=True).first()
    url = reverse("hall:case", args=[number]) if number else reverse("hall:mine")
    email = account.email_of(person)
    found = [Contact("sms", account.phone_of(person), url)]
    return [*found, Contact("email", email, url)] if email else found


def reachable(subject_ids: set[int]) -> set[int]:
    """Those of the subjects for whom somebody can be reached (可联系主体). Two queries."""
    own = Applicant.objects.filter(subject__in=subject_ids, closed_at=None)
    agents = Agency.objects.filter(
        enterprise__in=subject_ids, state=Agency.State.ACTIVE, applicant__closed_at=None
    )
    return {*own.values_list("subject_id", flat=True), *agents.values_list("enterprise_id", flat=True)}


def _person(subject_id: int, case_id: int) -> Applicant | None:
    """Whoever prepared the case, as long as he still may; else the first who acts for the subject."""
    prepared = Application.objects.filter(case=case_id, handed_in_at__isnull=False).order_by("-handed_in_at")
    wanted = list(prepared.values_list("applicant_id", flat=True)[:5])
    able = {one.pk: one for one in _able(subject_id)}
    return next((able[pk] for pk in wanted if pk in able), next(iter(able.values()), None))


def _able(subject_id: int) -> list[Applicant]:
    own = list(Applicant.objects.filter(subject=subject_id, closed_at=None).order_by("pk"))
    agencies = Agency.objects.filter(
        enterprise=subject_id, state=Agency.State.ACTIVE, applicant__closed_at=None
    )
    return own + [one.applicant for one in agencies.select_related("applicant").order_by("-is_admin", "pk")]

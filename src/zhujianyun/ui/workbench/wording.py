"""Filters in words (筛选条件的说明): on empty pages, beside exports, in the journal."""

from __future__ import annotations

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.workbench import listing, shown
from zhujianyun.ui.workbench.filters import DAYS, LAMPS, SCOPES, SORTS, Filters, known_states


def said(wanted: Filters) -> str:
    """What a list was narrowed to, in one line (筛选说明). A query for each office or subject named."""
    found = [SCOPES[wanted.scope], *_named(wanted), _days(wanted)]
    if wanted.q:
        found.append(f"含“{wanted.q}”")
    found.append(f"按{SORTS[wanted.column]}{'倒序' if wanted.is_descending else ''}")
    return "，".join(one for one in found if one)


def _named(wanted: Filters) -> list[str]:
    found = []
    if wanted.process:
        found.append(shown.process_zh(wanted.process))
    if wanted.state:
        found.append(known_states().get(wanted.state, wanted.state))
    if wanted.city:
        found.append(divisions.name(wanted.city, clock.today()))
    if wanted.office:
        found.append(office_zh(wanted.office))
    if wanted.lamp:
        found.append(LAMPS[wanted.lamp])
    for zh, pk in (("申请人", wanted.applicant), ("项目", wanted.project)):
        if pk:
            found.append(f"{zh} {party_zh(pk)}")
    return found


def _days(wanted: Filters) -> str:
    if not (wanted.since or wanted.until):
        return ""
    if wanted.since and wanted.until:
        return f"{DAYS[wanted.day]} {wanted.since} 至 {wanted.until}"
    return f"{DAYS[wanted.day]} " + (f"{wanted.since} 起" if wanted.since else f"至 {wanted.until}")


def office_zh(pk: int) -> str:
    """The name of an office (单位名称)."""
    return Office.objects.filter(pk=pk).values_list("name", flat=True).first() or "已撤销的单位"


def party_zh(pk: int) -> str:
    """The name of a subject, masked if it is a person (主体名称)."""
    return listing.subject_zh(Subject.objects.filter(pk=pk).first())

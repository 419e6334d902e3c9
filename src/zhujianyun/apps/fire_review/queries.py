"""What 消防审验 knows (消防审验查询): cases by process and mark, clocks past their limit, orders in force."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from zhujianyun.apps.fire_review.models import StopUseOrder
from zhujianyun.kernel.case.models import Case, ClockRun

DESIGN, ACCEPTANCE, FILING = "fire_design", "fire_acceptance", "fire_filing"
PROCESSES = (DESIGN, ACCEPTANCE, FILING)
DECISION_CLOCKS = ("opinion", "inspect", "recheck")  # the clocks of the authority's own decisions


def marked(process: str, mark: str) -> QuerySet[Case]:
    """Cases of a process that reached a mark, one row for each time (达到节点的办件)."""
    return Case.objects.filter(process=process, marks__name=mark)


def open_reviews(process: str) -> QuerySet[Case]:
    """Cases accepted and not yet concluded (已受理未办结)."""
    return Case.objects.filter(process=process, accepted_on__isnull=False, settled=False, ended=False)


def waiting_for_draw(office_id: int) -> QuerySet[Case]:
    """Filings of an office that wait in the pool (待抽查的备案)."""
    return Case.objects.filter(process=FILING, state="pool", office_id=office_id)


def late_decisions() -> QuerySet[ClockRun]:
    """Decision clocks that ran or still run past their last day (超过时限的审批时钟)."""
    late = Q(stopped_on=None) | Q(stopped_on__gt=F("due_on"))
    return ClockRun.objects.filter(
        late, case__process__in=PROCESSES, deadline__in=DECISION_CLOCKS, owner="staff", due_on__isnull=False
    )


def decision_clocks(process: str) -> QuerySet[ClockRun]:
    """The stopped clocks of the opinion of a review (已停止的意见时钟)."""
    return ClockRun.objects.filter(case__process=process, deadline="opinion", stopped_on__isnull=False)


def late_filings() -> QuerySet[ClockRun]:
    """Filings handed in after the owner's own limit (逾期报备)."""
    return ClockRun.objects.filter(case__process=FILING, deadline="file_by", stopped_on__gt=F("due_on"))


def stop_use_orders() -> QuerySet[StopUseOrder]:
    """Every order to stop using a work (停止使用决定)."""
    return StopUseOrder.objects.select_related("case", "case__applicant")

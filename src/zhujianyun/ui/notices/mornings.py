"""What people are told in the morning of a working day (晨间消息): summary, due today, newly overdue, paused long.

One notice per person and kind, with the first few cases by name; the rest is a number and a link.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from zhujianyun.base import clock, jobs
from zhujianyun.base.workdays import LAYERS, Calendar
from zhujianyun.kernel.case.calendars import calendar
from zhujianyun.kernel.case.models import Case, ClockRun
from zhujianyun.ui.notices.cases import title_zh
from zhujianyun.ui.notices.models import Notice
from zhujianyun.ui.notices.recipients import Posts, roles_now, staff
from zhujianyun.ui.notices.telling import LINES_KEPT, Draft, put_many
from zhujianyun.ui.workbench import queries

PAUSED_DAYS = 30  # a pause longer than this is worth a word, once a month
CAP_SOON = timedelta(days=3)
KEEP_READ, KEEP_ALL = timedelta(days=60), timedelta(days=365)
MOST_CASES = 5000  # per kind and morning
CASES = "/workbench/cases/"


@jobs.daily_at("08:20")
@jobs.job(zh="晨间消息：每日提要、今日到期、新近超期")
def morning() -> int:
    """Tell everybody on duty what the day brings (晨间消息); how many lines are new. Nothing on days off."""
    today = clock.today()
    days = calendar(LAYERS, today)
    if not days.is_workday(today):
        return 0
    return put_many(drafts(today, days))


def drafts(today: date, days: Calendar) -> list[Draft]:
    """The notices of one morning (晨间消息)."""
    since = _last_workday(today, days)
    found = Case.objects.filter(queries.OPEN, number__isnull=False).select_related("project")
    due = found.filter(due_on=today)
    late = found.filter(due_on__gte=since, due_on__lt=today)
    return [
        *_summaries(today),
        *_grouped("due", today, "今日到期", "?lamp=red", due.order_by("pk")[:MOST_CASES]),
        *_grouped("overdue", today, "新近超期", "?lamp=black", late.order_by("due_on", "pk")[:MOST_CASES]),
        *_paused(today),
    ]


def _last_workday(today: date, days: Calendar) -> date:
    day = today - timedelta(days=1)
    while not days.is_workday(day) and (today - day).days < 30:
        day -= timedelta(days=1)
    return day


def _summaries(today: date) -> Iterator[Draft]:
    for account in staff():
        counted = queries.counts(account.actor())
        if not any(counted[name] for name in ("todo", "my_red", "my_black")):
            continue
        title = (
            f"今日提要：待办 {counted['todo']:,} 件，今日到期 {counted['my_red']:,} 件，"
            f"超期 {counted['my_black']:,} 件"
        )
        text = f"可见范围内在办 {counted['open']:,} 件，今日到期 {counted['red']:,} 件，超期 {counted['black']:,} 件。"
        yield Draft(account.pk, "summary", f"summary:{today}", title, text, f"{CASES}?scope=todo")


def _grouped(kind: str, today: date, said: str, query: str, found: Iterable[Case]) -> Iterator[Draft]:
    """One notice for each officer, with the first few of his cases."""
    for account, cases in _by_account(found).items():
        lines = [f"{case.number} {title_zh(case)}" for case in cases[:LINES_KEPT]]
        if len(cases) > LINES_KEPT:
            lines.append(f"另有 {len(cases) - LINES_KEPT} 件")
        yield Draft(
            account, kind, f"{kind}:{today}", f"{said} {len(cases)} 件", "\n".join(lines), CASES + query,
            count=len(cases),
        )  # fmt: skip


def _by_account(found: Iterable[Case]) -> dict[int, list[Case]]:
    rows = [(case, roles_now(case)) for case in found]
    posts = Posts({role for _, roles in rows for role in roles}, {case.office_id for case, _ in rows})
    mine: dict[int, list[Case]] = defaultdict(list)
    for case, roles in rows:
        for account in posts.turn_of(case, roles):
            mine[account].append(case)
    return mine


def _paused(today: date) -> Iterator[Draft]:
    """Told to the officer in charge, once a month and case."""
    rows = ClockRun.objects.filter(stopped_on=None, paused=True, case__holder__isnull=False)
    for run in rows.select_related("case", "case__project").order_by("pk")[:MOST_CASES]:
        since = max((date.fromisoformat(one["paused_on"]) for one in run.segments), default=today)
        ends_soon = run.cap_on is not None and run.cap_on - today <= CAP_SOON
        if (today - since).days < PAUSED_DAYS and not ends_soon:
            continue
        cap = f"，最长中止至 {run.cap_on}，届时自动恢复计时" if run.cap_on else ""
        yield Draft(
            run.case.holder_id or 0, "paused", f"paused:{run.pk}:{today:%Y%m}", f"中止已久：{title_zh(run.case)}",
            f"{run.case.number}自 {since} 起中止（{run.zh}）{cap}。", run.case.get_absolute_url(), renews=False,
        )  # fmt: skip


@jobs.daily_at("03:50")
@jobs.job(zh="清理旧消息")
def prune() -> int:
    """Delete notices read long ago, and all that are a year old (清理旧消息); how many."""
    now = clock.now()
    read = Notice.objects.filter(read_at__lt=now - KEEP_READ).delete()[0]
    return read + Notice.objects.filter(at__lt=now - KEEP_ALL).delete()[0]

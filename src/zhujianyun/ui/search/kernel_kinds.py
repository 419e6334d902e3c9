"""What of the kernel can be found (内核的检索种类): cases, papers, enterprises and projects, definitions of figures.

Texts for snippets are masked here; full names are indexed, so that an officer finds the person he
was told of, and are never shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from zhujianyun.base import masks
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry as definitions
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.models import Case, Paper
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.subject.identifiers import PERSONAL
from zhujianyun.kernel.subject.models import Identifier, Subject
from zhujianyun.ui.search.registry import Reach, Row, Searched

WINDOW = 500  # rows read at a time
SCREEN, SUBJECT = "screen.view", "subject.view"
WORDY = ("text", "list", "choice")


def in_windows(rows: QuerySet, ids: Collection[int] | None) -> Iterator[list[Any]]:
    """The rows of some ids, or all, some hundred at a time, by primary key (分段读取)."""
    wanted = None if ids is None else sorted(ids)
    last = 0
    while True:
        if wanted is None:
            found = list(rows.filter(pk__gt=last).order_by("pk")[:WINDOW])
        else:
            head, wanted = wanted[:WINDOW], wanted[WINDOW:]
            found = list(rows.filter(pk__in=head).order_by("pk")) if head else []
        if found:
            yield found
            last = found[-1].pk
        if (wanted is None and len(found) < WINDOW) or wanted == []:
            return


def _numbers(groups: Collection[str] | None) -> list[int] | None:
    return None if groups is None else [int(one) for one in groups if one.isdigit()]


# --- cases --------------------------------------------------------------------------------------------


def case_group(entry: Entry) -> Iterable[str]:
    """The case that an entry is about (所属办件)."""
    return (str(entry.case_id),) if entry.case_id else ()


def case_permissions() -> list[str]:
    """The permissions by which cases are seen: the rule of `kernel.case.queries.seen` (办件查看权限)."""
    return [cases.VIEW, *map(cases.view_permission, cases.processes_by_app())]


def case_reach(case: Case, definition: Definition | None) -> tuple[Reach, ...]:
    """Who sees a case, as `kernel.case.queries.seen` has it (办件可见范围)."""
    seen: list[Reach] = [(cases.VIEW, case.office_id)]
    if definition is not None:
        seen.append((cases.view_permission(definition.app), case.office_id))
    return tuple(seen)


def case_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Cases with a number (办件): number, title, applicant, project, what was declared in words."""
    rows = Case.objects.filter(number__isnull=False).select_related("applicant", "project")
    for window in in_windows(rows, _numbers(groups)):
        yield from map(_case_row, window)


def _case_row(case: Case) -> Row:
    definition = _definition(case)
    project = case.project.name if case.project else ""
    fields = [
        ("事项", definition.zh if definition else case.process),
        ("申请人", shown_name(case.applicant)),
        ("项目", project if project != case.title else ""),
        *_words(definition, case.facts),
    ]
    return Row(
        ref=str(case.pk),
        number=case.number or "",
        title=case.title or project or "（无标题）",
        url=case.get_absolute_url(),
        reach=case_reach(case, definition),
        fields=tuple((name, text) for name, text in fields if text and text != case.title),
        hidden=hidden_name(case.applicant),
        at=case.opened_at,
    )


def _definition(case: Case) -> Definition | None:
    try:
        return definitions.get(case.process, case.definition_version)
    except NotFound:
        return None


def _words(definition: Definition | None, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The declared facts that are words, personal ones left out (文字要素)."""
    for fact in definition.facts.values() if definition else ():
        if fact.personal or fact.type not in WORDY:
            continue
        value = look(facts, fact.name)
        if isinstance(value, str) and value:
            yield fact.zh, dict(fact.choices).get(value, value)
        elif isinstance(value, list):
            yield fact.zh, "；".join(_entry(one) for one in value)


def _entry(one: Any) -> str:
    return " ".join(str(value) for value in one.values()) if isinstance(one, dict) else str(one)


def shown_name(subject: Subject | None) -> str:
    """A name as it may be shown to officers; a person's is masked (显示姓名)."""
    if subject is None:
        return ""
    return masks.name(subject.name, "officer") if subject.kind == Subject.Kind.PERSON else subject.name


def hidden_name(subject: Subject | None) -> tuple[str, ...]:
    """The full name of a person, to be found and not to be shown (不显示的姓名)."""
    return (subject.name,) if subject is not None and subject.kind == Subject.Kind.PERSON else ()


# --- papers -------------------------------------------------------------------------------------------


def paper_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Papers issued in cases (文书): number, name, the case's title."""
    rows = Paper.objects.select_related("case", "case__applicant")
    if groups is None:
        windows = in_windows(rows, None)
    else:
        of_cases = Paper.objects.filter(case_id__in=_numbers(groups)).values_list("pk", flat=True)
        windows = in_windows(rows, list(of_cases))
    for window in windows:
        yield from map(_paper_row, window)


def _paper_row(paper: Paper) -> Row:
    case = paper.case
    return Row(
        ref=str(paper.pk),
        group=str(case.pk),
        number=paper.number,
        title=f"《{paper.doc}》",
        url=reverse("workbench:paper", args=[case.pk, paper.pk]),
        reach=case_reach(case, _definition(case)),
        fields=(("办件", f"{case} {case.title}"), ("当事人", shown_name(case.applicant))),
        at=paper.issued_at,
    )


# --- subjects -----------------------------------------------------------------------------------------


def subject_groups(entry: Entry) -> Iterable[str]:
    """Subjects by their number; a case that is opened or handed in touches its parties (涉及主体)."""
    if entry.object_type == "subject":
        return (entry.object_id,)
    return (f"case:{entry.case_id}",) if entry.verb.endswith((".open", ".submit")) else ()


def subject_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Enterprises, persons and projects (主体): seen with the right to see subjects, or through a case one sees."""
    rows = Subject.objects.filter(merged_into=None, is_sealed=False)
    for window in in_windows(rows, None if groups is None else _subject_ids(groups)):
        ids = [one.pk for one in window]
        reaches, numbers = _subject_reaches(ids), _subject_numbers(ids)
        for one in window:
            yield _subject_row(one, reaches[one.pk], numbers[one.pk])


def _subject_ids(groups: Collection[str]) -> list[int]:
    uids = [one for one in groups if not one.startswith("case:")]
    found = set(Subject.objects.filter(uid__in=uids).values_list("pk", flat=True))
    of_cases = [int(one[5:]) for one in groups if one.startswith("case:")]
    parties = Case.objects.filter(pk__in=of_cases).values_list("applicant_id", "project_id")
    return sorted(found | {pk for pair in parties for pk in pair if pk})


def _subject_reaches(ids: list[int]) -> dict[int, set[Reach]]:
    """Through which cases a subject is seen (经由办件可见)."""
    app_of = {process: app for app, names in cases.processes_by_app().items() for process in names}
    found: dict[int, set[Reach]] = defaultdict(set)
    wanted = set(ids)
    rows = Case.objects.filter(Q(applicant_id__in=ids) | Q(project_id__in=ids), number__isnull=False)
    for applicant, project, process, office in rows.values_list(
        "applicant_id", "project_id", "process", "office_id"
    ).distinct():
        reach: set[Reach] = {(cases.VIEW, office)}
        if process in app_of:
            reach.add((cases.view_permission(app_of[process]), office))
        for pk in {applicant, project} & wanted:
            found[pk] |= reach
    return found


def _subject_numbers(ids: list[int]) -> dict[int, list[str]]:
    """Numbers that are public; those of persons are not indexed (公开标识)."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Identifier.objects.filter(subject_id__in=ids, valid_to=None, derived=False)
    for pk, scheme, value in rows.values_list("subject_id", "scheme", "value"):
        if scheme != "name" and scheme not in PERSONAL:
            found[pk].append(value)
    return found


def _subject_row(one: Subject, seen: set[Reach], numbers: list[str]) -> Row:
    what = {"project": "project", "enterprise": "applicant", "person": "applicant"}[one.kind]
    query = urlencode({"scope": "all", what: one.pk})
    return Row(
        ref=str(one.pk),
        group=one.uid,
        number=numbers[0] if numbers and one.kind != Subject.Kind.PERSON else "",
        title=shown_name(one),
        url=f"{reverse('workbench:cases')}?{query}",
        reach=((SUBJECT, None), *sorted(seen, key=str)),
        fields=(("类别", one.get_kind_display()), ("标识", "、".join(numbers[1:]))),
        hidden=hidden_name(one),
        at=one.registered_at,
    )


# --- figures ------------------------------------------------------------------------------------------


def indicator_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Figures with their definitions (指标口径)."""
    for one in indicators.all_():
        if groups is None or one.code in groups:
            yield Row(
                ref=one.code,
                number=one.code,
                title=one.zh,
                url=reverse("screen:figure", args=[one.code]),
                reach=((SCREEN, None),),
                fields=(("口径", one.text_zh), ("责任处室", one.steward)),
            )


KINDS = (
    Searched("case", "办件", ("case.*",), case_rows, case_permissions, case_group),
    Searched("paper", "文书", ("case.*",), paper_rows, case_permissions, case_group),
    Searched(
        "subject", "企业和项目", ("subject.*", "case.*"), subject_rows,
        lambda: [SUBJECT, *case_permissions()], subject_groups,
    ),
    Searched("indicator", "指标口径", (), indicator_rows, lambda: [SCREEN], fixed=True),
)  # fmt: skip

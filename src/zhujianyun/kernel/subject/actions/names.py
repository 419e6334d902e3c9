"""Names in time (名称沿革): rebuilt from what the sources said, so that the order of telling does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from zhujianyun.base import clock, search
from zhujianyun.kernel.subject.models import NAME, Identifier, Subject
from zhujianyun.kernel.subject.owners import owner_of
from zhujianyun.kernel.subject.queries import statements_of
from zhujianyun.kernel.subject.survivorship import Statement, standing, survivor


def tokens_of(name: str) -> str:
    """The text under which a name is sought (检索词)."""
    return search.bigrams(name)


def rebuild_names(subjects: Iterable[Subject]) -> None:
    """Put the names of subjects and their intervals as the sources tell them now (重建名称沿革)."""
    for subject in subjects:
        said = statements_of(subject, NAME, family=False)
        spans = timeline(said, owner_of(subject.kind, NAME).owner)
        if spans:
            _write(subject, spans)


def timeline(said: list[Statement], owner: str) -> list[tuple[date, Statement]]:
    """From which day which name was believed; neighbours differ (名称时间线)."""
    spans: list[tuple[date, Statement]] = []
    for day in sorted({statement.valid_from for statement in said}):
        believed = survivor(standing(said, day, clock.now()), owner)
        if believed is not None and (not spans or spans[-1][1].value != believed.value):
            spans.append((day, believed))
    return spans


def _write(subject: Subject, spans: list[tuple[date, Statement]]) -> None:
    ends = [day for day, _ in spans[1:]]
    wanted = [(believed.value, day, end) for (day, believed), end in zip(spans, [*ends, None], strict=True)]
    rows = Identifier.objects.filter(subject=subject, scheme=NAME)
    if [(r.value, r.valid_from, r.valid_to) for r in rows.order_by("valid_from")] != wanted:
        source = {row.source.code: row.source for row in subject.values.select_related("source")}
        rows.delete()
        Identifier.objects.bulk_create(
            Identifier(
                subject=subject,
                scheme=NAME,
                value=value,
                tokens=tokens_of(value),
                valid_from=start,
                valid_to=end,
                source=source[believed.source],
            )
            for (value, start, end), (_, believed) in zip(wanted, spans, strict=True)
        )
    today = clock.today()
    present = [value for value, start, _ in wanted if start <= today] or [wanted[0][0]]
    if subject.name != present[-1]:
        subject.name = present[-1]
        subject.save(update_fields=["name"])

"""Keeping the index (索引维护): groups made anew, kinds built as a whole. Idempotent, both of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.search import normalise
from zhujianyun.kernel import journal
from zhujianyun.ui.search import registry, words
from zhujianyun.ui.search.models import SearchBuild, SearchEntry
from zhujianyun.ui.search.registry import Row, Searched

PORTION = 1_000  # rows written in one transaction of a rebuild
SHOWN = ("number", "title", "heading", "text", "url", "at", "group", "build")
Report = Callable[[str, int], None]


def refresh(one: Searched, groups: Collection[str]) -> int:
    """Make the rows of some groups anew (更新索引); how many. What a group gives no more, leaves."""
    groups = list(dict.fromkeys(groups))
    if not groups:
        return 0
    with transaction.atomic():
        rows = list(one.rows(groups))
        _write(one.kind, rows, build=0)
        kept = {row.ref for row in rows}
        gone = SearchEntry.objects.filter(kind=one.kind, group__in=groups).values_list("pk", "ref")
        _drop([pk for pk, ref in gone if ref not in kept])
    return len(rows)


def rebuild(kinds: Iterable[Searched] | None = None, report: Report | None = None) -> dict[str, int]:
    """Build kinds as a whole (重建索引): rows by kind. Searching goes on meanwhile; kill it and run it again.

    What the followers bring during the run is not lost: their places are set before it begins.
    """
    kinds = list(registry.all_() if kinds is None else kinds)
    journal.run_followers(only=[f"search.{one.kind}" for one in kinds])
    return {one.kind: _rebuild(one, report) for one in kinds}


def _rebuild(one: Searched, report: Report | None) -> int:
    build, count = int(clock.MachineClock().now().timestamp() * 1000), 0
    rows, more = one.rows(None), True
    while more:
        with transaction.atomic():  # read and written together: no follower comes between
            portion = list(islice(rows, PORTION))
            _write(one.kind, portion, build=build)
        count, more = count + len(portion), bool(portion)
        if report and portion:
            report(one.kind, count)
    _drop_older(one, build)
    SearchBuild.objects.update_or_create(kind=one.kind, defaults={"at": clock.now(), "rows": count})
    return count


def _drop_older(one: Searched, build: int) -> None:
    """What this build did not meet is gone, unless a follower has just written it (清除旧条目)."""
    older = SearchEntry.objects.filter(kind=one.kind, build__lt=build).exclude(build=0)
    _drop(list(older.values_list("pk", flat=True)))
    unsure = SearchEntry.objects.filter(kind=one.kind, build=0).values_list("group", flat=True)
    for groups in _portions(iter(sorted(set(unsure)))):
        refresh(one, groups)


def prepare() -> list[str]:
    """What the worker does at its start: fixed kinds anew, kinds never built as a job (启动准备)."""
    from zhujianyun.base import jobs
    from zhujianyun.ui.search.building import build_kind

    built = set(SearchBuild.objects.values_list("kind", flat=True))
    rebuild([one for one in registry.all_() if one.fixed])
    missing = [one.kind for one in registry.all_() if not one.fixed and one.kind not in built]
    for kind in missing:
        jobs.enqueue(build_kind, kind=kind)
    return missing


def _write(kind: str, rows: list[Row], *, build: int) -> None:
    """Rows in place of what stood under their refs; a ref given twice counts once."""
    unique = {row.ref: row for row in rows}
    entries = [_entry(kind, row, build) for row in unique.values()]
    if not entries:
        return
    written = SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["kind", "ref"], update_fields=SHOWN, batch_size=400
    )
    words.put(
        [
            words.Indexed(entry.pk, (row.number, row.title), _body(row), row.reach, kind)
            for entry, row in zip(written, unique.values(), strict=True)
        ]
    )


def _entry(kind: str, row: Row, build: int) -> SearchEntry:
    return SearchEntry(
        kind=kind,
        ref=row.ref,
        group=row.group or row.ref,
        number=row.number[:120],
        title=row.title[:300],
        heading=f"{normalise(row.number)}|{normalise(row.title)}"[:450],
        text="\n".join(f"{name}：{text}" for name, text in row.fields if text)[: words.LONGEST],
        url=row.url,
        at=row.at,
        build=build,
    )


def _body(row: Row) -> tuple[str, ...]:
    return (*(text for _, text in row.fields), *row.hidden)


def _drop(ids: list[int]) -> None:
    for portion in _portions(iter(ids)):
        with transaction.atomic():
            words.drop(portion)
            SearchEntry.objects.filter(pk__in=portion).delete()


def _portions(rows: Iterator) -> Iterator[list]:
    while portion := list(islice(rows, PORTION)):
        yield portion

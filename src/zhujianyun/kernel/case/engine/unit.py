"""The unit of work (工作单元): rows decided but not written yet, written in one transaction.

One act outside a batch is a unit of one, inside its own transaction. A batch keeps its folders
between flushes and is meant for one process playing alone, e.g. the demo year: another process that
changes the same cases meanwhile makes the flush fail with `Conflict`, never overwrite.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, cast

from django.db import IntegrityError, connection, models, transaction

from zhujianyun.base.errors import Conflict, NotFound
from zhujianyun.base.workdays import Almanac, Calendar
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import calendars
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.folder import Folder, load
from zhujianyun.kernel.case.engine.sequences import Sequences
from zhujianyun.kernel.case.models import (
    Case,
    ClockRun,
    Document,
    Draw,
    DrawEntry,
    Mark,
    Offered,
    Paper,
    Step,
    Task,
)
from zhujianyun.kernel.case.rows import Keys, insert_many, update_many

_active: ContextVar[Unit | None] = ContextVar("case_unit", default=None)

# Parents before children: the order of writing.
ORDER = (Case, Step, Mark, ClockRun, Task, Paper, Document, Draw, DrawEntry, Offered)
BLOCK = 500  # primary keys taken at a time in a batch


class Unit:
    """Rows to be written together, and what has been read for them (工作单元)."""

    def __init__(self, block: int = 1) -> None:
        self.folders: dict[int, Folder] = {}
        self.opened: dict[str, Case] = {}  # open_key → case
        self.unique: dict[tuple[str, str], Case] = {}  # (process, unique key) → case
        self.fresh: dict[type[models.Model], list[models.Model]] = {}
        self.changed: dict[type[models.Model], dict[int, models.Model]] = {}
        self._touched: list[tuple[type[models.Model], int]] = []  # in the order of the acts, for `rollback`
        self.others: list[models.Model] = []
        self.entries: list[journal.Entry] = []
        self.sequences = Sequences()
        self.keys = Keys(block)
        self.acts = 0
        self.tables: dict[tuple[str, date], dict[str, Any]] = {}
        self.offices: dict[int, tuple[str, str]] = {}
        self._almanac: Almanac | None = None

    # --- reading -----------------------------------------------------------------------------

    def folder(self, case: Case) -> Folder:
        """The folder of a case; outside a batch its row is locked until the end of the act.

        Raises:
            NotFound: the case is not in the database.
        """
        found = self.folders.get(case.pk)
        return found if found is not None else self.load([case.pk])[0]

    def load(self, ids: Iterable[int]) -> list[Folder]:
        """The folders of many cases at once (批量装载)."""
        ids = list(ids)
        missing = [pk for pk in ids if pk not in self.folders]
        if missing:
            rows = Case.objects.filter(pk__in=missing).select_related("applicant", "project")
            if connection.in_atomic_block and connection.features.has_select_for_update:
                rows = rows.select_for_update(of=("self",))
            for one in load(rows):
                one.case._was_version = one.case.version
                self.remember(one)
        try:
            return [self.folders[pk] for pk in ids]
        except KeyError as error:
            raise NotFound("没有这个办件，可能已被删除或编号有误。", rule="case.known") from error

    def remember(self, folder: Folder) -> None:
        """Keep a folder, to be found by its key and by its unique key."""
        case = folder.case
        self.folders[case.pk] = folder
        if case.open_key:
            self.opened[case.open_key] = case
        if case.unique_key and case.is_open:
            self.unique[case.process, case.unique_key] = case

    def forget(self, folder: Folder) -> None:
        """Let a folder go; it is read again when it is needed."""
        case = folder.case
        del self.folders[case.pk]
        self.opened.pop(case.open_key or "", None)
        if case.unique_key and self.unique.get((case.process, case.unique_key)) is case:
            del self.unique[case.process, case.unique_key]

    def calendar(self, layers: tuple[str, ...], day: date) -> Calendar:
        """The calendar as known on a day, without a query after the first."""
        if self._almanac is None:
            self._almanac = calendars.almanac()
        return self._almanac.calendar(layers, day)

    def forget_calendar(self) -> None:
        """A notice was announced: ask again."""
        self._almanac = None

    def table(self, name: str, day: date) -> dict[str, Any]:
        """The values of a dated table on a day, kept."""
        if (name, day) not in self.tables:
            self.tables[name, day] = registry.values(name, day)
        return self.tables[name, day]

    def office(self, office_id: int) -> tuple[str, str]:
        """Code and name of an office, kept."""
        if office_id not in self.offices:
            from zhujianyun.kernel.access.models import Office

            self.offices = {
                pk: (code, name) for pk, code, name in Office.objects.values_list("pk", "code", "name")
            }
        return self.offices[office_id]

    # --- keeping -----------------------------------------------------------------------------

    def add(self, row: models.Model) -> None:
        """A new row of the engine; it gets its primary key now."""
        if row.pk is None:
            row.pk = self.keys.take(type(row))
        self.fresh.setdefault(type(row), []).append(row)

    def touch(self, row: models.Model) -> None:
        """A row was changed: write it at the flush."""
        rows = self.changed.setdefault(type(row), {})
        if row.pk not in rows:
            self._touched.append((type(row), row.pk))
        rows[row.pk] = row

    def later(self, row: models.Model) -> None:
        """A row of somebody else that refers to ours: saved after ours."""
        self.others.append(row)

    def savepoint(self) -> tuple[Any, ...]:
        """Where the unit stands, for `rollback`."""
        return (
            {model: len(rows) for model, rows in self.fresh.items()},
            len(self._touched),
            len(self.entries),
            len(self.others),
            self.sequences.savepoint(),
        )

    def rollback(self, kept: tuple[Any, ...]) -> None:
        """Forget what was left here since."""
        lengths, touched, entries, others, sequences = kept
        for model, rows in self.fresh.items():
            del rows[lengths.get(model, 0) :]
        for model, pk in self._touched[touched:]:
            del self.changed[model][pk]
        del self._touched[touched:]
        del self.entries[entries:]
        del self.others[others:]
        self.sequences.rollback(sequences)

    # --- writing -----------------------------------------------------------------------------

    def flush(self) -> None:
        """Write everything in one transaction (落库).

        Raises:
            Conflict: a case was changed by somebody else since it was read.
        """
        if not (self.fresh or self.changed or self.entries or self.others):
            return
        try:
            with transaction.atomic():
                self._write_all()
        except IntegrityError as error:
            # Two opened the same project, or sent the same key, at the same moment.
            raise Conflict(
                "有人同时提交了同一事项，本次没有保存，请重新提交，系统会给出先提交的那一件。",
                rule="case.once_at_a_time",
                reason=str(error)[:200],
            ) from error
        self._settle()

    def _write_all(self) -> None:
        self.sequences.write()
        for model in ORDER:
            self._write(model)
        for row in self.others:
            row.save()
        journal.record_many(self.entries)

    def _write(self, model: type[models.Model]) -> None:
        fresh = self.fresh.get(model)
        if fresh:
            insert_many(model, fresh)
        known = {row.pk for row in fresh or ()}
        changed = [row for pk, row in self.changed.get(model, {}).items() if pk not in known]
        if changed and model is Case:
            self._write_cases(cast("list[Case]", changed))
        elif changed:
            update_many(model, changed)

    def _write_cases(self, cases: list[Case]) -> None:
        found = update_many(Case, cases, expect="version", fixed=("open_key", "opened_at", "opened_on"))
        if found != len(cases):
            raise Conflict(
                "办件已被他人办理，本次没有保存，请刷新后重试。",
                rule="case.version",
                cases=[case.number or case.pk for case in cases],
            )

    def _settle(self) -> None:
        written = [*self.fresh.get(Case, ()), *self.changed.get(Case, {}).values()]
        for case in cast("list[Case]", written):
            case._was_version = case.version
        self.fresh, self.changed, self._touched = {}, {}, []
        self.entries, self.others, self.acts = [], [], 0
        self.sequences.settle()


class Batch(Unit):
    """A unit that many acts share (批量办理)."""

    def __init__(self, size: int) -> None:
        super().__init__(BLOCK)
        self.size = size

    def flush(self) -> None:
        """Write, then let go of the cases that are done."""
        super().flush()
        for folder in [one for one in self.folders.values() if not one.case.is_open]:
            self.forget(folder)


def active() -> Unit | None:
    """The batch in use, if any (当前批量)."""
    return _active.get()


@contextmanager
def batch(size: int = 2000) -> Iterator[Batch]:
    """Within the block acts are written together, ``size`` at a time (批量办理).

    On an exception what was not flushed yet is dropped: rows in the database always stand for whole
    acts. ``batch.flush()`` writes at once, e.g. at the end of a day of the demo year.
    """
    if _active.get() is not None:
        raise RuntimeError("a batch is already open in this thread")
    unit = Batch(size)
    token = _active.set(unit)
    try:
        yield unit
        unit.flush()
    finally:
        _active.reset(token)


@contextmanager
def working() -> Iterator[Unit]:
    """The unit that an act works in: the batch in use, or one of its own (取得工作单元)."""
    unit = _active.get()
    if unit is not None:
        yield unit
        unit.acts += 1
        if isinstance(unit, Batch) and unit.acts >= unit.size:
            unit.flush()
        return
    with transaction.atomic():
        unit = Unit()
        yield unit
        unit.flush()


def reading() -> Unit:
    """A unit to ask, not to act in: no transaction, no lock (只读取用)."""
    return _active.get() or Unit()


def keep(row: models.Model) -> None:
    """Save a row that refers to a case: now, or with the batch (随办件保存).

    An app's own rows go through here, so that in a batch they are written after the case they name.
    """
    unit = _active.get()
    if unit is None:
        row.save()
    else:
        unit.later(row)

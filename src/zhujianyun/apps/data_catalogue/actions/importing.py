"""Importing entries from a workbook (导入目录): first what every row would do, then, when confirmed, all at once.

An import never publishes: each row becomes a draft of its own case and is handed in for review.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_catalogue.actions import editing
from zhujianyun.apps.data_catalogue.models import CatalogueImport, CatalogueImportRow
from zhujianyun.apps.data_catalogue.queries import EDIT, classes
from zhujianyun.apps.data_catalogue.rules import diff
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.actions.editions import problems
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Edition, Resource

Effect = CatalogueImportRow.Effect


@dataclass(slots=True)
class Read:
    """A row that was read (读出的一行): metadata, items, and what is wrong so far."""

    number: int
    code: str
    title: str
    provider: str
    values: dict[str, Any]
    items: list[dict[str, Any]]
    faults: list[dict[str, str]] = field(default_factory=list)


@transaction.atomic
def check(file: StoredFile, rows: Iterable[Read], *, by: Actor) -> CatalogueImport:
    """Say what every row would do; nothing of the catalogue is touched (逐行检查).

    Raises:
        NotAllowed: without "data_catalogue.edit" anywhere.
    """
    access.require(by, EDIT)
    run = CatalogueImport.objects.create(file=file, by=Account.objects.get(pk=by.account_id or 0))
    offices = {office.name: office for office in Office.objects.all()}
    known = {one.code: one for one in Resource.objects.select_related("provider")}
    made = [_judged(run, row, offices, known, by) for row in rows]
    CatalogueImportRow.objects.bulk_create(made)
    counts = {effect: sum(one.effect == effect for one in made) for effect in Effect}
    run.added, run.changed = counts[Effect.ADD], counts[Effect.CHANGE]
    run.unchanged, run.faulty = counts[Effect.SAME], counts[Effect.FAULTY]
    run.save()
    facts = {"file": file.name, "sha256": file.sha256, "rows": len(made)}
    journal.record("data_catalogue.import_check", actor=by.key, object=("import", str(run.pk)), facts=facts)
    return run


@transaction.atomic
def refuse(file: StoredFile, problem: str, *, by: Actor) -> CatalogueImport:
    """The file as a whole cannot be read (整表未通过)."""
    access.require(by, EDIT)
    return CatalogueImport.objects.create(
        file=file, by=Account.objects.get(pk=by.account_id or 0), state=CatalogueImport.State.REFUSED,
        faults=[problem], ended_at=clock.now(),
    )  # fmt: skip


def _judged(
    run: CatalogueImport, row: Read, offices: dict[str, Office], known: dict[str, Resource], by: Actor
) -> CatalogueImportRow:
    entry = known.get(row.code) if row.code else None
    faults = list(row.faults)
    for column, problem in _problems(row, offices.get(row.provider), entry, by):
        faults.append({"column": column, "problem": problem})
    told = [] if faults or entry is None else _changes(entry, row)
    effect = (
        Effect.FAULTY if faults else Effect.ADD if entry is None else Effect.CHANGE if told else Effect.SAME
    )
    values = {"values": row.values, "items": row.items, "provider": row.provider}
    return CatalogueImportRow(
        run=run, sheet="目录", number=row.number, effect=effect, code=row.code[:60], title=row.title[:120],
        values=values, faults=faults,
        changes=[{"column": one.what, "before": one.before, "after": one.after} for one in told],
    )  # fmt: skip


def _problems(
    row: Read, office: Office | None, entry: Resource | None, by: Actor
) -> Iterable[tuple[str, str]]:
    if row.faults:
        return
    if office is None:
        yield "提供方", f"没有名为“{row.provider[:40]}”的单位"
    elif not access.allows(by, EDIT, office):
        yield "提供方", "您不能编制该单位的目录"
    if not classes.code_of(row.values["class_path"], clock.today()):
        yield "分类", f"分类清单中没有“{row.values['class_path'][:60]}”"
    if row.code and entry is None:
        yield "资源代码", "没有这个代码的目录；新编目录请留空，由系统编号"
    if entry is not None:
        if entry.state != Resource.State.PUBLISHED:
            yield "资源代码", f"该目录现为“{entry.get_state_display()}”，不能修订"
        if entry.provider.name != row.provider:
            yield "提供方", f"与目录现有提供方“{entry.provider.name}”不一致"
    draft = resources.Draft(
        title=row.title, items=tuple(Item.of(item) for item in row.items),
        **{**row.values, "related": tuple(row.values["related"])},
    )  # fmt: skip
    yield from (("内容", problem) for problem in problems(draft))


def _changes(entry: Resource, row: Read) -> list[diff.Change]:
    edition = Edition.objects.get(resource=entry, number=entry.edition)
    before = {"title": edition.title, "items": edition.items, **editing.content_of(edition)}
    extras = {**edition.extras, **row.values["extras"]}
    items = [asdict(Item.of(item)) for item in row.items]
    return diff.changes(before, {**row.values, "extras": extras, "title": row.title, "items": items})


@transaction.atomic
def write(run: CatalogueImport, *, by: Actor) -> CatalogueImport:
    """Make a draft of every sound row and hand it in for review, all or nothing (确认写入).

    Raises:
        Conflict: it was written before, or given up.
        NotAllowed, RuleBroken: as editing does: what others did in between is said, not overwritten.
    """
    held = CatalogueImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state != CatalogueImport.State.CHECKED:
        raise Conflict("该批次已处理过，请刷新页面。", rule="data_catalogue.import_once")
    for row in held.rows.filter(effect__in=[Effect.ADD, Effect.CHANGE]):
        _write_row(row, by)
    held.state, held.ended_at = CatalogueImport.State.DONE, clock.now()
    held.save(update_fields=["state", "ended_at"])
    facts = {"added": held.added, "changed": held.changed}
    journal.record("data_catalogue.import_write", actor=by.key, object=("import", str(run.pk)), facts=facts)
    return held


def _write_row(row: CatalogueImportRow, by: Actor) -> None:
    values, items = row.values["values"], row.values["items"]
    if row.effect == Effect.ADD:
        office = Office.objects.get(name=row.values["provider"])
        class_code = classes.code_of(values["class_path"], clock.today())
        draft = editing.start_new(class_code, row.title, office, by=by, content=values, items=items)
    else:
        entry = Resource.objects.select_related("provider", "system").get(code=row.code)
        draft = editing.start_revision(entry, by=by)
        if draft.version > 1 or draft.case.state != "draft":
            raise RuleBroken(
                f"目录 {row.code} 正在修订，请先完成或放弃修订。", rule="data_catalogue.one_at_a_time"
            )
        content = {**values, "extras": {**draft.content.get("extras", {}), **values["extras"]}}
        draft = editing.save(
            draft,
            title=row.title,
            content=content,
            items=items,
            by=by,
            expected=draft.version,
            reason="批量导入",
        )
    editing.submit(draft, by=by)


@transaction.atomic
def give_up(run: CatalogueImport, *, by: Actor) -> CatalogueImport:
    """Let an import be (放弃导入).

    Raises:
        Conflict: it was written before, or given up.
    """
    held = CatalogueImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if held.state != CatalogueImport.State.CHECKED:
        raise Conflict("该批次已处理过，请刷新页面。", rule="data_catalogue.import_once")
    held.state, held.ended_at = CatalogueImport.State.CANCELLED, clock.now()
    held.save(update_fields=["state", "ended_at"])
    journal.record("data_catalogue.import_give_up", actor=by.key, object=("import", str(run.pk)))
    return held

"""Importing systems from a sheet (导入): first what every row would do, then, when confirmed, all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from zhujianyun.apps.asset_inventory.actions.entering import change_system, changes_of, enter_system, vendor
from zhujianyun.apps.asset_inventory.models import ImportRow, ImportRun, SystemRecord
from zhujianyun.apps.asset_inventory.queries import EDIT
from zhujianyun.apps.asset_inventory.queries.records import LIVE, name_key
from zhujianyun.apps.asset_inventory.rules.sheet import Fault, double_rows
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, PlatformError, RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.system.models import BusinessSystem

KIND_ZH = {"add": "新增", "change": "更新", "same": "无变化", "faulty": "有错"}


@dataclass(slots=True)
class Read:
    """A row that was read (读出的一行): values with offices, networks and clouds in place of names."""

    number: int
    given: dict[str, str]
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)


@transaction.atomic
def begin_import(file: StoredFile, *, by: Actor) -> ImportRun:
    """Take a file for an import; nothing of the inventory is touched (开始导入).

    Raises:
        NotAllowed: without "asset_inventory.edit" anywhere.
    """
    access.require(by, EDIT)
    account = Account.objects.get(pk=by.account_id or 0)
    run = ImportRun.objects.create(file=file, by=account)
    facts = {"file": file.name, "sha256": file.sha256}
    journal.record("asset_inventory.import_begin", actor=by.key, object=("import", str(run.pk)), facts=facts)
    return run


@transaction.atomic
def refuse(run: ImportRun, faults: Iterable[Fault | str]) -> ImportRun:
    """The sheet as a whole cannot be read (整表未通过)."""
    run.faults = [
        fault.as_dict() if isinstance(fault, Fault) else Fault("", "", fault, "").as_dict()
        for fault in faults
    ]
    run.state, run.ended_at = ImportRun.State.REFUSED, clock.now()
    run.save()
    return run


@transaction.atomic
def check(run: ImportRun, rows: list[Read], *, by: Actor) -> ImportRun:
    """Say what every row would do: add, change, nothing, or what is wrong with it (逐行检查).

    Checked again at the writing: what others did in between is a conflict, not a surprise.
    """
    known = _records(row.values.get("code", "") for row in rows)
    _note_doubles(rows, known)
    made = [_judged(run, row, known.get(row.values.get("code", "")), by) for row in rows]
    ImportRow.objects.filter(run=run).delete()
    ImportRow.objects.bulk_create(made, batch_size=500)
    counts = {kind: sum(row.effect == kind for row in made) for kind in KIND_ZH}
    run.total, run.added, run.changed = len(made), counts["add"], counts["change"]
    run.unchanged, run.faulty = counts["same"], counts["faulty"]
    run.state = ImportRun.State.CHECKED
    run.save()
    return run


def _records(codes: Iterable[str]) -> dict[str, SystemRecord]:
    rows = SystemRecord.objects.select_related(
        "system__owner", "system__network", "system__cloud", "system__successor", "vendor"
    )
    return {row.system.code: row for row in rows.filter(system__code__in=[code for code in codes if code])}


def _note_doubles(rows: list[Read], known: Mapping[str, SystemRecord]) -> None:
    """A code or a name twice in the file; a name that another live system has."""
    codes = [(row.number, str(row.values.get("code", ""))) for row in rows]
    names = [(row.number, name_key(str(row.values.get("name", "")))) for row in rows]
    doubled = double_rows(codes, names)
    live = BusinessSystem.objects.filter(state__in=LIVE).values_list("code", "name")
    holders = {name_key(name): code for code, name in live}
    for row in rows:
        row.faults += doubled.get(row.number, [])
        holder = holders.get(name_key(str(row.values.get("name", ""))))
        if holder and holder != row.values.get("code") and "name" in row.values:
            row.faults.append(
                Fault(
                    "系统名称", str(row.values["name"])[:60], f"与台账中的 {holder} 同名",
                    f"若是同一系统，请把代码改为 {holder}；否则请改名。",
                )
            )  # fmt: skip


def _judged(run: ImportRun, row: Read, record: SystemRecord | None, by: Actor) -> ImportRow:
    made = ImportRow(run=run, number=row.number, code=str(row.values.get("code", ""))[:60], given=row.given)
    if not row.faults:
        row.faults += _allowed(row, record, by)
    if row.faults:
        made.effect = ImportRow.Effect.FAULTY
        made.faults = [fault.as_dict() for fault in row.faults]
    elif record is None:
        made.effect = ImportRow.Effect.ADD
    else:
        told = changes_of(record, _told(record, row.values))
        made.effect = ImportRow.Effect.CHANGE if told else ImportRow.Effect.SAME
        made.changes = [{"column": key, "before": a, "after": b} for key, (a, b) in told.items()]
    return made


def _allowed(row: Read, record: SystemRecord | None, by: Actor) -> list[Fault]:
    owners = [row.values["owner"], *([record.system.owner] if record else [])]
    if not all(access.allows(by, EDIT, owner) for owner in owners):
        return [
            Fault(
                "责任单位", str(row.values["owner"]), "您不能登记该单位的系统", "请由该单位或信息中心导入。"
            )
        ]
    if record is not None and not record.system.is_live:
        state = record.system.get_state_display()
        return [
            Fault(
                "系统代码", record.system.code, f"该系统{state}", "已停用、合并的系统不能更新，请换一个代码。"
            )
        ]
    return []


def _told(record: SystemRecord, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without the code; the vendor by its name, so that looking creates nothing."""
    told = {key: value for key, value in values.items() if key != "code"}
    if "vendor" in told and record.vendor is not None and record.vendor.name == told["vendor"]:
        told["vendor"] = record.vendor
    return told


@transaction.atomic
def write(run: ImportRun, rows: list[Read], *, by: Actor) -> ImportRun:
    """Write what was shown and confirmed, all or nothing (确认写入).

    Raises:
        NotAllowed: somebody else's import, or without "asset_inventory.edit".
        Conflict: it was written before, or given up.
        RuleBroken: a row that no longer goes in; names it.
    """
    access.require(by, EDIT)
    taken = ImportRun.objects.filter(pk=run.pk, state__in=("checked", "writing"), by=by.account_id)
    if not taken.update(state=ImportRun.State.DONE, ended_at=clock.now()):
        raise Conflict("该批次已写入或已放弃，请刷新页面。", rule="asset_inventory.import_once")
    wanted = {r.number: r for r in run.rows.filter(effect__in=("add", "change"))}
    known = _records(row.values.get("code", "") for row in rows)
    for row in rows:
        if row.number in wanted:
            _write(row, known.get(row.values["code"]), wanted[row.number], by)
    facts = {"added": run.added, "changed": run.changed, "left_out": run.faulty}
    journal.record("asset_inventory.import", actor=by.key, object=("import", str(run.pk)), facts=facts)
    run.refresh_from_db()
    return run


def _write(row: Read, record: SystemRecord | None, shown: ImportRow, by: Actor) -> None:
    values = {key: value for key, value in row.values.items() if key != "code"}
    if "vendor" in values:
        values["vendor"] = vendor(values["vendor"])
    try:
        if shown.effect == ImportRow.Effect.ADD:
            name, owner = values.pop("name"), values.pop("owner")
            enter_system(row.values["code"], name, owner, values, by=by)
        elif record is not None:
            change_system(
                record, values, by=by, expected_version=record.version, reason=f"导入第 {row.number} 行"
            )
    except PlatformError as error:
        raise RuleBroken(
            f"第 {row.number} 行写入失败：{error.message_zh}本次导入没有写入任何内容。", rule="asset_inventory.import_row",
            row=row.number,
        ) from error  # fmt: skip


@transaction.atomic
def give_up(run: ImportRun, *, by: Actor) -> ImportRun:
    """Let an import be (放弃导入).

    Raises:
        Conflict: it is over already, or somebody else's.
    """
    rows = ImportRun.objects.filter(pk=run.pk, by=by.account_id, state__in=("reading", "checked"))
    if not rows.update(state=ImportRun.State.CANCELLED, ended_at=clock.now()):
        raise Conflict("该批次已结束，请刷新页面。", rule="asset_inventory.import_over")
    journal.record("asset_inventory.import_give_up", actor=by.key, object=("import", str(run.pk)))
    run.refresh_from_db()
    return run

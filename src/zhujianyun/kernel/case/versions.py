"""Versions of a process and the cases on them (流程版本).

A case ends on the version it began with. Moving cases is an explicit act with a dry run; a new
version that drops a state in which cases still stand may not be activated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.noting import note_step
from zhujianyun.kernel.case.engine.planning import environment, timer_of
from zhujianyun.kernel.case.engine.unit import Unit, working
from zhujianyun.kernel.case.models import Case

MIGRATE = "case.migrate"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What a migration would do or did (迁移报告)."""

    process: str
    from_version: str
    to_version: str
    moves: dict[str, int]  # "old → new" → cases
    unmappable: tuple[tuple[str, str], ...]  # (case, state)
    moved: int = 0

    @property
    def is_possible(self) -> bool:
        """Whether every case has a place in the new version."""
        return not self.unmappable


def migrate_cases(
    process: str,
    from_version: str,
    to_version: str,
    *,
    by: Actor | None = None,
    reason: str = "",
    dry_run: bool = True,
) -> MigrationReport:
    """Move the cases that have not ended to another version (迁移办件); a dry run unless told otherwise.

    Raises:
        RuleBroken: not a dry run, and a case has no place in the new version, or no reason is given.
        NotAllowed: without the permission to migrate.
    """
    old, new = registry.get(process, from_version), registry.get(process, to_version)
    rows = list(
        Case.objects.filter(process=process, definition_version=old.version, ended=False)
        .order_by("id")
        .values_list("id", "number", "state")
    )
    unmappable = [
        (number or f"draft-{pk}", state)
        for pk, number, state in rows
        if not _is_mappable(old, new, pk, state)
    ]
    moves = Counter(f"{s} → {target(new, old.version, s) or '?'}" for _, _, s in rows)
    report = MigrationReport(process, old.version, new.version, dict(moves), tuple(unmappable))
    if dry_run:
        return report
    _may_migrate(report, by, reason)
    for place in range(0, len(rows), CHUNK):
        with working() as unit:
            for folder in unit.load([pk for pk, _, _ in rows[place : place + CHUNK]]):
                _move(unit, folder, new, by or access.SYSTEM, reason)
    return MigrationReport(process, old.version, new.version, dict(moves), (), len(rows))


def target(new: Definition, from_version: str, state: str) -> str | None:
    """Where a state of an old version leads in the new one, or None (对应环节)."""
    found = new.migrate.get(from_version, {}).get(state, state)
    return found if found in new.states else None


def check_activation(new: Definition) -> None:
    """Refuse a version that drops a state in which cases still stand (核查启用).

    Raises:
        RuleBroken: naming the states and how many cases stand in each.
    """
    live = Counter(
        (version, state)
        for version, state in Case.objects.filter(process=new.process, ended=False).values_list(
            "definition_version", "state"
        )
    )
    dropped = {
        f"{version} 版“{_zh(new, version, state)}”": count
        for (version, state), count in sorted(live.items())
        if target(new, version, state) is None
    }
    if dropped:
        said = "、".join(f"{name} {count} 件" for name, count in dropped.items())
        raise RuleBroken(
            f"《{new.zh}》{new.version} 版去掉了仍有在办件的环节（{said}），不能启用；请保留该环节，或在 migrate 中写明去向。",
            rule="case.version.live_state",
            dropped=dropped,
        )


def check_all() -> None:
    """Every registered version against the cases at hand (核查全部版本), for the start-up checks.

    Raises:
        RuleBroken: as `check_activation`, or cases stand on a version that nobody registered.
    """
    pairs = (
        Case.objects.filter(ended=False).values_list("process", "definition_version").distinct().order_by()
    )
    for process, version in pairs:
        known = (
            {one.version for one in registry.versions(process)} if process in registry.processes() else set()
        )
        if version not in known:
            raise RuleBroken(
                f"有在办件使用流程 {process} 的 {version} 版，但没有应用提供它，请装回该版本。",
                rule="case.version.known", process=process, version=version,
            )  # fmt: skip
        check_activation(registry.versions(process)[-1])


def _zh(new: Definition, version: str, state: str) -> str:
    for definition in registry.versions(new.process) if new.process in registry.processes() else ():
        if definition.version == version and state in definition.states:
            return definition.states[state].zh
    return state


def _is_mappable(old: Definition, new: Definition, case_id: int, state: str) -> bool:
    if target(new, old.version, state) is None:
        return False
    running = Case.objects.get(pk=case_id).clocks.filter(stopped_on=None).values_list("deadline", flat=True)
    return set(running) <= set(new.deadlines)


def _may_migrate(report: MigrationReport, by: Actor | None, reason: str) -> None:
    if by is not None:
        access.require(by, MIGRATE)
    if not reason.strip():
        raise RuleBroken("迁移流程版本必须写明理由。", rule="case.migrate")
    if report.unmappable:
        raise RuleBroken(
            f"{len(report.unmappable)} 件在新版中没有对应环节或时限，不能迁移："
            f"{'、'.join(number for number, _ in report.unmappable[:5])}。",
            rule="case.migrate", unmappable=report.unmappable,
        )  # fmt: skip


def _move(unit: Unit, folder: Folder, new: Definition, by: Actor, reason: str) -> None:
    case, before = folder.case, folder.case.state
    old_version = case.definition_version
    state = target(new, old_version, before)
    assert state is not None
    case.definition_version, case.state = new.version, state
    folder.definition = new
    case.settled, case.ended = state in new.settled, state in new.end
    timer = timer_of(
        unit, folder, folder.state, case.state_since, environment(unit, folder, case.state_since), ""
    )
    case.timer_on, case.timer_action = timer or (None, "")
    told = {"from_version": old_version, "to_version": new.version}
    note_step(
        unit, folder, "migrate", by=by, key=f"migrate:{old_version}:{new.version}", reason=reason, facts=told,
        before=before,
    )  # fmt: skip

"""The tasks of a case as a desk shows them (任务台): one specialty, what it found, who may do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.definition.model import Definition, Parallel
from zhujianyun.kernel.case.models import Case, Document, Task
from zhujianyun.kernel.case.tasks import Candidate

SEVERITIES = ("强条", "一般", "建议")
BLANK_ROWS = 3


@dataclass(slots=True)
class Row:
    """One opinion as it is being written (意见行)."""

    values: dict[str, str] = field(default_factory=dict)

    def cells(self, fields: Iterable[str]) -> list[tuple[str, str, str]]:
        """Name, label and value of each field that the definition asks for."""
        return [(name, tasks.ENTRY_FIELDS_ZH.get(name, name), self.values.get(name, "")) for name in fields]


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to whom a task may be given, or why not (候选人)."""

    account: Account
    why_not: str
    open_tasks: int


def parallel_of(definition: Definition | None, case: Case) -> Parallel:
    """The parallel work of the present state (并行任务定义).

    Raises:
        NotFound: the case has none now.
    """
    state = definition.states.get(case.state) if definition else None
    if state is None or state.parallel is None:
        raise NotFound("这个办件现在没有并行任务，可能已汇合或已退回。请回到办理页查看。", rule="case.task")
    return state.parallel


def choices(case: Case, definition: Definition, task: Task) -> list[Choice]:
    """Everybody who holds the role here, who may take it first (候选人)."""
    code = f"{definition.app}.{task.role}"
    found = people.holders_of([code], case.office_id).get(code, [])
    given = [Candidate(_as_actor(one, code, case.office_id)) for one in found]
    reasons = tasks.why_nots(case, task.part, given)
    busy = _busy(found)
    made = [
        Choice(one, reasons.get(one.key, ""), busy.get(one.pk, 0))
        for one in found
        if one.pk != task.assignee_id
    ]
    return sorted(made, key=lambda one: (bool(one.why_not), one.open_tasks, one.account.pk))


def rows_of(data: Mapping[str, Any], fields: Iterable[str]) -> list[dict[str, str]]:
    """The opinions that were written, empty lines left out (填写的意见)."""
    columns = {name: data.getlist(f"entry_{name}") for name in fields} if hasattr(data, "getlist") else {}
    longest = max((len(one) for one in columns.values()), default=0)
    found = []
    for n in range(longest):
        row = {name: column[n].strip() if n < len(column) else "" for name, column in columns.items()}
        if any(value for name, value in row.items() if name != "severity"):
            found.append(row)
    return found


def documents_of(documents: Iterable[Document], part: str) -> list[Document]:
    """What was handed in for a specialty, and for all of them (本专业材料)."""
    return [one for one in documents if one.part in ("", part)]


def _as_actor(account: Account, code: str, office_id: int) -> Actor:
    return Actor(
        key=account.key,
        name_zh=account.name_zh,
        kind="account",
        account_id=account.pk,
        roles=frozenset({(code, office_id)}),
    )


def _busy(found: list[Account]) -> dict[int, int]:
    from django.db.models import Count

    rows = Task.objects.filter(assignee__in=found, state=Task.State.OPEN).values("assignee_id")
    return {row["assignee_id"]: row["n"] for row in rows.annotate(n=Count("pk")).order_by()}

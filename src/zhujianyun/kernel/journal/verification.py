"""Verification (核验): walks all sealed records and names the first bad one.

Found without help: an edit of any column, a deletion, an insertion, a new order, a cut tail while a
checkpoint or the sealer's place still remembers it. A tail cut off together with seals, checkpoints
and the sealer's place shows only against checkpoints kept outside; without them the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from zhujianyun.kernel.journal import marks as witness
from zhujianyun.kernel.journal.marks import Mark
from zhujianyun.kernel.journal.models import Entry, LogState
from zhujianyun.kernel.journal.sealing import unsealed
from zhujianyun.kernel.journal.walk import Fault, Walk


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification (核验报告)."""

    ok: bool
    entries: int  # sealed records found good
    first_bad: Fault | None
    reason_zh: str
    tail_judged: bool
    judged_until: int  # records below this place are vouched for by a checkpoint from outside
    checkpoints: int
    unsealed: int
    notices_zh: tuple[str, ...]


def verify(external: str | Path | None = None) -> Report:
    """Check every sealed record, seal and checkpoint (核验留痕).

    ``external`` is a checkpoints file kept on another host; only with it is the tail judged.

    Raises:
        NotFound: when the external file does not exist.
    """
    outside = witness.outside(Path(external)) if external is not None else []
    marks = witness.inside() + outside  # before the records: no checkpoint may be younger than the walk
    states = list(LogState.objects.order_by("pk"))
    state, end = _present(states)
    walk = Walk(state, marks)
    fault = _states_fault(states, end) or walk.run(end) or _inserted(state)
    return _report(walk, fault, [mark for mark in outside if not mark.problem_zh])


def _present(states: list[LogState]) -> tuple[LogState, int]:
    """The sealer's place and the end of the seals, from one instant."""
    if not states:
        return LogState(alg="sha256", last_leaf="00" * 32), _end_of_seals()
    sql = (
        "SELECT size, peaks, last_leaf, low_water, (SELECT max(seq) FROM journal_seal) FROM journal_logstate"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE id = %s", [states[0].pk])
        row = cursor.fetchone()
    state = states[0]
    state.size, state.peaks, state.last_leaf, state.low_water = row[:4]
    return state, 0 if row[4] is None else row[4] + 1


def _end_of_seals() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(seq) FROM journal_seal")
        last = cursor.fetchone()[0]
    return 0 if last is None else last + 1


def _states_fault(states: list[LogState], end: int) -> Fault | None:
    if len(states) > 1:
        return Fault("state", None, None, f"封存进度有 {len(states)} 行，应只有一行。")
    if not states and end:
        return Fault("state", None, None, "封存进度被删除，记录却已封存。")
    if states and states[0].alg not in ("sha256", "sm3"):
        return Fault("state", None, None, "封存进度中的杂凑算法被改动。")
    return None


def _inserted(state: LogState) -> Fault | None:
    """An entry below the mark under which everything is sealed: somebody put it there by hand."""
    sneaked = (
        Entry.objects.filter(id__lte=state.low_water, seal__isnull=True).order_by("id").values_list("id")
    )
    first = sneaked.first()
    if first is None:
        return None
    return Fault(
        "entry", None, first[0], f"记录 {first[0]} 是事后插入数据库的：其编号早已封存完毕，它却没有封存。"
    )


def _report(walk: Walk, fault: Fault | None, outside: list[Mark]) -> Report:
    until = min(max((mark.size for mark in outside), default=0), walk.count)
    judged = bool(outside)
    return Report(
        ok=fault is None,
        entries=walk.count,
        first_bad=fault,
        reason_zh=_sentence(walk, fault, judged, until),
        tail_judged=judged,
        judged_until=until,
        checkpoints=walk.checkpoints,
        unsealed=unsealed(),
        notices_zh=walk.said,
    )


def _sentence(walk: Walk, fault: Fault | None, judged: bool, until: int) -> str:
    tail = (
        f"外部检查点证明至第 {until} 条没有被截断。"
        if judged
        else "未提供库外检查点，末尾是否被截断无从判断（尾部未核验）。"
    )
    if fault is not None:
        return f"核验不通过：{fault.text_zh}" + ("" if judged else tail)
    return f"已封存的 {walk.count} 条记录链条完整，{walk.checkpoints} 个检查点相符。{tail}"

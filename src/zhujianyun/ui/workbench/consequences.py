"""What an action leads to, point by point (办理后果): state, marks, clocks, paper, who is told, what else."""

from __future__ import annotations

from zhujianyun.kernel.case.definition.model import NATIONAL_STATES, Action, Deadline, Definition
from zhujianyun.kernel.case.engine.offering import told_zh
from zhujianyun.kernel.case.models import Case

EFFECTS_ZH = {
    "licence.issue": "发放", "licence.suspend": "暂停证照效力", "licence.revoke": "撤销证照",
    "stop_use.order": "责令停止使用", "stop_use.lift": "解除停止使用",
}  # fmt: skip


def of(definition: Definition, case: Case, action: Action) -> list[tuple[str, list[str]]]:
    """Each kind of consequence with what it touches; kinds without any are left out (后果清单)."""
    found = [
        ("环节", [_state(definition, case, action)]),
        ("开始计时", [_with_days(one) for one in _clocks(definition) if one.start_mark in action.mark]),
        ("停止计时", [one.zh for one in _clocks(definition) if set(one.stop) & set(action.mark)]),
        ("中止计时", _paused(definition, case, action)),
        ("签发文书", [f"《{action.doc}》"] if action.doc else []),
        ("告知", [told_zh(definition, one) for one in action.notify]),
        ("同时", [_effect(definition, one) for one in action.effect]),
        (
            "国家环节",
            [f"{action.nat} {NATIONAL_STATES[action.nat]}"] if action.nat in NATIONAL_STATES else [],
        ),
    ]
    if action.round_next:
        found.append(("轮次", [f"进入第 {case.round + 1} 轮"]))
    if action.once:
        found.append(("提醒", ["本动作只能办理一次"]))
    if action.to in definition.end:
        found.append(("提醒", ["办件就此终结，此后不能再办理"]))
    return [(name, said) for name, said in found if said]


def _state(definition: Definition, case: Case, action: Action) -> str:
    if action.to == case.state:
        return f"仍为“{definition.states[case.state].zh}”"
    end = "（办结）" if action.to in definition.settled else ""
    return f"{definition.states[case.state].zh} → {definition.states[action.to].zh}{end}"


def _clocks(definition: Definition) -> list[Deadline]:
    return list(definition.deadlines.values())


def _with_days(deadline: Deadline) -> str:
    """A limit written as a number is told; one that is worked out is told once it runs."""
    unit = "日" if deadline.unit == "day" else "个工作日"
    return (
        f"{deadline.zh}（{deadline.days.source} {unit}）" if deadline.days.source.isdigit() else deadline.zh
    )


def _paused(definition: Definition, case: Case, action: Action) -> list[str]:
    if action.to == case.state:
        return []
    return [
        f"{one.zh}（{pause.type}，须经{definition.roles[pause.approver].zh}批准）"
        for one in _clocks(definition)
        for pause in one.pauses
        if pause.state == action.to
    ]


def _effect(definition: Definition, effect: str) -> str:
    from zhujianyun.ui.workbench.shown import process_zh

    name, _, what = effect.partition(":")
    if name in ("case.start", "case.offer"):
        return f"另立《{process_zh(what)}》办件"
    said = EFFECTS_ZH.get(name, name)
    return f"{said}《{what}》" if what else said

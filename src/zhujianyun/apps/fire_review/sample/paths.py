"""How one case runs (办件走法): from the choices of the plan to acts on days, still without a database.

A beat is one act on a day index; instants are set when all beats of a case are known. What lies
past the last working day of the year is never played: that case is open at year's end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from zhujianyun.apps.fire_review.sample.year import Year

FINDINGS = (
    "GB 50016-2014 5.5.8 公共建筑安全出口数量不足",
    "GB 50016-2014 5.5.17 房间疏散门至安全出口的直线距离超出规定",
    "GB 50016-2014 6.2.9 电缆井、管道井在楼板处未作防火封堵",
    "GB 50016-2014 7.2.1 消防车登高操作场地的长度不足",
    "GB 50016-2014 8.3.3 自动喷水灭火系统有未设置喷头的场所",
    "GB 50016-2014 8.4.1 火灾自动报警系统联动控制功能不符合要求",
    "GB 50016-2014 8.5.1 防烟楼梯间前室余压值不符合要求",
    "GB 50016-2014 10.1.5 消防应急照明备用电源持续供电时间不足",
    "GB 50974-2014 4.3.4 消防水池有效容积不足",
)
GAPS = (
    "申请表未加盖建设单位公章",
    "缺建设工程规划许可文件复印件",
    "设计文件缺少注册人员执业印章",
    "竣工图纸未加盖竣工图章",
    "缺建筑材料进场试验报告",
    "竣工验收报告参建各方签章不全",
)
REFUSALS = (
    "不属于本机关管辖范围",
    "不属于特殊建设工程，应当办理备案",
    "逾期未提供完整材料",
    "同一工程已有在办事项",
)
PULLED_OUT = ("建设单位调整设计方案，申请撤回", "项目分期变化，申请撤回", "建设单位变更，申请撤回")


@dataclass(slots=True)
class Beat:
    """One act to come (待办动作): who does it is told by the action's role in the definition."""

    index: int
    action: str
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class Course:
    """One case as planned (办件计划). `key` is the same in every play of this seed and scale."""

    key: str
    process: str
    city: str
    county: str
    work: int
    subject: dict[str, Any]
    beats: list[Beat]
    accepted: int | None = None  # day index of acceptance or voucher
    concluded: int | None = None
    outcome: str = ""
    stratum: str = ""
    former: str = ""  # key of the case that this one follows

    @property
    def opened(self) -> int:
        """The day index of the first act (首个动作日)."""
        return self.beats[0].index


def findings(rng: Random) -> dict[str, str]:
    """Two breaches of the code (不符合事项)."""
    return {"findings": "；".join(rng.sample(FINDINGS, 2))}


def intake(rng: Random, accepted: int, *, supplement: bool) -> list[Beat]:
    """From the submission to just before the acceptance (收件、补正); never reaches back into 2019."""
    if supplement:
        supplied = accepted - rng.randint(0, 2)
        asked = supplied - rng.randint(1, 9)
        submitted = asked - rng.randint(0, 4)
        if submitted >= 0:
            gaps = {"gaps": "；".join(rng.sample(GAPS, rng.randint(1, 3)))}
            return [Beat(submitted, "submit"), Beat(asked, "supplement", gaps), Beat(supplied, "supply")]
    return [Beat(max(0, accepted - rng.randint(0, 2)), "submit")]


def net_days(rng: Random, limit: int, *, late: bool) -> int:
    """How many counted days a decision takes (办理净用时): mostly well inside the limit."""
    if late:
        return limit + rng.randint(1, 6)
    return min(limit, max(2, round(rng.triangular(2, limit + 1, limit * 0.55))))


def review(rng: Random, process: str, accepted: int, net: int, outcome: str, pause: int) -> list[Beat]:
    """From the acceptance to the decision (受理至办结): `pause` days do not count against the limit."""
    design = process == "fire_design"
    concluded = accepted + net + pause
    worked = accepted + max(0, (net * 2) // 3) + pause
    beats = [Beat(accepted, "accept")]
    if pause:
        begun = accepted + min(rng.randint(1, 4), max(net // 2, 0))
        begin, end = ("convene", "experts_done") if design else ("test", "tested")
        beats += [Beat(begun, begin), Beat(begun + pause, end, {"approved": True} if design else {})]
        worked = max(worked, begun + pause)
    if outcome == "pull_out":
        return [*beats, Beat(concluded, "pull_out", reason=rng.choice(PULLED_OUT))]
    work = "opine" if design else "assess"
    said = (
        {"conclusion": "conforms"} if outcome == "pass" else {"conclusion": "not_conforms", **findings(rng)}
    )
    beats.append(Beat(worked, work, said))
    if net >= 6 and rng.random() < 0.04:
        back = min(worked + 1, concluded - 1)
        beats += [
            Beat(back, "send_back", reason="审查记录与图纸版本不一致，请复核"),
            Beat(concluded, work, said),
        ]
    reason = said.get("findings", "") if outcome == "fail" else ""
    return [*beats, Beat(concluded, outcome, {}, reason)]


def inspection(rng: Random, drawn: int, limit: int) -> list[Beat]:
    """What follows when a filing is drawn (抽中之后): check, rectification, re-checks, rounds."""
    late, tested, failed = rng.random() < 0.035, rng.random() < 0.07, rng.random() < 0.10
    net = limit + rng.randint(1, 5) if late else rng.randint(2, max(3, limit - 3))
    beats = []
    if tested:
        begun, pause = drawn + rng.randint(1, 2), rng.randint(3, 14)
        beats = [Beat(begun, "test"), Beat(begun + pause, "tested")]
        net += pause
    if not failed:
        return [*beats, Beat(drawn + net, "pass")]
    return [*beats, Beat(drawn + net, "fail", findings(rng)), *_rectification(rng, drawn + net)]


def _rectification(rng: Random, failed: int) -> list[Beat]:
    beats: list[Beat] = []
    day = failed
    while True:
        # Beyond 60 days the timer of the process hands the work over to enforcement.
        pause = rng.randint(5, 30) if rng.random() < 0.85 else rng.randint(44, 60)
        asked = day + pause
        rechecked = asked + rng.randint(1, 6)
        beats.append(Beat(asked, "ask"))
        if rng.random() < 0.82:
            return [*beats, Beat(rechecked, "ok")]
        beats.append(Beat(rechecked, "not_ok", findings(rng)))
        day = rechecked


def refusal(rng: Random, day: int, kind: str) -> list[Beat]:
    """A case that is never accepted (未受理): refused, or withdrawn before the acceptance."""
    submitted = max(0, day - rng.randint(0, 4))
    if kind == "refuse":
        return [Beat(submitted, "submit"), Beat(day, "refuse", reason=rng.choice(REFUSALS))]
    return [Beat(submitted, "submit"), Beat(day, "withdraw")]


def set_times(course: Course, year: Year, rng: Random) -> None:
    """Give each beat its instant, in order, and drop what lies past the year (排定时刻)."""
    beats = [beat for beat in course.beats if beat.index <= year.last]
    for day in sorted({beat.index for beat in beats}):
        that_day = [beat for beat in beats if beat.index == day]
        times = year.times(rng, day, len(that_day), after_nine=course.process == "fire_filing")
        for beat, at in zip(that_day, times, strict=True):
            beat.at = at
    course.beats = beats

"""The kinds of notices and the ways they may take (消息类别、接收方式)."""

from __future__ import annotations

from dataclasses import dataclass

PAGE, EMAIL, SMS = "page", "email", "sms"
WAYS = {PAGE: "站内", EMAIL: "电子邮件", SMS: "短信"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice (消息类别). ``per_day``: single lines a day; the rest is one line 另有 n 条."""

    code: str
    zh: str
    help_zh: str
    per_day: int = 20


KINDS = {
    kind.code: kind
    for kind in (
        Kind("turn", "轮到我办", "办件到了您的环节"),
        Kind("returned", "退回与重交", "经您手的办件被退回，或申请人补正后重新提交"),
        Kind("task", "任务分派", "任务分派或改派给您"),
        Kind("hand_over", "移交", "他人的办件移交给您"),
        Kind("told", "通报", "流程要求告知您所在的岗位"),
        Kind("due", "今日到期", "工作日早上，您的办件今日到期"),
        Kind("overdue", "新近超期", "工作日早上，您的办件自上个工作日起超期"),
        Kind("paused", "中止过久", "您的办件中止已久或即将到中止上限"),
        Kind("summary", "每日提要", "工作日早上，待办、今日到期、超期各多少件"),
        Kind("alarm", "告警", "指标越限、系统故障等告警"),
        Kind("export", "导出完成", "您要的导出文件已经备好"),
        Kind("other", "其他", "平台的其他消息"),
    )
}
OTHER = "other"
CHOICES = [(kind.code, kind.zh) for kind in KINDS.values()]

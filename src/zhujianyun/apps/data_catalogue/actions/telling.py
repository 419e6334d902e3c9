"""What the other side of a request is told (告知使用方): the notices of the workbench know only one office of a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from zhujianyun.apps.data_catalogue.models import DataCorrection, SharingRequest
from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui import notices

CONSUMER = "data_catalogue.consumer_head"
RECENT_DAYS = 2  # as the notices of the workbench: what is older tells nobody
SHARING = {
    "return": "需要补正", "consent": "已同意共享", "refuse": "不予共享", "extend.reply": "答复延期", "deliver": "数据已交付",
    "suspend": "授权已暂停", "resume": "授权已恢复", "revoke": "授权已收回", "expire": "授权已到期", "lapse": "逾期未补正，已终止",
}  # fmt: skip
CORRECTION = {
    "refuse": "校核不予受理",
    "correct": "数据已更正",
    "uphold": "校核维持原值",
    "extend.reply": "校核答复延期",
}


def follow(entries: list[journal.Entry]) -> None:
    """Tell the consumer what the provider or the platform did (告知使用方); once, however often it is delivered."""
    since = clock.at_local(clock.today() - timedelta(days=RECENT_DAYS))
    for entry in entries:
        if entry.at >= since and entry.result == "ok":
            for account, said, row in _told(entry):
                if account.key != entry.actor:
                    text = f"{row.case.number}：{entry.reason}" if entry.reason else str(row.case.number)
                    key = f"sharing:{row.case_id}:{entry.pk}"
                    notices.tell(
                        account, f"{said}：{row.case.title}", text, row.get_absolute_url(), key, kind="told"
                    )


def _told(entry: journal.Entry) -> Iterator[tuple[Account, str, SharingRequest | DataCorrection]]:
    _, process, act = entry.verb.split(".", 2)
    if process == "data_sharing_request" and act in SHARING:
        asked = SharingRequest.objects.select_related("case", "consumer").filter(case=entry.case_id).first()
        if asked is not None:
            for account in people.holders(CONSUMER, asked.consumer_id):
                yield account, SHARING[act], asked
    elif process == "data_correction" and act in CORRECTION:
        row = DataCorrection.objects.select_related("case").filter(case=entry.case_id).first()
        if row is not None and row.reporter_id is not None:
            for account in people.holders(CONSUMER, row.reporter_id):
                yield account, CORRECTION[act], row

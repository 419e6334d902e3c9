"""Who got a value before it was put right, and is told (更正告知): from the call log.

A look-up by key is certain; a page is told when the row lies in its range of keys, for a filter may have passed
it over: whoever is told for nothing has read one line too many, whoever is not told goes on with a wrong value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from zhujianyun.apps.data_gateway.actions import publishing
from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import rows
from zhujianyun.apps.data_gateway.rules import records
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import correcting
from zhujianyun.kernel.resource.models import Grant, Override
from zhujianyun.ui import notices

CONSUMER = "data_gateway.consumer"
LAG = timedelta(seconds=10)  # until the planes serve the right value


def follow(entries: list[journal.Entry]) -> None:
    """Tell those who got the old value (告知取得过原值的使用方); once for each value put right."""
    for entry in entries:
        one = Override.objects.select_related("dataset").filter(pk=entry.object_id).first()
        if one is not None and one.told_at is None:
            _tell(one, entry.case_id)


def _tell(one: Override, case_id: int | None) -> None:
    calls: Counter[str] = Counter(call.grant for call in reached(one))
    grants = Grant.objects.filter(code__in=calls).select_related("mount__resource", "consumer")
    held = [grant for grant in grants if item_of(grant, one.column)]
    for grant in held:
        title = f"数据已更正：{grant.mount.title}"
        text = f"信息项“{item_of(grant, one.column)}”有一个值已校核更正，此前 {calls[grant.code]} 次调用可能取得原值，请重新获取。"
        for account in people.holders(CONSUMER, grant.consumer_id):
            url = f"/workbench/data-gateway/mine/grants/{grant.code}/#corrections"
            notices.tell(account, title, text, url, f"put-right:{one.pk}:{grant.code}", kind="told")
    offices = {grant.consumer.code for grant in held}
    resources.note_told(
        one, sorted(offices), sum(calls[grant.code] for grant in held), by=SYSTEM, case_id=case_id
    )


def reached(one: Override) -> Iterator[Call]:
    """The calls that got the row while the old value was served (取得过原值的调用), also with other items."""
    parts = correcting.key_parts(one.row_key, one.dataset.key)
    if parts is None:
        return
    calls = Call.objects.filter(
        kind="call", succeeded=True, rows__gt=0, dataset=one.dataset.code, at__lt=one.made_at + LAG
    )
    asked = records.hashed(bytes.fromhex(publishing.secret("gateway-subject")), *parts)
    yield from calls.filter(subject_hash=asked)
    key = rows.key_of(rows.MARK.join(parts), one.dataset)
    for call in calls.filter(subject_hash="").exclude(first_key="").iterator():
        if rows.key_of(call.first_key, one.dataset) <= key <= rows.key_of(call.last_key, one.dataset):
            yield call


def item_of(grant: Grant, column: str) -> str:
    """The name of the granted item behind a column (信息项); empty when the grant does not give it."""
    code = next((code for code in grant.items if grant.mount.binding.get(code) == column), "")
    return _zh(grant, code) if code else ""


def _zh(grant: Grant, code: str) -> str:
    edition = grant.mount.resource.editions.filter(number=grant.mount.resource.edition).first()
    return next((item.zh for item in edition.item_list if item.code == code), code) if edition else code

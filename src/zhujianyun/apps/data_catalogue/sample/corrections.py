"""Wrong values of the year (一年的校核): reported by those who use the data, put right, upheld or refused.

The rows are gathered by another app after this play; the row keys here are of the demo's own making.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from zhujianyun.apps.data_catalogue.actions import correcting
from zhujianyun.apps.data_catalogue.models import DataCorrection, SharingRequest
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.queries import edition_now

if TYPE_CHECKING:
    from zhujianyun.apps.data_catalogue.sample.sharing import Play

ENDS = ("correct", "correct", "uphold", "refuse", "correct", "reopen")
VALUES = {
    "name": ("广西（演示）建设公司", "广西（演示）建设有限公司"), "address": ("南宁市青秀区民族大道1号", "南宁市青秀区民族大道101号"),
    "level": ("二级", "一级"), "city_code": ("450100", "450200"), "area_m2": ("1250.00", "12500.00"),
    "valid_to": ("2020-06-30", "2023-06-30"), "state": ("在建", "已建成"), "project_name": ("演示项目", "演示项目二期"),
    "issuer": ("南宁市局", "南宁市住房和城乡建设局"), "holder_name": ("演示公司", "演示有限公司"), "amount": ("100.00", "1000.00"),
}  # fmt: skip


def after_delivery(play: Play, row: SharingRequest) -> None:
    """Some who got data find a value that is wrong (使用中发现有误)."""
    known = [item.code for item in edition_now(row.resource).item_list if item.code in VALUES]
    items = [code for code in known if row.items.filter(code=code, decision="granted").exists()]
    if items and row.mode == "table" and play.corrections < play.most_corrections:
        play.corrections += 1
        days = 12 + play.rng.randrange(40)
        if play.corrections % 4 == 0:  # some are still open when the year ends
            days = max(days, (date(2020, 12, 18) - clock.today()).days + play.corrections)
        play.later(days, partial(_report, play, play.corrections, items[0]), row)


def _report(play: Play, number: int, item: str, row: SharingRequest) -> None:
    seen, claimed = VALUES[item]
    wrong = correcting.Wrong(f"演示记录{number:04d}", item, seen, claimed, "与企业提供的证照原件不一致")
    try:
        made = correcting.report(
            row.resource, wrong, by=play.people.consumers[row.consumer.code], key=f"sample-{number}", office=row.consumer
        )  # fmt: skip
    except Conflict:
        return
    _later(play, 1 + play.rng.randrange(2), partial(_take, play, number), made)


def _take(play: Play, number: int, row: DataCorrection) -> None:
    clerk = play.people.clerks[row.provider.code]
    if ENDS[number % len(ENDS)] == "refuse":
        correcting.step(row, "refuse", clerk, reason="该记录不属于本目录，请向提供单位反映")
        return
    correcting.step(row, "accept", clerk)
    correcting.step(row, "begin", clerk)
    _later(play, 2 + play.rng.randrange(4), partial(_decide, play, number), row)


def _decide(play: Play, number: int, row: DataCorrection) -> None:
    end, head = ENDS[number % len(ENDS)], play.people.heads[row.provider.code]
    is_first = row.case.round == 1
    if end == "uphold" or (end == "reopen" and is_first):
        correcting.uphold(row, by=head, reason="与原始档案核对一致", expected=row.case.version)
    else:
        value = VALUES[row.item][1]
        correcting.correct(row, value, by=head, ground="与原始档案核对，录入有误", expected=row.case.version)
    step = _reopen if end == "reopen" and is_first else _close
    _later(play, 2 + play.rng.randrange(3), partial(step, play, number), row)


def _reopen(play: Play, number: int, row: DataCorrection) -> None:
    correcting.step(row, "reopen", _reporter(play, row), reason="企业已提供新证照，请再核对")
    _later(play, 3, partial(_decide, play, number), row)


def _close(play: Play, number: int, row: DataCorrection) -> None:
    correcting.step(row, "close", _reporter(play, row))


def _reporter(play: Play, row: DataCorrection) -> Actor:
    assert row.reporter is not None
    return play.people.consumers[row.reporter.code]


def _later(play: Play, days: int, act: Callable[[DataCorrection], object], row: DataCorrection) -> None:
    play.on(days, partial(_do, act, row.pk))


def _do(act: Callable[[DataCorrection], object], pk: int) -> None:
    related = ("case", "resource", "dataset", "provider", "reporter", "subject")
    act(DataCorrection.objects.select_related(*related).get(pk=pk))

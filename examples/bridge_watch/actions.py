"""What can be done with bridges (桥梁动作): guard, change, record."""

from __future__ import annotations

from datetime import date
from typing import Any

from bridge_watch.models import Bridge
from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal


@transaction.atomic
def register_bridge(code: str, name: str, city_code: str, opened_on: date, *, by: str) -> Bridge:
    """Put a bridge into the register (登记桥梁).

    Raises:
        RuleBroken: when the bridge opens in the future.
    """
    if opened_on > clock.today():
        raise RuleBroken("通车日期不能晚于今天，请核对后重填。", rule="bridge_watch.opened_on")
    bridge = Bridge.objects.create(code=code, name=name, city_code=city_code, opened_on=opened_on)
    journal.record("bridge_watch.register", actor=by, object=("bridge", code), facts={"city": city_code})
    return bridge


def close_bridge(event: Any) -> None:
    """Effect `bridge.close`: close the bridge of the case (封闭桥梁); a second delivery changes nothing."""
    code = event.case.facts["subject"]["bridge_code"]
    Bridge.objects.filter(code=code, closed_on=None).update(closed_on=clock.today())

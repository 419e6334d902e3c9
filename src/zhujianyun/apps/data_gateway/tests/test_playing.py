"""Playing the gateway's year: the seed decides all of it, and grants decide who reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from zhujianyun.apps.data_gateway import sample
from zhujianyun.apps.data_gateway.models import UsageDay
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Mount

from . import grounds


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_year():
    def once(seed: int) -> list[tuple[date, str, str, int]]:
        with transaction.atomic():
            grounds.department(tables=2)
            sample.play(0.002, seed)
            rows = UsageDay.objects.order_by("on", "service", "consumer__code", "grant", "purpose")
            found = list(rows.values_list("on", "service", "consumer__code", "calls"))
            transaction.set_rollback(True)
        return found

    assert once(7) == once(7) != once(8)


@pytest.mark.django_db
def test_whoever_holds_a_grant_is_the_one_who_reads():
    grounds.department(tables=1)
    mount = Mount.objects.get()
    grant = grounds.grant(mount, Office.objects.get(code="450100"))
    sample.play(0.002, 2020)
    own = UsageDay.objects.filter(service=mount.code)
    assert set(own.values_list("grant", "consumer__code")) == {(grant.code, "450100")}

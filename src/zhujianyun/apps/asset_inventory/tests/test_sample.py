"""The demo year of the inventory: the printed figures come out, by real acts."""

from __future__ import annotations

import time

import pytest

from zhujianyun.apps.asset_inventory import sample
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period


@pytest.mark.django_db
def test_try():
    began = time.monotonic()
    print(sample.play(1.0, 2020))
    print(time.monotonic() - began)
    for d in registry.all_("asset_inventory"):
        print(d.code, d.tally(Period.year(2020)))

"""A small world to count in (测试用记录): cases with days, cities, an owner and a measure.

The models stand outside INSTALLED_APPS; their tables are made by the fixture in conftest.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from hypothesis import strategies as st

CITIES = ("450100", "450200", "450300")
FIRST = date(2020, 1, 1)


class Work(models.Model):
    """A case-like record."""

    owner = models.CharField(max_length=8, null=True)
    city_code = models.CharField(max_length=6, blank=True)
    accepted_on = models.DateField(null=True)
    concluded_on = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    office_id = models.IntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    net_days = models.IntegerField(null=True)
    marks = models.ManyToManyField("Sign", related_name="+")

    class Meta:
        app_label = "indicator_world"


class Sign(models.Model):
    """A mark on a work; a work may bear several of one name."""

    work = models.ForeignKey(Work, models.CASCADE, related_name="+")
    name = models.CharField(max_length=16)
    day = models.DateField()

    class Meta:
        app_label = "indicator_world"


class Verdict(models.Model):
    """A score that another body gave."""

    day = models.DateField()
    score = models.DecimalField(max_digits=6, decimal_places=2)
    evidence = models.CharField(max_length=20, blank=True)

    class Meta:
        app_label = "indicator_world"


MODELS = (Work, Sign, Verdict)

days = st.integers(0, 730).map(lambda n: date(2019, 7, 1) + timedelta(days=n))
works = st.lists(
    st.builds(
        Work,
        owner=st.sampled_from(["a", "b", "c", None]),
        city_code=st.sampled_from([*CITIES, ""]),
        accepted_on=days,
        concluded_on=st.none() | days,
        office_id=st.integers(1, 3),
        amount=st.integers(0, 10_000_00).map(lambda fen: Decimal(fen) / 100),
        net_days=st.none() | st.integers(0, 40),
    ),
    max_size=25,
)


def fill(rows: list[Work]) -> None:
    """Replace what is there."""
    Work.marks.through.objects.all().delete()
    Sign.objects.all().delete()
    Work.objects.all().delete()
    Work.objects.bulk_create(rows)


def declare() -> None:
    """The indicators of the small world: one of each kind."""
    from zhujianyun.kernel.indicator import DURATION, FLOW, RATIO, STOCK, Ratio, Records, indicator

    watch = ("case.work.*",)

    @indicator("world.accepted", zh="受理", unit="项", kind=FLOW, verbs=watch, permission="world.view")
    def accepted() -> Records:
        """Works accepted in the period (受理)."""
        return Records(Work.objects.all(), day="accepted_on")

    @indicator("world.concluded", zh="办结", unit="项", kind=FLOW, verbs=watch)
    def concluded() -> Records:
        """Works concluded in the period (办结)."""
        return Records(Work.objects.all(), day="concluded_on")

    @indicator("world.rate", zh="办结率", unit="%", kind=RATIO)
    def rate() -> Ratio:
        """Concluded over accepted (办结率)。同期口径。"""
        return Ratio("world.concluded", "world.accepted")

    @indicator("world.cohort", zh="批次办结率", unit="%", kind=RATIO)
    def cohort() -> Ratio:
        """Of those accepted, the concluded (批次办结率)。受理批次口径。"""
        return Ratio("world.concluded", "world.accepted", basis="cohort")

    @indicator("world.owners", zh="企业", unit="家", kind=FLOW, verbs=watch)
    def owners() -> Records:
        """Different owners that applied (企业)."""
        return Records(Work.objects.all(), day="accepted_on", distinct="owner")

    @indicator("world.open", zh="在办", unit="项", kind=STOCK, verbs=watch)
    def open_works() -> Records:
        """Works open at the end of the period (在办)."""
        return Records(Work.objects.all(), from_field="accepted_on", to_field="concluded_on")

    @indicator("world.days", zh="平均用时", unit="工作日", kind=DURATION, verbs=watch, direction="down")
    def days_used() -> Records:
        """Mean net days of the works concluded (平均用时)."""
        return Records(Work.objects.all(), day="concluded_on", measure="net_days")

    @indicator("world.slow", zh="用时九五分位", unit="工作日", kind=DURATION, verbs=watch)
    def slow() -> Records:
        """The days that 95 of 100 works do not exceed (用时九五分位)."""
        return Records(Work.objects.all(), day="concluded_on", measure="net_days", percentile=95)

    @indicator("world.money", zh="金额", unit="万元", kind=FLOW, verbs=("case.pay",), dims=())
    def money() -> Records:
        """Money asked for (金额)."""
        return Records(Work.objects.all(), day="accepted_on", measure="amount", city="")


CODES = (
    "world.accepted", "world.concluded", "world.rate", "world.cohort", "world.owners", "world.open", "world.days",
    "world.slow", "world.money",
)  # fmt: skip

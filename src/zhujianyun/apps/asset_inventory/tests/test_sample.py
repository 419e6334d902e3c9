"""The demo year of the inventory: the printed figures come out of real acts, whatever the scale, and only once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhujianyun.apps.asset_inventory import sample
from zhujianyun.apps.asset_inventory.models import Finding, Probe, ProbeDay, SystemRecord
from zhujianyun.apps.asset_inventory.sample import catalogue, people
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access.models import Membership, Office
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.indicator import alarms, registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.journal.models import Entry

YEAR = Period.year(2020)


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker):
    """The year, played once for the module and taken back."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield sample.play(0.02, 2020)
        transaction.set_rollback(True)


def value(code: str) -> Decimal | None:
    return registry.get(f"asset_inventory.{code}").tally(YEAR).value


@pytest.mark.usefixtures("played")
class TestYear:
    """All about the one play."""

    @pytest.mark.parametrize(
        ("code", "printed"),
        [
            ("systems_gathered", 53), ("systems_linked", 6), ("systems_on_cloud", 59), ("networks_migrated", 2),
            ("cloud_rate", 1), ("network_rate", 1), ("service_docking_rate", 1),
        ],
    )  # fmt: skip
    def test_the_figures_are_those_of_the_page(self, code, printed):
        assert value(code) == printed

    def test_figure_and_drill_down_agree(self):
        for definition in registry.all_("asset_inventory"):
            source = definition.source()
            if definition.kind.value in ("stock", "flow"):
                assert source.tally(YEAR).value == source.rows(YEAR).count(), definition.code

    def test_the_three_ratios_stand_on_declared_denominators(self):
        found = {
            code: registry.get(f"asset_inventory.{code}").tally(YEAR)
            for code in ("cloud_rate", "network_rate", "service_docking_rate")
        }
        assert [(int(t.numerator), int(t.denominator)) for t in found.values()] == [
            (59, 59),
            (2, 2),
            (12, 12),
        ]

    def test_59_on_the_cloud_are_not_a_part_of_53_gathered_and_6_linked_are(self):
        gathered = set(
            registry.get("asset_inventory.systems_gathered")
            .source()
            .rows(YEAR)
            .values_list("system", flat=True)
        )
        moved = set(
            registry.get("asset_inventory.systems_on_cloud")
            .source()
            .rows(YEAR)
            .values_list("system", flat=True)
        )
        linked = set(
            registry.get("asset_inventory.systems_linked")
            .source()
            .rows(YEAR)
            .values_list("system", flat=True)
        )
        assert not moved <= gathered and linked <= gathered
        assert len(SystemRecord.objects.all()) == 64

    def test_what_fails_while_the_demo_runs_has_failed_and_rings(self):
        down = set(Probe.objects.filter(state="down").values_list("system__code", flat=True))
        assert down == {code for code, fault in catalogue.FAULTS.items() if fault != "slow"}
        assert alarms.open_().count() == len(down)
        assert set(Probe.objects.filter(state="degraded").values_list("system__code", flat=True)) == {
            "urban_projects", *catalogue.EXPIRING,
        }  # fmt: skip

    def test_every_probed_day_has_its_sum_and_uptime_lies_where_it_should(self):
        assert Decimal("0.98") < value("uptime") < 1
        assert ProbeDay.objects.filter(day="2020-12-31").count() == Probe.objects.filter(is_on=True).count()

    def test_reviews_are_cases_some_of_them_still_open_and_one_late(self):
        rows = Case.objects.filter(process="system_review")
        assert rows.count() == 53
        assert value("systems_reviewed") == rows.filter(state="reviewed").count() == 44
        assert rows.filter(ended=False, due_on__lt="2020-12-31").exists()

    def test_each_rule_of_the_findings_has_an_example(self):
        rules = set(Finding.objects.values_list("rule", flat=True))
        assert {"certificate", "no_level", "no_backup", "orphan", "duplicate_data", "contract"} <= rules

    def test_playing_again_does_nothing(self):
        before = Entry.objects.count()
        assert sample.play(0.02, 2020)["acts"] == 0
        assert Entry.objects.count() == before
        with pytest.raises(RuleBroken):
            sample.play(0.02, 2020, resume=False)

    def test_nobody_acted_before_he_could_and_nothing_lies_after_the_play(self):
        rows = Entry.objects.filter(verb__startswith="asset_inventory.")
        assert not rows.filter(at__gt=clock.at_local(YEAR.last_day, 14, 30)).exists()


def test_names_and_codes_of_the_demo_are_one_of_a_kind():
    systems = catalogue.systems()
    assert len({one.code for one in systems}) == len({one.name for one in systems}) == 64
    assert sum(not one.ends_in for one in systems) == 53


@pytest.mark.django_db
def test_beside_other_departments_the_centre_sits_in_ours():
    Office.objects.create(
        code="0-mz", name="自治区民政厅", kind=Office.Kind.PROVINCE, division_code=people.DEPARTMENT
    )
    centre = people.gather().centre
    assert Membership.objects.get(account=centre.account_id).office.code == people.DEPARTMENT

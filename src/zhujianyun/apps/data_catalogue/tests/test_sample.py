"""The demo year of the catalogue: the printed figures come out of real acts, and only once."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.apps.data_catalogue import sample
from zhujianyun.apps.data_catalogue.models import (
    DataCorrection,
    EntryDraft,
    SharingRequest,
    TransferPackage,
    TransferReceipt,
    TransferRecord,
)
from zhujianyun.apps.data_catalogue.sample import reports
from zhujianyun.base import clock
from zhujianyun.kernel.case import effects
from zhujianyun.kernel.case.models import ClockRun, EffectDone, Step
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.resource.models import Edition, Mount, Override, Resource, Snapshot

YEAR = Period.year(2020)


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker, tmp_path_factory):
    """The year, played once for the module and taken back."""
    from django.db import transaction
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), _elsewhere(override_settings, folder), transaction.atomic():
        yield sample.play(0.02, 2020)
        transaction.set_rollback(True)


def _elsewhere(override_settings, folder):
    return override_settings(
        ZJY_FILES=folder,
        ZJY_REGIONAL_DROP=str(folder / "regional"),
        ZJY_REGIONAL_KEY=str(folder / "region.pem"),
    )


def value(code: str):
    return registry.get(f"data_catalogue.{code}").tally(YEAR).value


def _codes(said, rule):
    return set(said.filter(rule=rule).values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("played")
class TestYear:
    """All about the one play."""

    @pytest.mark.parametrize(
        ("code", "printed"), [("catalogues", 108), ("mounted_resources", 149), ("regulations_issued", 2)]
    )
    def test_the_figures_are_those_of_the_page(self, code, printed):
        assert value(code) == printed

    def test_figure_and_drill_down_agree(self):
        for code in ("catalogues", "mounted_resources", "regulations_issued", "stale"):
            source = registry.get(f"data_catalogue.{code}").source()
            assert source.tally(YEAR).value == source.rows(YEAR).count(), code

    def test_no_row_is_claimed_before_it_is_gathered(self):
        assert Snapshot.objects.count() == 0
        assert value("rows") == 0

    def test_a_withdrawn_entry_an_unmounted_interface_and_open_cases_are_there(self):
        assert Resource.objects.filter(state="withdrawn").count() == 1
        assert Mount.objects.filter(state="unmounted").count() == 2
        assert EntryDraft.objects.filter(case__state__in=["draft", "submitted"]).count() == 3
        assert Edition.objects.filter(number=2).count() >= 5

    def test_the_effects_of_its_cases_are_carried_out_when_it_ends(self):
        assert set(EffectDone.objects.values_list("result", flat=True)) == {effects.DONE}
        steps = Step.objects.filter(case__process="catalogue_edit", action="publish").count()
        assert EffectDone.objects.filter(effect="catalogue.publish").count() == steps > 100
        assert {clock.local_day(one.at) for one in EffectDone.objects.all()} == {date(2020, 12, 31)}

    def test_played_again_nothing_happens(self):
        assert sample.play(0.02, 2020)["acts"] == 0

    def test_every_month_was_reported_and_one_package_still_waits(self):
        states = list(TransferPackage.objects.order_by("sequence").values_list("state", flat=True))
        assert len(states) == len(reports.DAYS) + 1 and states[-1] == "dropped" and states.count("void") == 1
        assert set(states[:-1]) <= {"accepted", "partly", "void"}

    def test_receipts_that_are_not_to_be_believed_are_there_with_their_reason(self):
        refused = TransferReceipt.objects.exclude(refused="").values_list("rule", flat=True)
        assert {"transfer.receipt_late", "transfer.receipt_twice", "transfer.receipt_forged"} == set(refused)

    def test_what_was_mended_is_taken_and_what_was_not_rests_after_three_times(self):
        said = TransferRecord.objects.exclude(package__state="void").exclude(state="pending")
        mended = said.filter(state="accepted", kind="entry", code__in=_codes(said, "GX-03"))
        assert mended.exists()
        assert {row.tries for row in said.filter(rule="GX-12")} == {1, 2, 3}

    def test_requests_end_in_every_way_and_some_are_under_way(self):
        states = set(SharingRequest.objects.values_list("case__state", flat=True))
        assert {"active", "suspended", "expired", "revoked", "refused", "withdrawn"} <= states
        assert states & {"received", "deciding", "delivering", "supplementing"}

    def test_a_grant_gives_what_its_case_decided_and_no_more(self):
        rows = SharingRequest.objects.exclude(grant=None).select_related("grant", "case")
        assert rows.filter(grant__state="active", grant__is_test=False).count() >= 8
        for row in rows:
            granted = {one.code: one for one in row.items.all() if one.decision == "granted"}
            assert set(row.grant.items) == set(granted) <= set(row.case.facts["subject"]["items"])
            assert row.grant.quota["per_day"] == min(one.granted_per_day for one in granted.values())
            assert all(
                row.grant.masks[code] for code, one in granted.items() if one.sensitivity == "personal"
            )

    def test_no_answer_came_late(self):
        assert not ClockRun.objects.filter(case__process="data_sharing_request", overdue=True).exists()

    def test_wrong_values_were_put_right_and_all_answered_in_time(self):
        states = list(DataCorrection.objects.values_list("case__state", flat=True))
        assert len(states) >= 3 and Override.objects.exists()
        assert not ClockRun.objects.filter(case__process="data_correction", overdue=True).exists()

"""The demo year of the catalogue: the printed figures come out of real acts, and only once."""

from __future__ import annotations

import pytest

from zhujianyun.apps.data_catalogue import sample
from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.resource.models import Edition, Mount, Resource, Snapshot

YEAR = Period.year(2020)


@pytest.fixture(scope="module")
def played(django_db_setup, django_db_blocker, tmp_path_factory):
    """The year, played once for the module and taken back."""
    from django.db import transaction
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(ZJY_FILES=folder), transaction.atomic():
        yield sample.play(0.02, 2020)
        transaction.set_rollback(True)


def value(code: str):
    return registry.get(f"data_catalogue.{code}").tally(YEAR).value


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

    def test_played_again_nothing_happens(self):
        assert sample.play(0.02, 2020)["acts"] == 0

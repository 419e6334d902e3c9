"""A play that is interrupted goes on where it was, and nothing is done twice."""

from __future__ import annotations

import pytest
from django.db import transaction

from zhujianyun.apps.fire_review import sample
from zhujianyun.apps.fire_review.sample import stage
from zhujianyun.kernel import journal
from zhujianyun.kernel.case.models import Case, Draw, Step

SCALE, SEED = "0.02", 77
pytestmark = pytest.mark.django_db


class Interrupted(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize("stops", [(250, 700)])
def test_an_interrupted_play_ends_as_if_nothing_had_been(stops, monkeypatch):
    with transaction.atomic():
        sample.play(scale=SCALE, seed=SEED)
        whole = _outcome()
        transaction.set_rollback(True)
    assert not Case.objects.exists()
    for stop in stops:
        with monkeypatch.context() as patched:
            patched.setattr(stage.Stage, "_do", _plug(stage.Stage._do, stop))
            with pytest.raises(Interrupted):
                sample.play(scale=SCALE, seed=SEED)
    sample.play(scale=SCALE, seed=SEED)
    assert _outcome() == whole
    days = [entry.facts for entry in journal.Entry.objects.filter(verb=stage.DAY_PLAYED)]
    assert len(days) == len(set(days))


def _plug(do, stop: int):  # noqa: ANN001, ANN202
    """Do as before, but fail in the middle of a day once `stop` acts have been done in all."""

    def plugged(self, course, place, beat):  # noqa: ANN001, ANN202
        if self.acts >= stop:
            raise Interrupted
        return do(self, course, place, beat)

    return plugged


def _outcome() -> list[object]:
    """Every case with its acts and days, and every draw: what a play has to reach, whatever happened."""
    cases = Case.objects.exclude(open_key=None).values_list(
        "pk", "open_key", "number", "state", "lamp", "due_on"
    )
    steps: dict[int, list[tuple]] = {}
    for pk, *step in Step.objects.order_by("case_id", "seq").values_list(
        "case_id", "seq", "action", "at", "actor_zh"
    ):
        steps.setdefault(pk, []).append(tuple(step))
    # The keys of cases started by effects hold the number of a journal entry, which may differ.
    played = sorted((key if key.startswith("sample:") else "", *rest, steps[pk]) for pk, key, *rest in cases)
    drawn = sorted(Draw.objects.values_list("frozen_at", "office__code", "public_value", "state"))
    return [*played, *drawn]

"""The demo's rules (质量规则演示): written once, every snapshot looked at once."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.models import QualityRule, QualityRun
from zhujianyun.apps.data_gathering.sample import quality
from zhujianyun.kernel.access import SYSTEM

from .. import sources


def _silent(*_: object) -> None:
    return


def test_played_again_nothing_is_written_twice_and_only_new_snapshots_are_looked_at(work):
    source = work.register()
    work.gather(source)
    assert quality.play(SYSTEM, 0.02, _silent) == 1
    rules = QualityRule.objects.count()
    assert rules > 5
    assert quality.play(SYSTEM, 0.02, _silent) == 0
    work.put(sources.rows(50))
    work.gather(source)
    assert quality.play(SYSTEM, 0.02, _silent) == 1
    assert (QualityRule.objects.count(), QualityRun.objects.count()) == (rules, 2)
    assert all(run.score is not None for run in QualityRun.objects.all())

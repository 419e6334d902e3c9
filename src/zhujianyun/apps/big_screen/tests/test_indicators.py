"""The screens are counted, not typed in."""

import pytest

from zhujianyun.kernel import indicator
from zhujianyun.ui.screen import registry


@pytest.mark.django_db
def test_the_screens_are_counted_from_the_register():
    kinds = [screen.kind for screen in registry.all_()]
    for code, kind in (("big_screen.main_screens", "main"), ("big_screen.sub_screens", "sub")):
        assert indicator.get(code).tally(indicator.Period.year(2020)).value == kinds.count(kind)


@pytest.mark.django_db
def test_a_declared_screen_counts_at_once(monkeypatch: pytest.MonkeyPatch):
    before = indicator.get("big_screen.sub_screens").tally(indicator.Period.year(2020)).value
    made = registry.read(
        "screen: extra\ntitle: 一\nquestion: 二\nkind: sub\nwidgets: []\n",
        app="big_screen",
        path="extra.yaml",
    )
    monkeypatch.setitem(registry._screens, "extra", made)
    assert indicator.get("big_screen.sub_screens").tally(indicator.Period.year(2020)).value == before + 1

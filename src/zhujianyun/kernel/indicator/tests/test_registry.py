from __future__ import annotations

import pytest

from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.indicator import (
    FLOW,
    RATIO,
    STOCK,
    Listing,
    Ratio,
    Records,
    indicator,
    periods,
    registry,
)
from zhujianyun.kernel.indicator.tests.world import Work

pytestmark = pytest.mark.usefixtures("register")


def plain() -> Records:
    """Works (办件)."""
    return Records(Work.objects.all(), day="accepted_on")


def declare(function=plain, code: str = "world.one", **more):  # noqa: ANN001, ANN003, ANN201
    return indicator(code, **{"zh": "甲", "unit": "项", "kind": FLOW, **more})(function)


def test_an_indicator_without_a_definition_text_is_none() -> None:
    def silent() -> Records:
        return plain()

    with pytest.raises(RuleBroken, match="口径说明"):
        declare(silent)


def test_a_code_belongs_to_one_place() -> None:
    declare()
    declare()  # the same module read twice is no clash

    def other() -> Records:
        """Others (其他)."""
        return plain()

    with pytest.raises(RuleBroken, match="重复"):
        declare(other)


@pytest.mark.parametrize(
    ("more", "words"),
    [({"unit": "坨"}, "封闭目录"), ({"direction": "sideways"}, "方向"), ({"code": "nodot"}, "应用.名称")],
)
def test_a_crooked_declaration_is_refused(more: dict, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        declare(**more)


def test_the_kind_and_what_the_function_declares_must_agree() -> None:
    declare(kind=STOCK)
    with pytest.raises(RuleBroken, match="不符"):
        _ = registry.get("world.one").declared


def test_a_need_that_nobody_meets_names_both_sides() -> None:
    declare()
    registry.needs(["world.one"], by="屏幕 main")
    with pytest.raises(NotFound, match="屏幕 main 需要指标 world.gone"):
        registry.needs(["world.one", "world.gone"], by="屏幕 main")
    registry.remove("world.one")
    with pytest.raises(NotFound, match="指标停用"):
        registry.get("world.one")


def test_a_ratio_is_touched_by_what_touches_its_parts() -> None:
    declare(code="world.a", verbs=("case.a.*",))
    declare(code="world.b", verbs=("case.b.accept",))

    def rate() -> Ratio:
        """One over the other (率)."""
        return Ratio("world.a", "world.b")

    declare(rate, "world.rate", kind=RATIO, unit="%")
    assert [d.code for d in registry.touched("case.a.open")] == ["world.a", "world.rate"]
    assert [d.code for d in registry.touched("case.b.accept")] == ["world.b", "world.rate"]
    assert registry.touched("case.b.open") == []
    assert registry.parts(registry.get("world.rate")) == ("world.a", "world.b")


def test_a_ratio_of_ratios_is_refused() -> None:
    declare(code="world.a")

    def rate() -> Ratio:
        """One over the other (率)."""
        return Ratio("world.a", "world.a")

    def strange() -> Ratio:
        """A rate of rates (怪率)."""
        return Ratio("world.rate", "world.a")

    declare(rate, "world.rate", kind=RATIO, unit="%")
    declare(strange, "world.strange", kind=RATIO, unit="%")
    with pytest.raises(RuleBroken, match="各是一组记录"):
        registry.get("world.strange").source()


def test_things_in_memory_are_counted_where_they_are_declared() -> None:
    screens = ["main"]

    def shown() -> Listing:
        """Main screens declared (主屏)."""
        return Listing(lambda: screens)

    declare(shown, "world.screens", kind=STOCK, unit="个", dims=())
    year = periods.year(2020)
    assert registry.get("world.screens").tally(year).value == 1
    screens.append("other")
    assert registry.get("world.screens").tally(year).value == 2


def first_query():  # noqa: ANN201
    return Work.objects.all()


def counted_one() -> Records:
    """Works (办件)."""
    return Records(first_query(), day="accepted_on")


def test_the_version_follows_wording_and_code_but_not_layout(monkeypatch) -> None:  # noqa: ANN001
    def version(function, **more) -> str:  # noqa: ANN001, ANN003
        registry._definitions.clear()
        declare(function, **more)
        return registry.get("world.one").version

    def again() -> Records:
        """Works (办件)."""
        return Records(Work.objects.all(), day="concluded_on")  # another day

    assert version(plain) == version(plain)
    assert len({version(plain), version(again), version(plain, zh="乙"), version(plain, unit="个")}) == 4
    before = version(counted_one)
    monkeypatch.setitem(globals(), "first_query", changed_query)
    assert version(counted_one) != before


def changed_query():  # noqa: ANN201
    return Work.objects.exclude(city_code="")

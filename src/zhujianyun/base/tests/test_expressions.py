"""Expressions: an error is never true, and what is read is known before it is evaluated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.expressions import Expression, ExpressionError


def test_a_guard_holds_over_its_facts():
    guard = Expression("firm.grade == '一类' || subject.scale != '大型'")
    assert guard.holds({"firm": {"grade": "二类"}, "subject": {"scale": "中型"}})
    assert not guard.holds({"firm": {"grade": "二类"}, "subject": {"scale": "大型"}})


@pytest.mark.parametrize("source", ["a ==", "", "(a", "a b", "{", "'open"])
def test_a_text_that_is_not_cel_does_not_compile(source):
    with pytest.raises(ExpressionError) as caught:
        Expression(source)
    assert caught.value.rule == "expression.compiles" and caught.value.details["reason"]


@pytest.mark.parametrize(
    ("source", "facts"),
    [
        ("a.b", {}),
        ("a.b", {"a": {}}),
        ("a > 1", {"a": "2"}),
        ("a + 1.0 > 1.0", {"a": 1}),
        ("a && true", {"a": 1}),
        ("f(a)", {"a": 1}),
        ("1 / a > 0", {"a": 0}),
    ],
)
def test_an_expression_that_raises_is_a_named_refusal(source, facts):
    with pytest.raises(ExpressionError, match="无法判断") as caught:
        Expression(source).holds(facts)
    assert caught.value.rule == "expression.evaluates"


@pytest.mark.parametrize("value", [1, "true", None, [True]])
def test_only_a_boolean_can_hold(value):
    with pytest.raises(ExpressionError, match="不是真或假"):
        Expression("a").holds({"a": value})


@pytest.mark.parametrize("value", [-1, "5", 1.5, True, None])
def test_days_are_whole_and_not_negative(value):
    with pytest.raises(ExpressionError):
        Expression("a").whole({"a": value})
    assert Expression("a").whole({"a": 5}) == 5 and Expression("0").whole({}) == 0


def test_a_missing_field_is_named():
    with pytest.raises(ExpressionError, match="缺少要素 scale"):
        Expression("subject.scale == '大型'").holds({"subject": {}})


def test_has_asks_for_a_field_without_raising():
    assert Expression("has(a.b) && a.b > 1").holds({"a": {}}) is False


def test_host_functions_are_called_by_name():
    expression = Expression("is_special(subject.area) && size(subject.uses) > 0")
    assert expression.functions == ("is_special",)
    assert expression.holds(
        {"subject": {"area": 10, "uses": ["商场"]}}, {"is_special": lambda area: area > 9}
    )


def test_an_error_in_a_host_function_is_a_refusal():
    def broken(_):
        raise ValueError("boom")

    with pytest.raises(ExpressionError):
        Expression("f(a)").holds({"a": 1}, {"f": broken})


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("!opinions.exists(o, o.open && o.severity == x)", ("opinions", "x")),
        ("a.all(x, x.b > y) || x", ("a", "x", "y")),
        ("a.filter(n, n > 1).map(m, m + n).exists(k, k == z)", ("a", "n", "z")),
        ("a.exists(o, b.exists(p, o == p && q))", ("a", "b", "q")),
        ("[1, 2].map(i, i * n)", ("n",)),
        ("{'k': v}.k == w[i].f", ("i", "v", "w")),
        ("type(a) == int && true && null != b", ("a", "b")),
        ("'a.b' == c && \"d && e\" != 'it\\'s f'", ("c",)),
        ("exists", ("exists",)),
        ("1 < 2", ()),
    ],
)
def test_the_variables_read_are_those_it_does_not_bind_itself(source, variables):
    assert Expression(source).variables == variables


def test_the_paths_read_go_as_far_as_the_dots():
    paths = Expression("a.b.c + a.b.size() + x[0].y.z + has(p.q)").paths
    assert paths == (("a", "b"), ("a", "b", "c"), ("p", "q"), ("x",))


names = st.sampled_from(["alpha", "beta", "gamma", "delta"])


@given(st.lists(names, min_size=1, max_size=6), st.lists(names, max_size=3))
def test_supplying_every_variable_is_enough(read, bound):
    source = " + ".join(read)
    for name in bound:
        source = f"([1].map({name}, {source})[0])"
    expression = Expression(source)
    assert set(expression.variables) == set(read) - set(bound)
    assert isinstance(expression.evaluate(dict.fromkeys(expression.variables, 1)), int)


def test_expressions_are_equal_by_their_text():
    assert Expression("a > 1") == Expression("a > 1") != Expression("a > 2")
    assert len({Expression("a"), Expression("a")}) == 1 and "a > 1" in repr(Expression("a > 1"))

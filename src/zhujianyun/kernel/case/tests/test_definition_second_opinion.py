"""Two engines, one answer: every expression of the examples under a second, independent CEL engine.

One difference is known and wanted. By the CEL specification ``exists`` and ``all`` pass over an
element that raises when another element settles the answer; the engine of the platform refuses.
A refusal is the safe side: a record with a gap is mended, not skipped.
"""

from __future__ import annotations

from pathlib import Path

import celpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.base.expressions import Expression, ExpressionError
from zhujianyun.kernel.case.definition.lint_expressions import expressions
from zhujianyun.kernel.case.definition.load import load_file

DEFINITIONS = Path(__file__).parent / "definitions"
REFUSED = "refused"


def sources() -> list[str]:
    """Every expression of the examples that reads something and needs no host function."""
    found = set()
    for path in sorted(DEFINITIONS.glob("*.yaml")):
        found |= {e.source for _, e in expressions(load_file(path, "test")) if e.paths and not e.functions}
    return sorted(found)


_environment = celpy.Environment()
_programs = {s: _environment.program(_environment.compile(s)) for s in sources()}


def second_opinion(source: str, facts: dict):
    try:
        value = _programs[source].evaluate({name: celpy.json_to_cel(fact) for name, fact in facts.items()})
    except celpy.CELEvalError:
        return REFUSED
    if isinstance(value, celpy.celtypes.BoolType):
        return bool(value)
    return int(value) if isinstance(value, celpy.celtypes.IntType) else str(value)


def first_opinion(source: str, facts: dict):
    try:
        return Expression(source).evaluate(facts)
    except ExpressionError:
        return REFUSED


def has_gap(facts: dict) -> bool:
    """Whether some record of the list lacks a field."""
    return any(len(one) < 3 for one in facts.get("opinions", ()))


def records(**fields):
    """Records in which any field may be missing."""
    return st.fixed_dictionaries({}, optional=fields)


booleans = st.booleans()
all_facts = st.fixed_dictionaries(
    {},
    optional={
        "subject": records(
            kind=st.sampled_from(["勘察", "设计", ""]),
            grade=st.sampled_from(["甲级", "乙级"]),
            scale=st.sampled_from(["大型", "中型", "小型"]),
            special_project=booleans,
            special=booleans,
            punished=booleans,
            crowded_public=booleans,
            crowded=booleans,
        ),
        "firm": records(grade=st.sampled_from(["一类", "二类"])),
        "opinions": st.lists(
            records(open=booleans, passed=booleans, severity=st.sampled_from(["强条", "一般", "建议"])),
            max_size=4,
        ),
        "promise": records(rereview_days=st.integers(0, 90)),
        "limits": records(
            rectify_days=st.integers(0, 90), lapse_days=st.integers(0, 90), long_days=st.integers(0, 90)
        ),
        "change": records(major=booleans),
    },
)


def test_there_is_something_to_compare():
    assert len(sources()) >= 11


@pytest.mark.parametrize("source", sources())
@settings(max_examples=60, deadline=None)
@given(facts=all_facts)
def test_both_engines_agree(source, facts):
    first, second = first_opinion(source, facts), second_opinion(source, facts)
    if first == REFUSED and has_gap(facts) and "opinions." in source:
        return  # the known difference: refused, never granted
    assert (type(first), first) == (type(second), second)


@pytest.mark.parametrize("source", ["opinions.exists(o, o.open)", "!opinions.all(o, !o.open)"])
def test_a_record_with_a_gap_is_refused_and_not_passed_over(source):
    with pytest.raises(ExpressionError):
        Expression(source).holds({"opinions": [{}, {"open": True}]})


@pytest.mark.parametrize("wrong", [None, "yes", 1, [], {}])
def test_what_is_no_boolean_counts_as_true_in_neither_engine(wrong):
    for source in ("!subject.special_project", "change.major"):
        facts = {"subject": {"special_project": wrong}, "change": {"major": wrong}}
        with pytest.raises(ExpressionError):
            Expression(source).holds(facts)
        assert second_opinion(source, facts) is not True

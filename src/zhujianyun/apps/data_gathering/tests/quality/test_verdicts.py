"""Verdicts over whole columns are those of the row oracle (判定一致)."""

from __future__ import annotations

import random

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from zhujianyun.apps.data_gathering.actions.quality import measuring
from zhujianyun.apps.data_gathering.rules.quality import options, oracle, vectors, words
from zhujianyun.apps.data_gathering.rules.quality.kinds import KINDS, rule_of
from zhujianyun.base.codes import citizen_id, uscc
from zhujianyun.base.errors import RuleBroken

from . import material


@pytest.fixture(scope="module")
def engine():
    connection = ibis.duckdb.connect(threads="1")
    yield connection
    connection.disconnect()


def by_column(engine, folder, table, rules):
    """Counts and failing rows of every rule, by expressions."""
    pq.write_table(table, folder / "rows.parquet")
    rows = engine.read_parquet(str(folder / "rows.parquet"))
    references = {}
    for (name, column), values in material.KNOWN.items():
        pq.write_table(pa.table({column: sorted(values)}), folder / f"{name}-{column}.parquet")
        references[name, column] = engine.read_parquet(str(folder / f"{name}-{column}.parquet"))[column]
    around = vectors.Around(material.TAKEN, references, measuring.wrong_codes(rows, rules))
    tests = [vectors.test_of(rule, rows, around) for rule in rules]
    counted = vectors.counts(tests, rows).to_pyarrow().to_pylist()[0]
    return [
        (
            counted[f"checked_{n}"] or 0, counted[f"passed_{n}"] or 0,
            set(rows.filter(test.fails)["id"].to_pyarrow().to_pylist()),
        )
        for n, test in enumerate(tests)
    ]  # fmt: skip


def by_row(table, rules):
    """The same by the oracle."""
    rows, found = table.to_pylist(), []
    for rule in rules:
        said = oracle.judge(rule, rows, oracle.World(material.TAKEN, material.KNOWN))
        fails = {row["id"] for row, one in zip(rows, said, strict=True) if one is False}
        checked = sum(one is not None for one in said)
        found.append((checked, checked - len(fails), fails))
    return found


@given(material.tables(), material.rules())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_expressions_judge_as_the_rows_are_judged_one_by_one(engine, tmp_path, table, rules):
    assert by_column(engine, tmp_path, table, rules) == by_row(table, rules)


def test_every_kind_of_rule_judges_alike_on_a_table_of_every_odd_value(engine, tmp_path):
    rng = random.Random(5)
    odd = [
        {
            "id": n, "word": rng.choice((*material.WORDS, None)),
            "code": rng.choice((*material.CODES, None, uscc.make(rng), citizen_id.make(rng))),
            "whole": rng.choice((None, 0, 1, -1, 2**63 - 1)), "other": rng.choice((None, 0, 1)),
            "amount": rng.choice((*material.AMOUNTS, None)), "begun": rng.choice((*material.DAYS, None)),
            "ended": rng.choice((*material.DAYS, None)), "at": rng.choice((*material.MOMENTS, None)),
            "ok": rng.choice((True, False, None)),
        }
        for n in range(600)
    ]  # fmt: skip
    table = pa.Table.from_pylist(odd, schema=material.SCHEMA)
    rules = [
        rule_of({"title": "全部", **one, "condition": when}, material.ROWS)
        for one in material.MADE
        for when in ([], [{"item": "whole", "op": "ge", "value": 0}])
    ]
    found, expected = by_column(engine, tmp_path, table, rules), by_row(table, rules)
    for rule, one, other in zip(rules, found, expected, strict=True):
        assert one == other, rule
    told = {
        rule.kind for rule, (checked, passed, _) in zip(rules, found, strict=True) if 0 < passed < checked
    }
    assert told == {kind for kind, one in KINDS.items() if one.is_by_row}  # each both passes and fails


@pytest.mark.parametrize("name", sorted(options.FORMATS))
def test_a_format_reads_alike_in_every_engine(engine, name):
    said = {"format": name}
    words = [*material.WORDS, *material.CODES]
    column = ibis.memtable({"word": words})["word"].re_search(options.pattern_of(said))
    found = engine.to_pyarrow(column).to_pylist()
    assert found == [options.python_pattern(said).match(word) is not None for word in words]


@pytest.mark.parametrize("said, field", [
    ({"kind": "magic", "columns": ["word"]}, "kind"), ({"kind": "filled", "columns": []}, "columns"),
    ({"kind": "filled", "columns": ["gone"]}, "columns"), ({"kind": "format", "columns": ["whole"]}, "columns"),
    ({"kind": "format", "columns": ["word"]}, "format"), ({"kind": "range", "columns": ["whole"]}, "least"),
    ({"kind": "range", "columns": ["whole"], "options": {"least": 5, "most": 1}}, "least"),
    ({"kind": "range", "columns": ["begun"], "options": {"least": "昨天"}}, "least"),
    ({"kind": "compare", "columns": ["word", "whole"], "options": {"op": "eq"}}, "columns"),
    ({"kind": "compare", "columns": ["word", "code"], "options": {"op": "lt"}}, "op"),
    ({"kind": "compare", "columns": ["whole", "whole"], "options": {"op": "lt"}}, "columns"),
    ({"kind": "filled", "columns": ["word"], "weight": 0.5}, "weight"),
    ({"kind": "filled", "columns": ["word"], "threshold": "101"}, "threshold"),
    ({"kind": "filled", "columns": ["word"], "title": " "}, "title"),
    ({"kind": "filled", "columns": ["word"], "dimension": "beauty"}, "dimension"),
    ({"kind": "reach", "condition": [{"item": "whole", "op": "ge", "value": 1}]}, "condition"),
])  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(said, field):
    with pytest.raises(RuleBroken) as refused:
        rule_of({"title": "不通", **said}, material.ROWS)
    assert field in refused.value.details["fields"]


@given(material.rules())
@settings(max_examples=60, deadline=None)
def test_a_rule_reads_the_same_from_what_is_stored_of_it(rules):
    for rule in rules:
        assert rule_of(rule.row(), material.ROWS) == rule


@pytest.mark.parametrize("told, said", [
    ({"kind": "range", "columns": ["begun"], "options": {"most": "taken"}}, "开工日期应不大于取数日"),
    ({"kind": "range", "columns": ["whole"], "options": {"least": 1, "most": 5}}, "whole 应在 1 至 5 之间"),
    ({"kind": "filled", "columns": ["begun"], "condition": [{"item": "word", "op": "prefix", "value": "20"}]},
     "word 开头是 20 时，开工日期应填写"),
    ({"kind": "unique", "columns": ["begun", "ended"]}, "开工日期、ended 的组合不得重复"),
    ({"kind": "compare", "columns": ["begun", "ended"], "options": {"op": "le"}}, "开工日期应不大于 ended"),
    ({"kind": "code", "columns": ["code"], "options": {"code": "uscc"}}, "code 应是正确的统一社会信用代码"),
])  # fmt: skip
def test_a_rule_is_said_in_a_chinese_sentence(told, said):
    made = rule_of({"title": "说法", **told}, material.ROWS)
    assert words.sentence(made.row(), {"begun": "开工日期"}) == said

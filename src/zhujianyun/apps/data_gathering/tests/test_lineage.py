"""From columns to items and figures, and back (血缘)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.queries import lineage as queries
from zhujianyun.apps.data_gathering.rules import lineage
from zhujianyun.apps.data_gathering.rules.lineage import Graph, Node
from zhujianyun.apps.data_gathering.tests import lake_world
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.lake_sql import sql_of
from zhujianyun.kernel.resource.models import Mount
from zhujianyun.kernel.resource.tests.test_actions import office, resource  # noqa: F401 - a published entry


def works_without(one, code: str, name: str) -> bool:  # noqa: ANN001
    """Whether the expression can still be written when a column is gone."""
    declared = {
        c: [col for col in lake_world.columns_of(c) if (c, col["name"]) != (code, name)] for c in one.codes
    }
    try:
        sql_of(one, declared)
    except Exception:  # noqa: BLE001 - whatever Ibis says of a column that is not there
        return False
    return True


def test_what_sqlglot_finds_is_exactly_what_the_expression_cannot_do_without():
    for code in lake_world.gathered_codes():
        for one in registry.gathered_of(registry.get(code)):
            columns = {c: [col["name"] for col in lake_world.columns_of(c)] for c in one.codes}
            sql = sql_of(one, {c: lake_world.columns_of(c) for c in one.codes})
            needed = {(c, n) for c, names in columns.items() for n in names if not works_without(one, c, n)}
            # A column that is worked out beside others and then not asked for decides nothing.
            spare = {pair for pair in needed if pair not in lineage.touched(sql, columns)}
            assert lineage.touched(sql, columns) <= needed, code
            assert {name for _, name in spare} <= {"valid_to"}, code


def test_names_behind_stars_joins_and_unused_columns_are_told_apart():
    sql = """WITH a AS (SELECT *, x + 1 AS more FROM t), b AS (SELECT * FROM a WHERE y > 0)
             SELECT z, COUNT(*) AS n FROM b WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = b.k) GROUP BY z"""
    assert lineage.touched(sql, {"t": ["x", "y", "z", "k"], "u": ["k", "w"]}) == {
        ("t", "y"), ("t", "z"), ("t", "k"), ("u", "k"),
    }  # fmt: skip


nodes = st.builds(Node, st.just("column"), st.sampled_from("abcdef"))


@given(st.lists(st.tuples(nodes, nodes).filter(lambda pair: pair[0] < pair[1]), max_size=12))
def test_up_and_down_are_each_others_mirror(edges):
    graph = Graph()
    for a, b in edges:
        graph.add(a, b)
    for a in graph.nodes:
        for b in graph.downstream(a):
            assert a in graph.upstream(b)
    for a in graph.nodes:
        part = graph.around([a])
        assert set(part.upstream(a)) == set(graph.upstream(a))
        assert set(part.downstream(a)) == set(graph.downstream(a))


def test_a_picture_has_every_node_once_and_none_upon_another():
    graph = Graph()
    for n in range(5):
        graph.add(Node("origin", f"o{n}"), Node("column", f"c{n}"))
        graph.add(Node("column", f"c{n}"), Node("figure", "f1"))
    graph.add(Node("figure", "f1"), Node("figure", "f2"))
    drawing = lineage.drawn(graph, [Node("figure", "f1")])
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len(set(places)) == len(places) == len(graph.nodes)
    assert len(drawing.paths) == len(graph.edges)
    x = {box.node.key: box.x for box in drawing.boxes}
    assert x["o1"] < x["c1"] < x["f1"] < x["f2"]
    assert max(box.y for box in drawing.boxes) + lineage.BOX_HEIGHT <= drawing.height


@pytest.mark.django_db
class TestFromTheDeclarations:
    @pytest.fixture
    def fund(self):
        dataset = lake_world.register("fund-supervision-066")
        dataset.columns[4] |= {"origin": "JNJE"}
        dataset.columns[3] |= {"origin": "JE", "zh": "金额"}
        dataset.save()
        return dataset

    def test_a_figure_goes_back_to_the_columns_of_the_source_system(self, fund):
        graph, node = queries.of_figure(SYSTEM, "data_gathering.fund_deposits")
        above = graph.upstream(node)
        assert {n.key for n in above if n.kind == "column"} == {
            f"fund-supervision-066.{name}" for name in ("account_no", "amount", "paid_on", "city_code")
        }
        assert "fund-supervision.fund-supervision-066.JE" in {n.key for n in above if n.kind == "origin"}
        ways = {(a.key.rpartition(".")[2], how) for a, b, how in graph.edges if b == node}
        assert ways == {
            ("account_no", queries.BY_ROW), ("amount", queries.BY_VALUE), ("paid_on", queries.BY_VALUE),
            ("city_code", queries.BY_VALUE),
        }  # fmt: skip

    def test_a_column_leads_to_the_figures_and_to_the_rates_made_of_them(self, fund):
        lake_world.register("fund-supervision-068")
        graph, node = queries.of_column(SYSTEM, "fund-supervision-066", "amount")
        below = {n.key for n in graph.downstream(node)}
        assert {"data_gathering.fund_deposits", "data_gathering.fund_lending_share"} <= below
        assert "data_gathering.fund_payers" not in below

    def test_an_item_comes_from_the_column_that_its_mount_binds(self, fund, resource):  # noqa: F811
        Mount.objects.create(
            code="m1", resource=resource, kind="table", title="库表", dataset=fund, binding={"name": "amount"}
        )
        graph, node = queries.of_item(SYSTEM, resource.code, "name")
        assert [n.key for n in graph.upstream(node) if n.kind == "column"] == ["fund-supervision-066.amount"]
        _, column = queries.of_column(SYSTEM, "fund-supervision-066", "amount")
        assert column.kind == "column"

    def test_what_is_not_from_gathered_data_or_not_to_be_seen_is_not_found(self, fund):
        for asked in (("data_gathering.no", "x"), ("fund-supervision-066", "no_such_column")):
            with pytest.raises(NotFound):
                queries.of_column(SYSTEM, *asked)
        with pytest.raises(NotFound):
            queries.of_figure(SYSTEM, "data_catalogue.catalogues")
        with pytest.raises(NotFound):
            queries.of_column(access.subject_actor(1, "某人"), "fund-supervision-066", "amount")

"""What was indexed before the kinds were among the words is found after the migration as before."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from django.db import connection

from zhujianyun.ui.search import queries

MIGRATION = import_module("zhujianyun.ui.search.migrations.0003_one_character_and_kind")
TOKENS = {
    "postgresql": "SELECT words::text FROM search_searchentry",
    "sqlite": "SELECT reach FROM search_words",
}


def tokens() -> str:
    with connection.cursor() as cursor:
        cursor.execute(TOKENS[connection.vendor])
        return " ".join(one for (one,) in cursor.fetchall())


def test_the_words_are_taken_over_with_their_kind_and_back(kept):
    bureau = kept()
    bureau.accepted()
    bureau.accepted()
    kept()
    actor, editor = bureau.actor("张三", "clerk"), SimpleNamespace(connection=connection)

    def told():
        return [queries.find(actor, text, kind="case").total for text in ("青", "青秀", "住宅楼", "p", "1")]

    before, stood = told(), sorted(tokens().split())
    MIGRATION.tear_down(None, editor)
    assert "·" not in tokens().replace("'·'", "") and "p" in tokens()
    MIGRATION.build(None, editor)
    assert sorted(tokens().split()) == stood
    assert told() == before and before[:3] == [2, 2, 2]

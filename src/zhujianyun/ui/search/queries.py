"""Asking the index (检索查询): hits of one page, counts by kind, only of what the asker may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from zhujianyun.base.search import normalise
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.search import registry, snippets, words
from zhujianyun.ui.search.models import SearchEntry

PER_PAGE = 20
LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer (命中)."""

    entry: SearchEntry
    kind_zh: str
    number: list[snippets.Piece]
    title: list[snippets.Piece]
    snippet: list[snippets.Piece]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer (检索结果)."""

    words: list[str]
    counts: list[tuple[str, str, int]]  # kind, 中文, how many
    total: int  # of the chosen kind
    hits: list[Hit]
    page: int
    pages: int

    @property
    def all(self) -> int:
        """How many of every kind together."""
        return sum(count for _, _, count in self.counts)


def find(actor: Actor, text: str, *, kind: str = "", page: int = 1) -> Found:
    """What an actor may see that has every word of the question (检索). Three queries.

    Exact numbers first, then words in the title, then the newest.

    Raises:
        RuleBroken: ``search.empty`` when there is nothing to look for.
    """
    asked = words.asked(text)
    tokens = words.actor_tokens(actor, [code for one in registry.all_() for code in one.permissions()])
    if not tokens:
        return Found(asked, [], 0, [], 1, 1)
    match = words.expression(asked, tokens)
    counts = _counts(match)
    known = [(one.kind, one.zh, counts[one.kind]) for one in registry.all_() if counts.get(one.kind)]
    total = counts.get(kind, 0) if kind else sum(count for _, _, count in known)
    pages = max(1, min(LAST_PAGE, -(-total // PER_PAGE)))
    page = min(max(1, page), pages)
    entries = _page(match, asked, kind, [one.kind for one in registry.all_()], page) if total else []
    return Found(asked, known, total, [_hit(entry, asked) for entry in entries], page, pages)


def _counts(match: str) -> dict[str, int]:
    table, where = words.matching()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT e.kind, COUNT(*) FROM {table} WHERE {where} GROUP BY e.kind", [match])  # noqa: S608
        return dict(cursor.fetchall())


def _page(match: str, asked: Sequence[str], kind: str, kinds: Sequence[str], page: int) -> list[SearchEntry]:
    table, where = words.matching()
    within = [kind] if kind else list(kinds)
    place = "strpos(e.heading, %s)" if connection.vendor == "postgresql" else "instr(e.heading, %s)"
    whole = normalise("".join(asked))
    statement = (
        f"SELECT e.id FROM {table} WHERE {where} AND e.kind IN ({', '.join(['%s'] * len(within))}) "  # noqa: S608
        f"ORDER BY CASE WHEN {place} = 1 THEN 0 WHEN {place} = 1 THEN 1 WHEN {place} > 0 THEN 2 ELSE 3 END, "
        f"e.at DESC NULLS LAST, e.id DESC LIMIT {PER_PAGE} OFFSET {(page - 1) * PER_PAGE}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [match, *within, f"{whole}|", whole, whole])
        ids = [pk for (pk,) in cursor.fetchall()]
    found = SearchEntry.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _hit(entry: SearchEntry, asked: Sequence[str]) -> Hit:
    known = registry.get(entry.kind)
    return Hit(
        entry,
        known.zh if known else entry.kind,
        snippets.marked(entry.number, asked),
        snippets.marked(entry.title, asked),
        snippets.snippet(entry.text, asked),
    )

"""Asking the index (检索查询): hits of one page, counts by kind, only of what the asker may see.

A question that very much answers to is not answered whole: the newest `MOST` hits are looked at, and
who asked is told so. Nobody reads further, and ordering a million names for it took ten seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from zhujianyun.base.search import normalise
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.search import registry, snippets, words
from zhujianyun.ui.search.models import SearchEntry

PER_PAGE = 20
MOST = 1_000  # hits that are looked at, and that a count tells
EXACT = 20  # hits of a whole number that stand behind the newest


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer (命中)."""

    entry: SearchEntry
    kind_zh: str
    number: list[snippets.Piece]
    title: list[snippets.Piece]
    snippet: list[snippets.Piece]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of one kind (种类计数); with ``is_more`` there are more than the count tells."""

    kind: str
    zh: str
    count: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The answer (检索结果)."""

    words: list[str]
    counts: list[Counted]
    total: int  # of the chosen kind
    hits: list[Hit]
    page: int
    pages: int
    is_cut: bool = False  # there are more of the chosen kind than are shown

    @property
    def all(self) -> int:
        """How many of every kind together."""
        return sum(one.count for one in self.counts)

    @property
    def has_more(self) -> bool:
        """Whether there are more than are counted (计数未尽)."""
        return any(one.is_more for one in self.counts)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, and what the asker may see (检索问题)."""

    words: list[str]
    tokens: list[str]

    def match(self, kind: str = "") -> str:
        return words.expression(self.words, self.tokens, kind)


def find(actor: Actor, text: str, *, kind: str = "", page: int = 1) -> Found:
    """What an actor may see that has every word of the question (检索). Two queries, five for very many hits.

    Exact numbers first, then words in the title, then the newest.

    Raises:
        RuleBroken: ``search.empty`` when there is nothing to look for.
    """
    asked = words.asked(text)
    tokens = words.actor_tokens(actor, [code for one in registry.all_() for code in one.permissions()])
    if not tokens:
        return Found(asked, [], 0, [], 1, 1)
    question = _Question(asked, tokens)
    rows, is_cut = _ordered(question)
    counts = _counts_apart(question) if is_cut else _counts(rows)
    if kind and is_cut:
        rows, is_cut = _ordered(question, kind)
    rows = [row for row in rows if row[1] == kind or (not kind and registry.get(row[1]))]
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(max(1, page), pages)
    entries = _entries([pk for pk, _ in rows[(page - 1) * PER_PAGE : page * PER_PAGE]])
    return Found(asked, counts, len(rows), [_hit(one, asked) for one in entries], page, pages, is_cut)


def _ordered(question: _Question, kind: str = "") -> tuple[list[tuple[int, str]], bool]:
    """Number and kind of the hits in their order, the newest `MOST`, and whether there are more."""
    match, whole = question.match(kind), normalise("".join(question.words))
    place = "strpos(e.heading, %s)" if connection.vendor == "postgresql" else "instr(e.heading, %s)"
    statement = (
        f"SELECT e.id, e.kind FROM ({_some(' ORDER BY id DESC')}) f CROSS JOIN search_searchentry e WHERE e.id = f.id "  # noqa: S608 - names of ours
        f"ORDER BY CASE WHEN {place} = 1 THEN 0 WHEN {place} = 1 THEN 1 WHEN {place} > 0 THEN 2 ELSE 3 END, "
        "e.at DESC NULLS LAST, e.id DESC"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [match, f"{whole}|", whole, whole])
        rows = cursor.fetchall()
        if len(rows) <= MOST:
            return rows, False
        first = _exact(cursor, match, whole)
    known = set(first)
    return [*first, *(row for row in rows if row not in known)][:MOST], True


def _some(order: str = "") -> str:
    """The numbers of the hits, no more than tell that there are too many (部分命中)."""
    return f"{words.numbers()}{order} LIMIT {MOST + 1}"


def _exact(cursor: CursorWrapper, match: str, whole: str) -> list[tuple[int, str]]:
    """Hits whose number is what was asked, however old they are (编号相同)."""
    least, less = ("~>=~", "~<~") if connection.vendor == "postgresql" else (">=", "<")
    within = f"SELECT id FROM search_searchentry WHERE heading {least} %s AND heading {less} %s LIMIT {EXACT}"  # noqa: S608 - names of ours
    cursor.execute(within, [f"{whole}|", f"{whole}}}"])  # "}" is what follows "|"
    found: list[tuple[int, str]] = []
    for (pk,) in cursor.fetchall():
        cursor.execute(
            f"SELECT id, kind FROM search_searchentry WHERE id IN ({words.numbers(one=True)})", [match, pk]
        )  # noqa: S608
        found += cursor.fetchall()
    return found


def _counts(rows: Sequence[tuple[int, str]]) -> list[Counted]:
    counts = Counter(kind for _, kind in rows)
    return [Counted(one.kind, one.zh, counts[one.kind]) for one in registry.all_() if counts[one.kind]]


def _counts_apart(question: _Question) -> list[Counted]:
    """The counts of each kind by itself, as far as they are counted (分种类计数)."""
    kinds = registry.all_()
    each = " UNION ALL ".join(f"SELECT {n}, COUNT(*) FROM ({_some()}) f{n}" for n in range(len(kinds)))  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(each, [question.match(one.kind) for one in kinds])
        counts = dict(cursor.fetchall())
    return [
        Counted(one.kind, one.zh, min(MOST, counts[n]), counts[n] > MOST)
        for n, one in enumerate(kinds)
        if counts[n]
    ]


def _entries(ids: list[int]) -> list[SearchEntry]:
    found = SearchEntry.objects.in_bulk(ids) if ids else {}
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

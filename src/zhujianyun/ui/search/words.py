"""The full-text index itself (全文索引): Han bigrams and reach, in FTS5 on SQLite, as tsvector on PostgreSQL.

Who may see a row is indexed with its words, as tokens, so one match expression asks for both: nothing
that may not be seen is ever matched, counted or ordered. The tokens say what a row needs (a permission
at an office); what the asker holds is taken from his rights of this moment. The kind of a row is a token
as well. These tokens begin with a sign that no word has, so nothing typed ever meets them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection

from zhujianyun.base import search
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.search.registry import Reach

LONGEST = 6_000  # characters of one row that are indexed; PostgreSQL knows 16,383 positions
MOST_WORDS = 8  # words of one question
LONGEST_QUESTION = 80
GAP = "·"  # stands between texts: no phrase reaches from one into the next
MARK = "·"  # begins the tokens of reach and kind
MOST_PLACES = 250  # PostgreSQL keeps at most 256 positions of one lexeme


@dataclass(frozen=True, slots=True)
class Indexed:
    """The words of one entry (索引内容)."""

    entry_id: int
    title: tuple[str, ...]
    body: tuple[str, ...]
    reach: tuple[Reach, ...]
    kind: str = ""

    @property
    def tokens(self) -> list[str]:
        """What is indexed of it beside its words (附加词)."""
        return [*row_tokens(self.reach), *([kind_token(self.kind)] if self.kind else [])]


def put(rows: Sequence[Indexed]) -> None:
    """Write the words of entries in place of what was there (写入索引). Inside a transaction."""
    if connection.vendor == "postgresql":
        values = [(_vector(row), row.entry_id) for row in rows]
        _many("UPDATE search_searchentry SET words = %s::tsvector WHERE id = %s", values)
        return
    drop([row.entry_id for row in rows])
    lines = [(row.entry_id, _line(row.title), _line(row.body), " ".join(row.tokens)) for row in rows]
    _many("INSERT INTO search_words(rowid, title, body, reach) VALUES (%s, %s, %s, %s)", lines)


def drop(ids: Iterable[int]) -> None:
    """Take entries out of the index (移出索引); on PostgreSQL the words go with their row."""
    if connection.vendor != "postgresql":
        _many("DELETE FROM search_words WHERE rowid = %s", [(one,) for one in ids])


def _many(statement: str, values: Sequence[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _line(texts: Iterable[str]) -> str:
    return f" {GAP} ".join(search.bigrams(text[:LONGEST]) for text in texts if text)


def _vector(row: Indexed) -> str:
    """A tsvector with places, written out: PostgreSQL's own parser never sees the text."""
    places: dict[str, list[int]] = defaultdict(list)
    place = 0
    for text in (*row.title, *row.body):
        for token in search.bigrams(text[:LONGEST]).split():
            place += 1
            if place < 16_000 and len(places[token]) < MOST_PLACES:
                places[token].append(place)
        place += 1
    found = [f"'{token}':{','.join(map(str, at))}" for token, at in places.items() if at]
    return " ".join([*found, *(f"'{token}'" for token in row.tokens)])


# --- who may see it ---------------------------------------------------------------------------------


def row_tokens(reach: Iterable[Reach]) -> list[str]:
    """What a row says about who may see it (可见词)."""
    found: dict[str, None] = {}
    for permission, office in reach:
        code = _code(permission)
        tokens = (f"{code}n",) if office is None else (f"{code}a", f"{code}o{office}")
        found.update(dict.fromkeys(tokens))
    return list(found)


def actor_tokens(actor: Actor, permissions: Iterable[str]) -> list[str]:
    """What an actor may see, as tokens of which a row must have one (操作者可见词)."""
    found = []
    for permission in sorted(set(permissions)):
        offices, code = access.offices_for(actor, permission), _code(permission)
        if offices is access.ALL:
            found += [f"{code}a", f"{code}n"]
        elif offices:
            found += [f"{code}n", *(f"{code}o{office}" for office in sorted(offices))]
    return found


@cache
def _code(permission: str) -> str:
    return f"{MARK}p{hashlib.sha256(permission.encode()).hexdigest()[:12]}"


@cache
def kind_token(kind: str) -> str:
    """What a row says of its kind (种类词)."""
    return f"{MARK}k{hashlib.sha256(kind.encode()).hexdigest()[:12]}"


# --- the question -------------------------------------------------------------------------------------


def asked(text: str) -> list[str]:
    """The words of a question, each in its normal form (检索词); too many or too long are cut.

    Raises:
        RuleBroken: ``search.empty`` without a letter, digit or character.
    """
    words = [search.normalise(word) for word in text[:LONGEST_QUESTION].split()[:MOST_WORDS]]
    words = [word for word in dict.fromkeys(words) if word]
    if not words:
        raise RuleBroken("请输入至少一个汉字、字母或数字再检索。", rule="search.empty")
    return words


def expression(words: Sequence[str], tokens: Sequence[str], kind: str = "") -> str:
    """The match expression for words and reach together, of one kind when it is given (检索式)."""
    if connection.vendor == "postgresql":
        wanted = " & ".join(f"({search.query(word, 'tsquery')})" for word in words)
        within = f" & '{kind_token(kind)}'" if kind else ""
        return f"({wanted}) & ({' | '.join(_quoted(tokens, chr(39)))}){within}"
    wanted = " AND ".join(search.query(word) for word in words)
    within = f' AND reach : "{kind_token(kind)}"' if kind else ""
    return f"{{title body}} : ({wanted}) AND reach : ({' OR '.join(_quoted(tokens, chr(34)))}){within}"


def _quoted(tokens: Iterable[str], mark: str) -> list[str]:
    return [f"{mark}{token}{mark}" for token in tokens]


def matching() -> tuple[str, str]:
    """FROM and WHERE with one parameter, the expression (匹配语句)."""
    if connection.vendor == "postgresql":
        return "search_searchentry e", "e.words @@ %s::tsquery"
    # CROSS: the words lead. SQLite would rather ask the index of kinds and match row by row.
    found = "search_words CROSS JOIN search_searchentry e ON e.id = search_words.rowid"
    return found, "search_words MATCH %s"


def numbers(*, one: bool = False) -> str:
    """The statement for the numbers of what matches (命中编号), with the expression as parameter; or for ``one`` row."""
    if connection.vendor == "postgresql":
        return f"SELECT id FROM search_searchentry WHERE words @@ %s::tsquery{' AND id = %s' if one else ''}"
    return (
        f"SELECT rowid AS id FROM search_words WHERE search_words MATCH %s{' AND rowid = %s' if one else ''}"
    )

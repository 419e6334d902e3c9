"""Search over Chinese names by character bigrams (中文检索): complete where trigrams and word lists miss.

A text is indexed as all its bigrams plus its last character alone; a query of two or more
characters is the phrase of its bigrams, a query of one character a prefix. The scheme finds
exactly what a substring search finds, through an index. SQLite: FTS5 with :data:`FTS5_TOKENIZE`;
PostgreSQL: the same token text in ``to_tsvector('simple', …)``.

Apply permissions in the same statement as the match.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from zhujianyun.base.errors import RuleBroken

# Token text is already normal: words end at spaces only, whatever Unicode SQLite was built with.
FTS5_TOKENIZE = "ascii"


def normalise(text: str) -> str:
    """Letters and digits only, compatibility forms and case folded (检索规范化)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in folded if character.isalnum())


def bigrams(text: str) -> str:
    """The token text to be indexed (索引词串): bigrams and the last character, parted by spaces."""
    plain = normalise(text)
    return " ".join([*_pairs(plain), plain[-1:]]) if plain else ""


def query(text: str, dialect: Literal["fts5", "tsquery"] = "fts5") -> str:
    """The match expression for what a person typed (检索式); nothing typed can escape from it.

    Raises:
        RuleBroken: no letter or digit in the text.
    """
    plain = normalise(text)
    if not plain:
        raise RuleBroken("请输入至少一个汉字、字母或数字再检索", rule="search.empty")
    if len(plain) == 1:
        return f'"{plain}"*' if dialect == "fts5" else f"'{plain}':*"
    if dialect == "fts5":
        return f'"{" ".join(_pairs(plain))}"'
    return " <-> ".join(f"'{pair}'" for pair in _pairs(plain))


def _pairs(plain: str) -> list[str]:
    return [plain[place : place + 2] for place in range(len(plain) - 1)]

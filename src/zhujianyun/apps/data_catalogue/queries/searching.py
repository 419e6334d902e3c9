"""Entries as full-text search finds them (目录检索): title, code, items, field names, pinyin initials.

Who may see an entry is part of the same query: what is published and shared is known to whoever may
view the catalogue anywhere, the rest at the provider's office only (as ``resource.queries.resources``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from pypinyin import Style, lazy_pinyin

from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Edition, Mount, Resource
from zhujianyun.ui.search import words
from zhujianyun.ui.search.registry import Reach, Row, Searched

KIND = "catalogue_entry"
VIEW = "resource.view"
HAN = re.compile(r"[一-鿿]")


def initials(text: str) -> str:
    """The pinyin initials of a text (拼音首字母); what is no Han character stands as it is."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)) if HAN.search(text) else ""


def texts_of(entry: Resource, edition: Edition | None, mounts: Collection[Mount]) -> dict[str, list[str]]:
    """Everything by which an entry is found (检索文本): shown texts by heading, and hidden ones under ""."""
    items = edition.items if edition else []
    names = [str(item["zh"]) for item in items]
    columns = [column for mount in mounts for column in mount.binding.values()]
    return {
        "提供方": [entry.provider.name],
        "摘要": [edition.abstract] if edition else [],
        "分类": [edition.class_path] if edition else [],
        "信息项": [f"{item['zh']}（{item['code']}）" for item in items],
        "挂载": [mount.title for mount in mounts],
        "": [one for one in (*map(initials, [entry.title, *names]), *columns) if one],
    }


def reach_of(entry: Resource) -> tuple[Reach, ...]:
    """Who may know of an entry (可见范围)."""
    is_known = entry.state == Resource.State.PUBLISHED and entry.share != Resource.Share.NONE
    return ((VIEW, None), (VIEW, entry.provider_id)) if is_known else ((VIEW, entry.provider_id),)


def entry_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Entries with the words of the edition in force (目录)."""
    rows = Resource.objects.select_related("provider").order_by("pk")
    if groups is not None:
        rows = rows.filter(code__in=list(groups))
    mounted = Mount.objects.filter(state=Mount.State.MOUNTED)
    rows = rows.prefetch_related("editions", Prefetch("mounts", queryset=mounted, to_attr="hung"))
    for entry in rows:
        edition = next((one for one in entry.editions.all() if one.number == entry.edition), None)
        texts = texts_of(entry, edition, entry.hung)  # type: ignore[attr-defined]
        hidden = texts.pop("")
        yield Row(
            ref=entry.code, number=entry.code, title=entry.title, reach=reach_of(entry), at=entry.created_at,
            url=reverse("data_catalogue:entry", args=[entry.pk]), hidden=tuple(hidden),
            fields=tuple((zh, one) for zh, many in texts.items() for one in many),
        )  # fmt: skip


ENTRIES = Searched(KIND, "资源目录", ("resource.*",), entry_rows, lambda: [VIEW])


def found(rows: QuerySet[Resource], text: str, by: Actor) -> QuerySet[Resource]:
    """Those of the entries that have every word of a question and that an actor may see (目录检索).

    Raises:
        RuleBroken: ``search.empty`` when there is nothing to look for.
    """
    asked, tokens = words.asked(text), words.actor_tokens(by, [VIEW])
    if not tokens:
        return rows.none()
    table, where = words.matching()
    statement = f"SELECT e.ref FROM {table} WHERE {where}"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(statement, [words.expression(asked, tokens, KIND)])
        return rows.filter(code__in=[ref for (ref,) in cursor.fetchall()])

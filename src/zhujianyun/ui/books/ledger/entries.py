"""The pages of the entries (留痕页面): search, one entry, its private body. Every use is written down."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import rows as raw
from zhujianyun.kernel.journal.canonical import row_bytes
from zhujianyun.kernel.journal.models import Entry, LogState, PrivateBody, Seal
from zhujianyun.kernel.journal.rows import LEAF, PREV, SEQ
from zhujianyun.ui.books.guarding import needs, source
from zhujianyun.ui.books.ledger import queries, words
from zhujianyun.ui.workbench import viewer

guarded = needs("journal.read", "journal")


@require_safe
@guarded
def index(request: HttpRequest) -> HttpResponse:
    """Search the journal (检索留痕)."""
    wanted = queries.Filters.read(request.GET.dict())
    _used(request, "journal.search", ("journal", "entries"), wanted.facts())
    found = queries.search(wanted)
    names = words.Names.of(found.entries)
    context = {
        "wanted": wanted, "found": found, "families": words.FAMILIES_ZH, "results": words.RESULTS_ZH,
        "kinds": words.OBJECTS_ZH, "state": LogState.objects.first(),
        "lines": [_line(entry, found.numbers, names) for entry in found.entries],
        "next": wanted.address(found.next_before) if found.next_before else "", "first": wanted.address(),
    }  # fmt: skip
    return render(request, "books/journal.html", context)


@require_safe
@guarded
def show(request: HttpRequest, number: int) -> HttpResponse:
    """One sealed entry with what was hashed (留痕详情)."""
    entry, seal = sealed(number)
    _used(request, "journal.open_entry", ("journal.entry", str(entry.pk)), {"number": number})
    return render(request, "books/entry.html", context_of(entry, seal))


@require_safe
@guarded
def unsealed(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry that waits to be sealed; sealed since, it has a number and moves there (待封存留痕)."""
    entry = Entry.objects.filter(pk=pk).first()
    if entry is None:
        raise NotFound("没有这条留痕。", rule="journal.known")
    seal = Seal.objects.filter(entry=entry).first()
    if seal is not None:
        return redirect("books:entry", seal.seq + 1)
    _used(request, "journal.open_entry", ("journal.entry", str(pk)), {"number": None})
    return render(request, "books/entry.html", context_of(entry, None))


@require_POST
@guarded
def private(request: HttpRequest, number: int) -> HttpResponse:
    """The private body, after a reason was given; the read is written down first (查阅保密正文)."""
    entry, seal = sealed(number)
    context, purpose = context_of(entry, seal), request.POST.get("purpose", "").strip()
    try:
        if len(purpose) < 4:
            raise RuleBroken("查阅保密正文须写明理由，不少于 4 个字。", rule="journal.purpose")
        body = journal.open_private(entry, actor=viewer.actor(request).key, purpose=purpose)
        context["body"] = pretty(body)
    except PlatformError as error:
        context |= {"error": error, "purpose": purpose}
    return render(request, "books/entry.html", context, status=422 if "error" in context else 200)


def sealed(number: int) -> tuple[Entry, Seal]:
    """The entry at a place counted from 1, and its seal (按序号取留痕).

    Raises:
        NotFound: the journal is not that long, or the entry was taken away.
    """
    seal = Seal.objects.filter(seq=number - 1).first()
    if seal is None:
        raise NotFound(f"留痕中没有第 {number} 条，请核对序号。", rule="journal.known", number=number)
    entry = Entry.objects.filter(pk=seal.entry_id).first()
    if entry is None:
        raise NotFound(
            f"第 {number} 条的记录缺失，只剩封存。请立即核验全部留痕。", rule="journal.gone", number=number
        )
    return entry, seal


def context_of(entry: Entry, seal: Seal | None) -> dict[str, Any]:
    """What the page of an entry shows (留痕详情内容)."""
    names = words.Names.of([entry])
    hashed = raw_row(seal.seq) if seal else None
    return {
        "entry": entry, "seal": seal, "number": seal.seq + 1 if seal else None,
        "line": _line(entry, {entry.pk: seal.seq + 1} if seal else {}, names),
        "acting_for": names.zh(entry.acting_for) if entry.acting_for else "",
        "facts": pretty(entry.facts_dict), "row": hashed[0] if hashed else "", "leaf_now": hashed[1] if hashed else "",
        "has_body": bool(entry.body_commit) and PrivateBody.objects.filter(commit=entry.body_commit).exists(),
        "last": LogState.objects.values_list("size", flat=True).first() or 0,
    }  # fmt: skip


def raw_row(seq: int) -> tuple[str, str]:
    """The canonical row as it lies in the database, and the leaf stored beside it (规范行)."""
    found = raw.sealed_chunk(seq, seq + 1, 1)
    if not found or found[0][0] is None:
        return "", ""
    row = found[0]
    return row_bytes(row[SEQ], row[PREV], row).decode(), row[LEAF]


def pretty(facts: Any) -> str:
    """Facts as people read them (事实)."""
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() if facts else ""


def _line(entry: Entry, places: dict[int, int], names: words.Names) -> dict[str, Any]:
    return {
        "entry": entry, "number": places.get(entry.pk), "verb": words.verb_zh(entry.verb),
        "actor": names.zh(entry.actor), "kind": words.object_zh(entry.object_type),
        "result": words.result_zh(entry.result), "tone": "settled" if entry.result == "ok" else "bad",
    }  # fmt: skip


def _used(request: HttpRequest, verb: str, thing: tuple[str, str], facts: dict[str, Any]) -> None:
    """Write the use of the journal down, before anything of it is shown (查阅留痕)."""
    journal.record(verb, actor=viewer.actor(request).key, object=thing, facts=facts, source=source(request))

"""Rows of a granted table (库表数据): one by its key, or a page after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.api.gate import Call, Gate
from zhujianyun.apps.data_gateway.api.table.answers import CSV, JSON, Answer, table
from zhujianyun.apps.data_gateway.api.table.asked import COUNT_MOST, KEY_MARK, Granted, Place, Statement
from zhujianyun.apps.data_gateway.api.table.serving import THREADS, TooLong
from zhujianyun.apps.data_gateway.rules import asking, cursors
from zhujianyun.apps.data_gateway.rules.asking import Question
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault

NEXT, CORRECTED = "X-Zjy-Next", "X-Zjy-Corrected"
_TOLD_MOST = 200  # corrected values that the header of a CSV answer names


def row(call: Call, granted: Granted, key: list[str], gate: Gate) -> Answer:
    """One row by its key (按主键取一行).

    Raises:
        Fault: Client.RowUnknown, also for a row outside the grant: the caller cannot tell the two apart;
            Client.LookupsTooMany.
    """
    call.path = f"/{granted.ground.service.version}/items/*"
    question = _question(call, granted)
    if question.conditions or question.sort or question.cursor or question.count or question.format != "json":
        raise Fault("Client.BadFilter", "按主键查询只能再用 items 参数。")
    tag, headers = _tagged(call, granted, question, "/".join(key))
    statement = granted.by_key(question, key)
    gate.look_up(call, *key)
    found = _bracketed(call, granted, statement)
    if not found:
        raise Fault("Client.RowUnknown")
    _note(call, granted, question, 1)
    if call.headers.get("if-none-match") == tag:
        return Answer(304, b"", JSON, headers)
    if granted.served.corrected and (codes := granted.corrected(question, granted.key_text(key))):
        headers = (*headers, (CORRECTED, ",".join(codes)))
    return Answer(200, found[0][0].encode(), JSON, headers)


async def page(call: Call, granted: Granted, at: Callable[[Ground, int], Granted], gate: Gate) -> Answer:
    """One page of rows (取一页).

    Raises:
        Fault: for a bad question or cursor, a snapshot that is gone, a query that is too broad.
    """
    call.path = f"/{granted.ground.service.version}/items"
    question = _question(call, granted)
    secret = gate.policy().cursor_key
    cursor = _cursor(question, granted, secret)
    if cursor is not None:
        granted = at(granted.ground, cursor.snapshot)
    tag, headers = _tagged(call, granted, question)
    if call.headers.get("if-none-match") == tag:
        _note(call, granted, question, 0)
        return Answer(304, b"", JSON, headers)
    if number := _looked_up(granted, question):
        gate.look_up(call, number)
    rows, after = await _rows(call, granted, question, cursor)
    _note(call, granted, question, len(rows))
    _note_keys(call, granted, question, rows)
    count = await _count(granted, question)
    following = "" if after is None else cursors.write(
        cursors.Cursor(granted.served.version, after.segment, after.values),
        secret=secret, grant=granted.ground.terms.code, question=question.digest,
    )  # fmt: skip
    if following:
        headers = (*headers, (NEXT, following))
    return _body(granted, question, rows, following, count, headers)


def _question(call: Call, granted: Granted) -> Question:
    assert call.address is not None
    wants_csv = call.headers.get("accept", "").startswith("text/csv")
    return granted.question(call.address.query, wants_csv=wants_csv)


def _cursor(question: Question, granted: Granted, secret: bytes) -> cursors.Cursor | None:
    if not question.cursor:
        return None
    return cursors.read(
        question.cursor, secret=secret, grant=granted.ground.terms.code, question=question.digest
    )


def _tagged(
    call: Call, granted: Granted, question: Question, key: str = ""
) -> tuple[str, tuple[tuple[str, str], ...]]:
    terms = granted.ground.terms
    tag = asking.etag(
        question, snapshot=granted.served.version, grant=terms.code, version=terms.version,
        stamp=f"{granted.stamp}/{key}",
    )  # fmt: skip
    return tag, (("ETag", tag), ("Vary", "Authorization, X-Road-Client, X-Zjy-Purpose"))


def _bracketed(call: Call, granted: Granted, statement: Statement) -> list[tuple[Any, ...]]:
    """Ask where it comes at once or not at all (主键查询)."""
    begun = call.begin_work()
    found = granted.served.patient(statement.sql, statement.values)
    call.end_work(begun)
    return found


async def _rows(
    call: Call, granted: Granted, question: Question, cursor: cursors.Cursor | None
) -> tuple[list[tuple[Any, ...]], Place | None]:
    """The rows of a page, and where the next one begins when there is one."""
    place = Place(cursor.segment, cursor.place) if cursor else None
    begun = call.begin_work()
    found: list[tuple[int, tuple[Any, ...]]] = []
    for segment, statement in granted.page(question, place, question.size + 1):
        if len(found) <= question.size:
            found += [(segment, one) for one in await _ask(granted, statement)]
    call.end_work(begun)
    rows = [one for _, one in found[: question.size]]
    if len(found) <= question.size:
        return rows, None
    segment, last = found[question.size - 1]
    return rows, Place(segment, _place_of(granted, question, last))


def _place_of(granted: Granted, question: Question, row_: tuple[Any, ...]) -> tuple[Any, ...]:
    width = len(granted.served.key)
    if not question.sort:
        return tuple(row_[-width:])
    return (row_[-1], *row_[-1 - width : -1])


async def _ask(granted: Granted, statement: Statement) -> list[tuple[Any, ...]]:
    try:
        return granted.served.quick(statement.sql, statement.values)
    except TooLong:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(THREADS, granted.served.patient, statement.sql, statement.values)


async def _count(granted: Granted, question: Question) -> dict[str, Any]:
    if not question.count:
        return {}
    ((number,),) = await _ask(granted, granted.count(question))
    return {"count": min(number, COUNT_MOST), "count_exact": number <= COUNT_MOST}


def _note(call: Call, granted: Granted, question: Question, rows: int) -> None:
    call.rows, call.items = rows, question.codes
    call.dataset, call.snapshot = granted.served.dataset, granted.served.version


def _keys(granted: Granted, question: Question, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The key of each row: it stands behind what is shown."""
    width = len(granted.served.key)
    return [one[-1 - width : -1] if question.sort else one[-width:] for one in rows]


def _put_right(
    granted: Granted, question: Question, rows: list[tuple[Any, ...]]
) -> list[tuple[int, list[str]]]:
    """Which values of a page were put right: the number of the row on it, from 0, and the items."""
    if not granted.served.corrected:
        return []
    told = enumerate(_keys(granted, question, rows))
    return [
        (at, codes)
        for at, key in told
        if (codes := granted.corrected(question, KEY_MARK.join(map(str, key))))
    ]


def _note_keys(call: Call, granted: Granted, question: Question, rows: list[tuple[Any, ...]]) -> None:
    """Which rows the page held, for whoever asks later who read his record (首末主键)."""
    if keys := _keys(granted, question, rows):
        call.first_key = KEY_MARK.join(map(str, min(keys)))
        call.last_key = KEY_MARK.join(map(str, max(keys)))


def _looked_up(granted: Granted, question: Question) -> str:
    """The number by which a page asks for one person (精确查询的号码); empty when it does not."""
    masks = granted.ground.effective.masks
    return next((str(one.value) for one in question.conditions if one.op == "eq" and one.item in masks), "")


def _body(
    granted: Granted, question: Question, rows: list[tuple[Any, ...]], following: str,
    count: dict[str, Any], headers: tuple[tuple[str, str], ...],
) -> Answer:  # fmt: skip
    put_right = _put_right(granted, question, rows)
    if question.format == "csv":
        width = len(question.items)
        texts = [
            item.type == "text" or item.code in granted.ground.effective.masks for item in question.items
        ]
        if told := [f"{at}/{code}" for at, codes in put_right for code in codes]:
            more = (f"+{len(told) - _TOLD_MOST}",) if len(told) > _TOLD_MOST else ()
            headers = (*headers, (CORRECTED, ",".join((*told[:_TOLD_MOST], *more))))
        body = table([item.code for item in question.items], texts, [one[:width] for one in rows])
        return Answer(200, body, CSV, headers)
    rest = {"next": following or None, "snapshot": granted.served.version, **count}
    if put_right:
        rest["corrected"] = [{"row": at, "items": codes} for at, codes in put_right]
    listed = ",".join([one[0] for one in rows]).encode()
    return Answer(200, b'{"items":[' + listed + b"]," + orjson.dumps(rest)[1:], JSON, headers)

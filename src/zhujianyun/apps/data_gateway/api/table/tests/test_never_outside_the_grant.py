"""No reply ever holds an item, a row or a time outside its grant: random grants against a plain-Python oracle."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.apps.data_gateway.api.table.tests.conftest import Door
from zhujianyun.apps.data_gateway.rules import masking, storing
from zhujianyun.apps.data_gateway.tests import policies, tables
from zhujianyun.base import clock
from zhujianyun.kernel.resource.filters import check, matches
from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.items import Item

EAST8 = timezone(timedelta(hours=8))
TYPES = {"k": "text", "t": "text", "n": "integer", "d": "decimal", "day": "date", "at": "datetime", "b": "boolean",
         "p": "text"}  # fmt: skip
CODES = tuple(TYPES)
texts = st.text("aAbB=%_'\"中文\U0001f600é", max_size=4)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "integer": st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(-3, 3, places=2) | st.decimals("-1e20", "1e20", places=8, allow_nan=False),
    "date": st.dates(date(1999, 12, 30), date(2000, 1, 3)),
    "datetime": st.datetimes(datetime(2000, 1, 1), datetime(2000, 1, 2)).map(
        lambda one: one.replace(tzinfo=EAST8)
    ),
    "boolean": st.booleans(),
}
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix", "contains", "isnull", "between")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    item = draw(st.sampled_from(CODES))
    kind = TYPES[item]
    op = draw(
        st.sampled_from([one for one in OPERATORS if kind == "text" or one not in ("prefix", "contains")])
    )
    if op == "isnull":
        return {"item": item, "op": op, "value": draw(st.booleans())}
    if op in ("in", "between"):
        size = (2, 2) if op == "between" else (1, 3)
        listed = draw(st.lists(VALUES[kind], min_size=size[0], max_size=size[1]))
        return {"item": item, "op": op, "value": sorted(listed) if op == "between" else listed}
    return {"item": item, "op": op, "value": draw(VALUES[kind])}


rows_ = st.lists(
    st.fixed_dictionaries({
        "k": st.text("abcdef", min_size=1, max_size=2),
        **{code: st.none() | VALUES[TYPES[code]] for code in CODES if code != "k"},
    }), min_size=3, max_size=14, unique_by=lambda row: row["k"],
)  # fmt: skip


@st.composite
def grants(draw: st.DrawFn) -> Terms:
    chosen = draw(st.permutations(CODES))[: draw(st.sampled_from([8, 8, 7, 5, 1]))]
    masks = dict.fromkeys(draw(st.lists(st.sampled_from(CODES), max_size=1)), "name")
    begin = draw(st.sampled_from([-1] * 8 + [-5, 1]))
    return policies.terms(
        items=tuple(chosen), row_filter=tuple(_plain(one) for one in draw(st.lists(conditions(), max_size=1))),
        masks={"p": "phone", **masks}, exact_lookup=tuple(draw(st.lists(st.sampled_from(CODES), max_size=2))),
        state=draw(st.sampled_from(["active"] * 8 + ["suspended", "revoked"])),
        valid_from=policies.NOW + timedelta(hours=begin), valid_until=policies.NOW + timedelta(hours=begin + 4),
        page_limit=draw(st.integers(1, 5)),
    )  # fmt: skip


@st.composite
def entries(draw: st.DrawFn) -> Offered:
    shared = {code: draw(st.sampled_from(["conditional"] * 9 + ["none"])) for code in CODES}
    absent = draw(st.lists(st.sampled_from(CODES), max_size=1))
    present = [code for code in CODES if code not in absent]
    items = {code: Item(code, code, type=TYPES[code], share=shared[code]) for code in present}
    binding = {code: code for code in CODES if draw(st.integers(0, 30))}
    return policies.offered(
        items=items, binding=binding, state=draw(st.sampled_from(["published"] * 15 + ["withdrawn"])),
        mounted=draw(st.integers(0, 15)) > 0,
    )  # fmt: skip


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """As a grant stores it."""

    def one(value: Any) -> Any:
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        return str(value) if isinstance(value, Decimal) else value

    value = row["value"]
    return {**row, "value": [one(v) for v in value] if isinstance(value, list) else one(value)}


def _parameter(row: dict[str, Any]) -> tuple[str, str]:
    plain = _plain(row)["value"]
    listed = plain if isinstance(plain, list) else [plain]
    text = ",".join(str(one).lower() if isinstance(one, bool) else str(one) for one in listed)
    return (row["item"] if row["op"] == "eq" else f"{row['item']}__{row['op']}"), text


def _shown(terms: Terms, code: str, value: Any) -> Any:
    """What a cell may look like, said without the code under test but for the masks themselves."""
    kind = terms.masks.get(code, "")
    if value is None:
        return None
    text = {
        "decimal": lambda: storing.decimal_text(value), "date": value_iso(value), "datetime": value_iso(value),
    }.get(TYPES[code], lambda: value)()  # fmt: skip
    if kind:
        return masking.masked(kind, int(text) if TYPES[code] == "boolean" else text)
    return text


def value_iso(value: Any):
    return lambda: (
        value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value.isoformat()
    )


def _may(terms: Terms, entry: Offered) -> bool:
    in_time = terms.valid_from <= policies.NOW < terms.valid_until
    return in_time and terms.state == "active" and entry.state == "published" and entry.mounted


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("oracle")
    (folder / "keys").mkdir(mode=0o700)
    before = clock.present()
    made = Door(folder)
    made.full = 0
    with made.client:
        yield made
    clock.use(before)
    assert made.full >= 3, "hardly a reply held rows: the comparison would say nothing"


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(rows=rows_, terms=grants(), entry=entries(), asked=st.lists(conditions(), max_size=2),
       sort=st.none() | st.sampled_from(CODES), down=st.booleans(), form=st.sampled_from(["json", "json", "csv"]))  # fmt: skip
def test_replies_stay_inside_the_grant_and_say_all_that_is_inside(
    shared, rows, terms, entry, asked, sort, down, form
):
    held = [
        code
        for code in terms.items
        if code in entry.items and entry.items[code].share != "none" and code in entry.binding
    ]
    bound = all(one["item"] in entry.binding and one["item"] in entry.items for one in terms.row_filter)
    number = shared.__dict__.setdefault("count", 0) + 1
    shared.count = number
    shared.file = tables.write(
        shared.folder / "tables" / f"{number}.sqlite", TYPES, ["k"], rows, version=number
    )
    made = policies.made(
        (terms,), (policies.service(file=str(shared.file), snapshot=number),), offers={"m1": entry},
        keys_folder=str(shared.folder / "keys"),
    )  # fmt: skip
    policies.put(shared.folder, made)
    shared._look()
    words = (
        [_parameter(one) for one in asked]
        + ([("sort", f"-{sort}" if down else sort)] if sort else [])
        + [("format", form)]
    )
    doubled = len({name for name, _ in words}) < len(words)
    comma = any(
        one["op"] in ("in",) and TYPES[one["item"]] == "text" and "," in "".join(one["value"])
        for one in asked
    )
    found, cursor = [], ""
    while True:
        query = urlencode(
            [*words, ("page_size", str(terms.page_limit)), *([("cursor", cursor)] if cursor else [])]
        )
        answer = shared.get(f"/v1/items?{query}")
        if answer.status_code != 200:
            break
        page = _page(answer, form, held)
        assert len(page) <= terms.page_limit
        found += page
        cursor = answer.headers.get("x-zjy-next", "")
        if not cursor:
            break
    masked = [
        one
        for one in asked
        if terms.masks.get(one["item"]) and not (one["op"] == "eq" and one["item"] in terms.exact_lookup)
    ]
    outside = [one for one in asked if one["item"] not in held]
    sorted_badly = sort and (sort not in held or terms.masks.get(sort))
    if not _may(terms, entry) or not bound:
        assert answer.status_code == 403
        return
    if masked or outside or sorted_badly:
        assert answer.status_code in (400, 403)
        return
    if not held:
        assert answer.status_code in (400, 403)
        return
    if doubled or comma:
        assert answer.status_code == 400
        return
    assert answer.status_code == 200, answer.text
    types = {code: item.type for code, item in entry.items.items()}
    both = check([*terms.row_filter, *(_plain(one) for one in asked)], types)
    inside = [row for row in rows if matches(both, row)]
    _order(inside, sort, down)
    wanted = [{code: _shown(terms, code, row[code]) for code in held} for row in inside]
    shared.full += bool(found)
    assert found == ([_csv(one) for one in wanted] if form == "csv" else wanted)


def _order(rows: list[dict[str, Any]], sort: str | None, down: bool) -> None:
    rows.sort(key=lambda row: row["k"], reverse=bool(sort) and down)
    if sort:
        filled = sorted(
            (row for row in rows if row[sort] is not None), key=lambda row: row[sort], reverse=down
        )
        empty = [row for row in rows if row[sort] is None]
        rows[:] = filled + empty if down else empty + filled


def _page(answer: Any, form: str, held: list[str]) -> list[dict[str, Any]]:
    if form == "json":
        return answer.json()["items"]
    first, *rest = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert first == held
    return [dict(zip(first, one, strict=True)) for one in rest] if held else rest


def _csv(row: dict[str, Any]) -> dict[str, str]:
    made = {}
    for code, value in row.items():
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        made[code] = f"'{text}" if TYPES[code] == "text" and text.startswith(("=", "+", "-", "@")) else text
    return made


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=rows_, terms=grants(), entry=entries(), key=st.text("abcdef", min_size=1, max_size=2))
def test_a_row_by_its_key_is_given_only_inside_the_grant(shared, rows, terms, entry, key):
    shared.count = shared.__dict__.get("count", 0) + 1
    shared.file = tables.write(
        shared.folder / "tables" / f"{shared.count}.sqlite", TYPES, ["k"], rows, version=shared.count
    )
    made = policies.made((terms,), (policies.service(file=str(shared.file), snapshot=shared.count),),
                         offers={"m1": entry}, keys_folder=str(shared.folder / "keys"))  # fmt: skip
    policies.put(shared.folder, made)
    shared._look()
    answer = shared.get(f"/v1/items/{key}")
    held = [
        code
        for code in terms.items
        if code in entry.items and entry.items[code].share != "none" and code in entry.binding
    ]
    bound = all(one["item"] in entry.binding and one["item"] in entry.items for one in terms.row_filter)
    if (
        not _may(terms, entry)
        or not bound
        or "k" not in held
        or (terms.masks.get("k") and "k" not in terms.exact_lookup)
    ):
        assert answer.status_code == 403
        return
    types = {code: item.type for code, item in entry.items.items()}
    inside = [row for row in rows if row["k"] == key and matches(check(terms.row_filter, types), row)]
    if not inside:
        assert answer.status_code == 404
        return
    assert answer.json() == {code: _shown(terms, code, inside[0][code]) for code in held}

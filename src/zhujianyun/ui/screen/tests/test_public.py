"""Nothing that is not released gets into any public answer, whatever hangs on the screen (公开屏幕)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.kernel import indicator
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.screen import public, registry

pytestmark = pytest.mark.django_db
ADDRESSES = ("/public/screen/{0}/", "/public/screen/{0}/data")


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(public, "_kept", {})


@pytest.fixture
def released(monkeypatch):
    """Say which indicators are released, for this test."""

    def only(codes: set[str], persons: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        made = {
            code: replace(d, release=code in codes, persons=code in persons)
            for code, d in indicators._definitions.items()
        }
        monkeypatch.setattr(indicators, "_definitions", made)
        public._kept.clear()

    return only


def test_a_screen_that_does_not_say_so_is_not_public(client):
    for code in ("main", "no-such"):
        for address in ADDRESSES:
            answer = client.get(address.format(code))
            assert answer.status_code == 404 and "未公开" in answer.content.decode()


def test_a_public_screen_needs_no_account_and_keeps_no_session(client):
    indicator.materialise(year=clock.today().year)
    for address in ADDRESSES:
        answer = client.get(address.format("fire"))
        assert answer.status_code == 200 and not answer.cookies
        assert answer["Cache-Control"].startswith("public")
        again = client.get(address.format("fire"), headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
    assert not Entry.objects.filter(verb="indicator.drill").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.data())
def test_nothing_unreleased_is_in_any_public_answer(client, released, data):
    screen = registry.get("fire")
    codes = sorted(
        {*screen.codes(), *(p for c in screen.codes() for p in indicators.parts(indicators.get(c)))}
    )
    public_codes = data.draw(st.sets(st.sampled_from(codes)))
    released(public_codes)
    texts = [client.get(address.format("fire")).content.decode() for address in ADDRESSES]
    read = orjson.loads(texts[1])
    for code in set(codes) - public_codes:
        for text in texts:
            assert not re.search(rf"\b{re.escape(code)}\b", text)
        assert client.get(f"/public/screen/fire/figure/{code}/").status_code == 404
    shown = {f["code"] for w in read["widgets"].values() for f in w.get("figures", [])}
    assert shown <= public_codes
    for widget in screen.widgets:
        if not set(widget.indicators) & public_codes:
            assert read["widgets"][widget.id]["empty"] == "未公开"


def test_a_released_rate_does_not_give_away_its_parts(client, released):
    indicator.materialise(year=clock.today().year)
    released({"fire_review.design_concluded_rate"})
    figure = orjson.loads(client.get("/public/screen/fire/data").content)["widgets"]["hero"]["figures"][0]
    assert figure["side"] == "" and figure["share"] is None


def test_small_cells_of_persons_are_in_no_text_picture_table_or_number(client, released, monkeypatch):
    from zhujianyun.kernel.indicator.models import Snapshot
    from zhujianyun.kernel.indicator.snapshots import Row, append

    code = "fire_review.design_accepted"
    released({code}, persons={code})
    cells = {"": 33, "450100": 3, "450200": 10, "450300": 20}
    day = date(2020, 1, 31)
    version = indicators.get(code).version
    append(
        [
            Row(code, version, city, "year", date(2020, 1, 1), n, None, n, "exact", day, clock.at_local(day, 20), 0, "", "open")
            for city, n in cells.items()
        ]
    )  # fmt: skip
    text = """screen: fire
title: 公开
question: 多少？
kind: sub
public: true
widgets:
  - {id: one, form: figure, indicators: [CODE], at: [0, 0, 8, 3]}
  - {id: map, form: map, indicators: [CODE], at: [8, 0, 8, 8]}
  - {id: rank, form: ranking, indicators: [CODE], at: [16, 0, 8, 8]}
  - {id: months, form: trend, indicators: [CODE], at: [0, 3, 8, 5]}
""".replace("CODE", code)
    monkeypatch.setitem(registry._screens, "fire", registry.read(text, "fire_review"))
    assert Snapshot.objects.count() == 4
    with clock.standing(clock.at_local(date(2020, 2, 10), 9)):
        page = client.get("/public/screen/fire/").content.decode()
        read = orjson.loads(client.get("/public/screen/fire/data").content)
    by = {c["code"]: c for c in read["widgets"]["rank"]["cities"]}
    assert (by["450100"]["text"], by["450200"]["text"], by["450300"]["text"]) == ("<5", "×", "20项")
    assert {by["450100"]["number"], by["450200"]["number"]} <= {
        c["number"] for c in by.values() if not c["hidden"]
    }
    assert read["widgets"]["one"]["figures"][0]["text"] == "33"
    assert read["widgets"]["months"]["empty"] == "未公开"
    for told in (page, orjson.dumps(read).decode()):
        assert "3项" not in told.replace("33项", "") and "10项" not in told
    assert "&lt;5" in page and "×" in page


def test_a_public_screen_takes_no_single_things():
    text = "screen: s\ntitle: 一\nquestion: 二\nkind: sub\npublic: true\nwidgets:\n  - {id: x, form: tiles, items: a.b, at: [0, 0, 4, 4]}\n"
    with pytest.raises(registry.ScreenFault, match="公开屏幕"):
        registry.read(text, "app")

"""A value that was put right is what the table interface serves, filters and sorts by, and names in its answer."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest

from zhujianyun.apps.data_gateway.actions import correcting, publishing, serving
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Snapshot

from .test_from_lake_to_journal import ITEMS, client, house, look

pytestmark = pytest.mark.django_db
__all__ = ["client", "house"]


def right(house, row_key: str, column: str, value: str):
    return resources.put_right(
        house.dataset, row_key, column, value, was="", case_number="桂数核2020-00001", by=SYSTEM
    )


def serve(client) -> None:
    serving.build_missing()
    publishing.tick()
    look(client)


def test_one_row_has_the_right_values_and_says_which(house, client):
    before = client.get(f"{ITEMS}/2", headers=house.headers())
    right(house, "2", "name", "改正后的名称")
    right(house, "2", "area", "99.90")
    serve(client)
    answer = client.get(f"{ITEMS}/2", headers=house.headers())
    assert (answer.json()["name"], answer.json()["area"]) == ("改正后的名称", "99.9")
    assert answer.headers["x-zjy-corrected"] == "name,area" and "x-zjy-corrected" not in before.headers
    assert answer.headers["etag"] != before.headers["etag"]
    assert "x-zjy-corrected" not in client.get(f"{ITEMS}/3", headers=house.headers()).headers
    narrow = client.get(f"{ITEMS}/2?items=id,on", headers=house.headers())
    assert "x-zjy-corrected" not in narrow.headers


def test_filters_and_order_go_by_the_right_value(house, client):
    right(house, "2", "area", "100000")
    serve(client)
    found = client.get(f"{ITEMS}?sort=-area&page_size=1", headers=house.headers()).json()
    assert found["items"][0]["id"] == 2 and found["corrected"] == [{"row": 0, "items": ["area"]}]
    assert [
        one["id"] for one in client.get(f"{ITEMS}?area__gt=99999", headers=house.headers()).json()["items"]
    ] == [2]


def test_a_page_names_rows_by_their_place_and_csv_in_its_header(house, client):
    right(house, "2", "name", "甲")
    right(house, "4", "live", "是")
    serve(client)
    page = client.get(f"{ITEMS}?page_size=5", headers=house.headers()).json()
    ids = [one["id"] for one in page["items"]]
    assert page["corrected"] == [
        {"row": ids.index(2), "items": ["name"]}, {"row": ids.index(4), "items": ["live"]},
    ]  # fmt: skip
    csv = client.get(f"{ITEMS}?page_size=5&format=csv", headers=house.headers())
    assert csv.headers["x-zjy-corrected"] == f"{ids.index(2)}/name,{ids.index(4)}/live"
    untouched = client.get(f"{ITEMS}?page_size=5&id__gt=10", headers=house.headers()).json()
    assert "corrected" not in untouched


def test_the_gathered_file_stays_and_a_value_that_ended_is_the_sources_again(house, client):
    one = right(house, "2", "name", "甲")
    serve(client)
    gathered = client.get(f"{ITEMS}/3", headers=house.headers()).json()["name"]
    one.ended_at = one.made_at
    one.save()
    serve(client)
    answer = client.get(f"{ITEMS}/2", headers=house.headers())
    assert answer.json()["name"] != "甲" and gathered and "x-zjy-corrected" not in answer.headers
    assert len(list(serving.folder("s.t").glob("*.sqlite"))) == 3, "as gathered, put right, ended"


def test_copies_go_and_the_gathered_file_of_the_newest_version_stays(house, client, monkeypatch):
    for value in ("甲", "乙"):
        right(house, "2", "name", value)
        serve(client)
    monkeypatch.setattr(serving, "MARKED_SECONDS", -1.0)
    assert serving.sweep("s.t") == 1
    names = sorted(path.name for path in serving.folder("s.t").glob("*.sqlite"))
    assert names == ["0-1-3.sqlite", "0-1.sqlite"]
    house.land(1, 5)
    serve(client)
    assert serving.kept("s.t")[1].name == "1-1-3.sqlite"


@pytest.mark.parametrize(
    ("row_key", "column", "value"),
    [("999", "name", "x"), ("2", "on", "不是日期"), ("二", "name", "x"), ("2/3", "name", "x"), ("2", "gone", "x"), ("2", "id", "3")],
    ids=["no such row", "no date", "key of another type", "key with too many parts", "no such column", "the key itself"],
)  # fmt: skip
def test_what_cannot_be_written_is_passed_over_and_the_rest_served(house, client, row_key, column, value):
    right(house, row_key, column, value)
    right(house, "5", "name", "好")
    serve(client)
    assert client.get(f"{ITEMS}/5", headers=house.headers()).json()["name"] == "好"
    assert client.get(f"{ITEMS}/2", headers=house.headers()).status_code == 200


def test_stopped_between_copy_and_name_nothing_half_is_served(house, client, monkeypatch):
    right(house, "2", "name", "甲")

    def pulled(*_):
        raise RuntimeError("plug")

    with monkeypatch.context() as patch:
        patch.setattr(correcting, "write", pulled)
        serve(client)
    assert client.get(f"{ITEMS}/2", headers=house.headers()).json()["name"] != "甲"
    assert not list(serving.folder("s.t").glob(".making-*"))
    serve(client)
    assert client.get(f"{ITEMS}/2", headers=house.headers()).json()["name"] == "甲"


def test_types_are_stored_as_the_gathered_ones(house):
    right(house, "2", "on", "2020-02-29")
    right(house, "2", "at", "2020-02-29T09:00")
    right(house, "2", "live", "否")
    serving.build_missing()
    snapshot = Snapshot.objects.get()
    made = sqlite3.connect(serving.kept("s.t")[snapshot.version])
    found = made.execute('SELECT "on", "at", "live" FROM rows WHERE id = 2').fetchone()
    assert found == (date(2020, 2, 29).isoformat(), "2020-02-29T09:00:00.000000+08:00", 0)

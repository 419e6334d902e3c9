"""A key shows a program the entries that its account may know of, and never a row of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from zhujianyun.apps.data_catalogue.actions import keys
from zhujianyun.apps.data_catalogue.models import CatalogueKey
from zhujianyun.apps.data_catalogue.tests.sharing_desk import Desk
from zhujianyun.apps.data_catalogue.tests.test_opened import FREE, PLAIN
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(department) -> Desk:
    found = Desk.of(department)
    department.entry("开放名录", items=PLAIN, **FREE)
    found.mounted(title="有条件台账")
    return found


def asked(name, key="", header="Authorization", **params):
    headers = {header: key} if key else {}
    return Client(headers=headers).get(f"/api/3/action/{name}", params)


def titles(answer):
    return {one["title"] for one in answer.json()["result"]["results"]}


def test_a_key_shows_conditional_entries_too_and_without_it_they_are_unknown(desk):
    row, key = keys.make_key("审批平台", by=desk.who("consumer"))
    assert titles(asked("package_search")) == {"开放名录"}
    for header in ("Authorization", "X-CKAN-API-Key"):
        assert titles(asked("package_search", key, header)) == {"开放名录", "有条件台账"}
    assert titles(asked("package_search", f"Bearer {key}")) == {"开放名录", "有条件台账"}
    found = {one["title"]: one for one in asked("package_search", key).json()["result"]["results"]}
    assert found["有条件台账"]["private"] and not found["有条件台账"]["isopen"]
    assert not found["开放名录"]["private"]
    assert key not in row.digest and CatalogueKey.objects.get().prefix == key[:6]


def test_rows_of_what_is_not_open_are_never_given_for_a_key(desk):
    _, key = keys.make_key("审批平台", by=desk.who("consumer"))
    assert asked("resource_show", key, id="enterprise-table").status_code == 200
    assert asked("resource_show", id="enterprise-table").status_code == 404
    assert asked("datastore_search", key, resource_id="enterprise-table").status_code == 404


def test_the_next_request_without_a_key_is_anonymous_again(desk):
    _, key = keys.make_key("审批平台", by=desk.who("consumer"))
    client = Client()
    client.get("/api/3/action/package_list", headers={"Authorization": key})
    assert len(client.get("/api/3/action/package_list").json()["result"]) == 1


@pytest.mark.parametrize(
    "key", ["x", "Bearer ", "9" * 5000, "\u00e9", "' OR 1=1"], ids=["short", "empty", "long", "accent", "sql"]
)
def test_a_key_that_nobody_issued_is_refused(desk, key):
    assert asked("package_list", key).status_code == 403


def test_an_ended_key_and_one_of_a_closed_account_are_refused(desk):
    row, key = keys.make_key("审批平台", by=desk.who("consumer"))
    _, other = keys.make_key("审批平台", by=desk.who("consumer2"))
    keys.end_key(row.pk, by=desk.who("consumer"))
    keys.end_key(row.pk, by=desk.who("consumer"))
    assert asked("package_list", key).status_code == 403
    account = desk.department.accounts["consumer2"]
    account.is_active = False
    account.save()
    assert asked("package_list", other).status_code == 403
    assert Entry.objects.filter(verb="data_catalogue.key.end").count() == 1


def test_keys_are_one_s_own_few_and_named(desk):
    by = desk.who("consumer")
    with pytest.raises(RuleBroken):
        keys.make_key(" ", by=by)
    made = [keys.make_key(f"系统{n}", by=by)[0] for n in range(keys.MOST)]
    with pytest.raises(RuleBroken, match="最多"):
        keys.make_key("再一个", by=by)
    with pytest.raises(NotFound):
        keys.end_key(made[0].pk, by=desk.who("consumer2"))


def test_who_may_not_see_the_catalogue_makes_no_key(desk):
    from zhujianyun.kernel import access
    from zhujianyun.kernel.access.models import Account

    nobody = access.actor(Account.objects.create(username="nobody", name_zh="某人"))
    with pytest.raises(NotAllowed):
        keys.make_key("系统", by=nobody)


def test_the_page_shows_a_key_once(desk):
    client = desk.department.come_in("consumer")
    url = reverse("data_catalogue:keys")
    page = client.post(url, {"title": "审批平台"}).content.decode()
    prefix = CatalogueKey.objects.get().prefix
    assert "只显示这一次" in page and page.count(prefix) >= 2
    again = client.get(url).content.decode()
    assert "只显示这一次" not in again and f"{prefix}…" in again
    client.post(reverse("data_catalogue:key_end", args=[CatalogueKey.objects.get().pk]))
    assert CatalogueKey.objects.get().ended_at is not None

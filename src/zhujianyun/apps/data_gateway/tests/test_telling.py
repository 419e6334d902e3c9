"""Who got a value before it was put right is found in the call log and told, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zhujianyun.apps.data_gateway.actions import absorbing, telling
from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.base import clock
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, actions
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Override
from zhujianyun.ui.notices import Notice

from .test_from_lake_to_journal import ITEMS, client, house

pytestmark = pytest.mark.django_db
__all__ = ["client", "house"]


@pytest.fixture
def reader(house) -> Account:
    """Somebody of the consumer's office who sees to its interfaces."""
    access.sync_roles()
    founders = {d: actions.Founder(f"{d}.officer", d, password=None) for d in ("system", "security", "audit")}
    by = {name: access.actor(duty.account) for name, duty in actions.found_platform(**founders).items()}
    made = actions.open_account("reader", "某人", by=by["system"], password=None, must_change_password=False)
    actions.grant_role(made, "data_gateway.consumer", house.city, by=by["security"], valid_from=clock.today())
    return made


def ask(house, client, *paths: str) -> None:
    for path in paths:
        assert client.get(ITEMS + path, headers=house.headers()).status_code == 200
    client.app.routes[-1].app.gate.log.flush()
    absorbing.absorb()


def right(house, row_key="2", column="name") -> Override:
    made = resources.put_right(
        house.dataset, row_key, column, "对", was="错", case_number="桂数核2020-00001", by=SYSTEM
    )
    while journal.seal():
        pass
    journal.run_followers(only=("data_gateway.put_right",))
    made.refresh_from_db()
    return made


def test_a_look_up_and_a_page_that_held_the_row_are_told_and_others_are_not(house, client, reader):
    ask(house, client, "/2", "/3", "?page_size=5", "?page_size=5&id__gt=10")
    one = right(house)
    assert (one.told, one.told_calls) == (["C"], 2)
    notice = Notice.objects.get(account=reader)
    assert "2 次调用" in notice.text and "“name”" in notice.text and "错" not in notice.text
    assert notice.url.endswith("/mine/grants/G1/#corrections")


def test_nobody_read_the_row_and_nobody_is_told(house, client, reader):
    ask(house, client, "/3", "?id__gt=10")
    one = right(house)
    assert (one.told, one.told_calls) == ([], 0) and one.told_at is not None
    assert not Notice.objects.exists()


def test_delivered_twice_it_is_told_once(house, client, reader):
    ask(house, client, "/2")
    right(house)
    telling.follow(list(Entry.objects.filter(verb="resource.row.put_right")))
    assert Notice.objects.count() == 1 and Entry.objects.filter(verb="resource.row.told").count() == 1


def test_calls_after_the_right_value_was_served_do_not_count(house, client, reader):
    ask(house, client, "/2")
    one = Override(
        dataset=house.dataset, row_key="2", column="name", value="对", case_number="x",
        made_at=clock.now() - timedelta(minutes=5),
    )  # fmt: skip
    assert list(telling.reached(one)) == []
    one.made_at = clock.now()
    assert [call.path for call in telling.reached(one)] == [Call.objects.get().path]


def test_an_item_that_the_grant_does_not_give_concerns_nobody(house, client, reader):
    ask(house, client, "/2")
    one = right(house, column="inner")
    assert one.told == [] and not Notice.objects.exists()


def test_a_key_of_another_form_reaches_nothing(house, client):
    ask(house, client, "/2")
    made_at = clock.now()
    for row_key in ("", "2/3", "二"):
        one = Override(dataset=house.dataset, row_key=row_key, column="name", value="x", case_number="x", made_at=made_at)  # fmt: skip
        assert list(telling.reached(one)) == []

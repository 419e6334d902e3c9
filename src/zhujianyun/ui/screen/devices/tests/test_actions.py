"""A TV asks, an administrator approves, the TV picks up once; revoked is revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM, subject_actor
from zhujianyun.ui.screen.devices import actions, rules, visiting
from zhujianyun.ui.screen.devices.models import Device, Pairing

pytestmark = pytest.mark.django_db
PLAYLIST = [{"screen": "main", "seconds": 20}]


def approved(code: str, **said: object) -> Device:
    return actions.approve(
        code, by=SYSTEM, **{"name": "大厅电视", "playlist": PLAYLIST, "networks": ["10.1.2.3/32"], **said}
    )


def test_a_pairing_is_picked_up_once_and_only_its_digest_is_kept():
    pairing, secret = actions.ask("10.1.2.3")
    assert actions.pick_up(secret) == ""
    device = approved(f"{pairing.code[:3]} {pairing.code[3:]}")
    token = actions.pick_up(secret)
    device.refresh_from_db()
    assert token and device.token_hash == actions.hashed(token)
    with pytest.raises(RuleBroken):
        actions.pick_up(secret)
    for row in (device, Pairing.objects.get()):
        assert token not in repr(vars(row)) and secret not in repr(vars(row))
    told = "".join(journal.Entry.objects.values_list("facts", flat=True))
    assert token not in told and secret not in told and pairing.code not in told


def test_a_code_is_good_for_one_approval():
    pairing, _ = actions.ask("10.1.2.3")
    approved(pairing.code)
    with pytest.raises(RuleBroken):
        approved(pairing.code)


def test_a_code_is_over_after_ten_minutes():
    pairing, secret = actions.ask("10.1.2.3")
    with clock.standing(pairing.asked_at + timedelta(minutes=10)):
        with pytest.raises(RuleBroken):
            approved(pairing.code)
        with pytest.raises(RuleBroken):
            actions.pick_up(secret)


def test_one_address_may_not_ask_without_end():
    for _ in range(rules.MOST_FROM_ONE_ADDRESS):
        actions.ask("10.1.2.3")
    with pytest.raises(RuleBroken):
        actions.ask("10.1.2.3")
    actions.ask("10.1.2.4")


def test_strangers_manage_nothing():
    pairing, _ = actions.ask("10.1.2.3")
    stranger, device = subject_actor(1, "路人"), approved(pairing.code)
    with pytest.raises(NotAllowed):
        actions.approve("123456", by=stranger, name="我的", playlist=PLAYLIST, networks=["::1/128"])
    with pytest.raises(NotAllowed):
        actions.revoke(device, by=stranger, reason="不喜欢")
    with pytest.raises(NotAllowed):
        actions.change(device, by=stranger, name="", playlist=[], networks=[], is_public=False)


def test_a_revoked_device_may_not_watch_and_is_revoked_once():
    pairing, secret = actions.ask("10.1.2.3")
    device = approved(pairing.code)
    actions.pick_up(secret)
    assert visiting.is_active(device.key)
    with pytest.raises(RuleBroken):
        actions.revoke(device, by=SYSTEM, reason=" ")
    actions.revoke(device, by=SYSTEM, reason="搬走了")
    assert not visiting.is_active(device.key)
    with pytest.raises(Conflict):
        actions.revoke(device, by=SYSTEM, reason="搬走了")
    with pytest.raises(Conflict):
        actions.change(device, by=SYSTEM, name="x", playlist=PLAYLIST, networks=["::1/128"], is_public=False)


def test_a_visit_from_elsewhere_is_in_the_journal_once():
    pairing, _ = actions.ask("10.1.2.3")
    device = approved(pairing.code)
    for _ in range(3):
        device.refresh_from_db()
        actions.note_visit(device, "10.9.9.9", allowed=False)
    assert journal.Entry.objects.filter(verb="screen.device.refuse").count() == 1
    device.refresh_from_db()
    assert device.last_seen_at is None and [a["address"] for a in device.addresses] == ["10.9.9.9"]

"""The three officers are held apart: in the forms, in the verbs and in the database (三员分立)."""

from __future__ import annotations

import contextlib
from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, registry
from zhujianyun.kernel.access.models import Account, Membership, OfficerDuty, Role
from zhujianyun.kernel.access.tests.conftest import PASSWORD, TODAY

DUTIES = ("system", "security", "audit")
FORBIDDEN = ("trade.read_sealed", "journal.alter")


def refused(sql: str, *values: object) -> bool:
    """Whether the database itself refuses this statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except IntegrityError:
        return True
    return False


INSERT_DUTY = (
    "INSERT INTO access_officerduty (account_id, duty, appointed_on, founding) VALUES (%s, %s, %s, false)"
)
INSERT_MEMBERSHIP = (
    "INSERT INTO access_membership (account_id, role_id, office_id, kind, valid_from, valid_to, is_void)"
    " VALUES (%s, %s, %s, 'post', %s, %s, %s)"
)


@pytest.mark.parametrize("second", DUTIES)
@pytest.mark.parametrize("first", DUTIES)
def test_raw_sql_cannot_give_one_account_a_second_duty(house, first, second):
    account = house.officers[first]
    assert refused(INSERT_DUTY, account.pk, second, TODAY)
    if first != second:
        assert refused("UPDATE access_officerduty SET duty = %s WHERE account_id = %s", second, account.pk)


def test_raw_sql_cannot_move_a_duty_to_another_account_or_invent_one(house):
    other = actions.open_account("other", "李四", by=house.by("system"))
    assert refused("UPDATE access_officerduty SET account_id = %s WHERE duty = 'audit'", other.pk)
    assert refused(INSERT_DUTY, other.pk, "root", TODAY)


def test_raw_sql_cannot_join_a_duty_and_a_business_role(house):
    role = Role.objects.get(code="trade.clerk")
    office = house.offices["city"]
    assert refused(INSERT_MEMBERSHIP, house.officers["audit"].pk, role.pk, office.pk, TODAY, None, False)
    clerk = actions.open_account("clerk", "张三", by=house.by("system"))
    actions.grant_role(clerk, "trade.clerk", office, by=house.by("security"))
    assert refused(INSERT_DUTY, clerk.pk, "audit", TODAY)
    assert refused(
        "UPDATE access_membership SET account_id = %s WHERE account_id = %s",
        house.officers["audit"].pk,
        clerk.pk,
    )


def test_raw_sql_cannot_bring_a_former_officer_back_into_his_business_role(house):
    clerk = actions.open_account("clerk", "张三", by=house.by("system"))
    role, office = Role.objects.get(code="trade.clerk"), house.offices["city"]
    past = (clerk.pk, role.pk, office.pk, date(2020, 1, 1), date(2020, 5, 31), False)
    assert not refused(INSERT_MEMBERSHIP, *past)
    actions.appoint_officer(clerk, "audit", by=house.by("security"), reason="转任")
    assert refused("UPDATE access_membership SET valid_to = NULL WHERE account_id = %s", clerk.pk)


def test_no_account_is_a_superuser_not_even_by_sql(house):
    assert refused("UPDATE access_account SET is_superuser = true WHERE username = 'sysadm'")


def test_there_are_only_three_founding_officers(house):
    other = actions.open_account("other", "李四", by=house.by("system"))
    assert refused(
        "INSERT INTO access_officerduty (account_id, duty, appointed_on, founding) VALUES (%s, 'audit', %s, true)",
        other.pk,
        TODAY,
    )


@pytest.mark.parametrize(("duty", "code"), list(product(DUTIES, [code for code, _, _ in registry.BUILT_IN])))
def test_every_reserved_permission_belongs_to_its_officers_only(house, duty, code):
    owners = {c: d for c, _, d in registry.BUILT_IN}[code]
    assert access.allows(house.by(duty), code) == (duty in owners)


def test_the_system_officer_does_not_come_near_the_journal(house):
    assert not [code for code in house.by("system").granted if code.startswith("journal.")]


def test_the_audit_officer_changes_nothing(house):
    changing = ("view", "read", "verify", "export")
    assert all(code.split(".")[1].split("_")[0] in changing for code in house.by("audit").granted)


def test_no_officer_uses_what_the_security_officer_grants(house, trade):
    business = {code for code, p in trade.permissions.items() if not p.duties}
    for duty in DUTIES:
        assert not business & set(house.by(duty).granted)


class Play:
    """One officer alone, trying verb after verb on accounts he may name (单人尝试)."""

    def __init__(self, house, duty: str) -> None:
        self.house, self.duty = house, duty
        self.me = house.officers[duty]
        self.victim = Account.objects.get(username="victim")
        self.helper = Account.objects.get(username="helper")
        self.known: set[int] = {self.me.pk}  # accounts into which he can sign in

    def try_(self, move: str, target: str) -> None:
        account = {"me": self.me, "victim": self.victim, "helper": self.helper}[target]
        by = access.actor(self.me)
        with contextlib.suppress(NotAllowed, RuleBroken):
            getattr(self, move)(account, by)

    def open_puppet(self, _, by) -> None:
        made = actions.open_account(f"puppet{Account.objects.count()}", "傀儡", by=by, password=PASSWORD)
        self.helper = made
        self.known.add(made.pk)

    def grant(self, account, by) -> None:
        actions.grant_role(account, "trade.clerk", self.house.offices["city"], by=by)

    def appoint(self, account, by) -> None:
        actions.appoint_officer(account, "audit", by=by, reason="试")

    def dismiss(self, account, by) -> None:
        actions.dismiss_officer(account, by=by, reason="试")

    def ask(self, account, by) -> None:
        actions.ask_reset(account, "password", by=by, reason="试")

    def approve(self, account, by) -> None:
        for reset in account.resets.filter(approved_by=None):
            actions.approve_reset(reset, by=by)
            self.known.add(account.pk)

    def change_password(self, account, by) -> None:
        actions.change_own_password(account, "Qv8$nTz3Rk6y", by=by)
        self.known.add(account.pk)

    def close(self, account, by) -> None:
        actions.close_account(account, by=by, reason="试")

    def withdraw(self, account, by) -> None:
        for membership in account.memberships.all():
            actions.withdraw_role(membership, by=by, reason="试")


MOVES = (
    "open_puppet",
    "grant",
    "appoint",
    "dismiss",
    "ask",
    "approve",
    "change_password",
    "close",
    "withdraw",
)


@given(
    duty=st.sampled_from(DUTIES),
    moves=st.lists(
        st.tuples(st.sampled_from(MOVES), st.sampled_from(["me", "victim", "helper"])), max_size=8
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_officer_alone_reads_a_sealed_field_alters_the_journal_or_grants_himself(house, duty, moves):
    with transaction.atomic():
        victim = actions.open_account("victim", "王五", by=house.by("system"))
        actions.open_account("helper", "赵六", by=house.by("system"))
        actions.grant_role(victim, "trade.clerk", house.offices["city"], by=house.by("security"))
        play = Play(house, duty)
        for move, target in moves:
            play.try_(move, target)
        for account in Account.objects.filter(pk__in=play.known):
            actor = access.actor(account)
            assert not any(access.allows(actor, code) for code in FORBIDDEN)
        assert not Membership.objects.filter(account=play.me).exists()
        assert OfficerDuty.objects.get(account=play.me).duty == duty
        transaction.set_rollback(True)

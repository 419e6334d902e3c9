"""Wagtail's back office works for our accounts, and shows them nothing that is not theirs (工作台入口)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from zhujianyun.kernel.access.models import Account


@pytest.fixture
def inside(client, clerk):
    client.force_login(clerk, backend="zhujianyun.kernel.access.backends.AccountBackend")
    return client


def test_a_clerk_gets_in(inside):
    assert inside.get(reverse("wagtailadmin_home")).status_code == 200
    assert inside.get(reverse("wagtailadmin_account")).status_code == 200


@pytest.mark.parametrize(
    "page",
    ["wagtailusers_users:index", "wagtailusers_users:add", "wagtailusers_groups:index", "wagtailsites:index"],
)
def test_wagtail_s_users_groups_and_sites_are_shut(inside, page):
    assert inside.get(reverse(page)).status_code == 302


def test_wagtail_cannot_make_an_account_or_a_superuser(inside):
    inside.post(
        reverse("wagtailusers_users:add"),
        {
            "username": "mallory",
            "password1": "Kx7#mPq2Lw9z",
            "password2": "Kx7#mPq2Lw9z",
            "is_superuser": "on",
        },
    )
    assert not Account.objects.filter(username="mallory").exists()

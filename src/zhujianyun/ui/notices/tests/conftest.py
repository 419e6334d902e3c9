"""The workbench's small bureau, with notices (测试夹具)."""

from __future__ import annotations

import pytest

from zhujianyun.kernel import journal
from zhujianyun.ui.notices import applicants
from zhujianyun.ui.workbench.tests.conftest import bureau, plays, standing, trade  # noqa: F401


@pytest.fixture(autouse=True)
def nobody_knows_contacts(monkeypatch):
    """Whatever the hall registered does not count here."""
    monkeypatch.setattr(applicants, "_ports", [])


@pytest.fixture
def told():
    """Seal what was done and let the follower see it; a new follower begins with what comes after it."""
    only = ("notices",)
    journal.seal()
    journal.run_followers(only)

    def tell() -> None:
        journal.seal()
        journal.run_followers(only)
        row = journal.Follower.objects.get(name="notices")
        assert not row.last_error, row.last_error

    return tell

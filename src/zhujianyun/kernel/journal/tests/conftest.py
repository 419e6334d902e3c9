"""Fixtures of the journal's tests."""

from __future__ import annotations

import pytest
from django.db import connection

from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import registry


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Keys are shared by the run, checkpoints are not."""
    settings.ZJY_KEYS = tmp_path_factory.getbasetemp() / "keys"
    settings.ZJY_CHECKPOINTS = tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(autouse=True)
def own_followers(monkeypatch):
    """The followers of the platform do not listen to tests."""
    monkeypatch.setattr(registry, "_followings", {})


@pytest.fixture
def one_sealed(db):
    """One entry, sealed, with a checkpoint."""
    entry = journal.record("case.x", actor="system", object=("case", "1"))
    journal.seal()
    journal.checkpoint()
    return entry


@pytest.fixture
def no_triggers(db):
    """What somebody can do who holds the database file."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'journal_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            for table in ("journal_entry", "journal_seal", "journal_checkpoint"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

"""How the suite gets its database (测试数据库): migrated once, then copied from a cached file.

Running some two hundred migrations takes longer than most test files. The result is kept as an
SQLite file named after the digest of every migration and pinned version, and copied into each
run's in-memory database. On PostgreSQL the migrations run as usual.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hypothesis import settings

# No example has a time limit: on a busy machine that is a test of the machine.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).parent
CACHE = ROOT / ".cache"


def _digest() -> str:
    state = hashlib.sha256()
    for file in sorted(ROOT.glob("src/**/migrations/*.py")):
        state.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    state.update("\n".join(sorted(f"{d.name}{d.version}" for d in distributions())).encode())
    from django.conf import settings

    state.update(" ".join([*settings.INSTALLED_APPS, os.environ.get("ZJY_APP_FOLDERS", "")]).encode())
    return state.hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the template instead of migrating, where the database is SQLite."""
    from django.core import management
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    template = CACHE / f"test-{_digest()}.sqlite3"
    plain = management.call_command

    def call_command(name, *args, **kwargs):  # noqa: ANN001, ANN202
        if name != "migrate":
            return plain(name, *args, **kwargs)
        connection.ensure_connection()
        if template.exists():
            with sqlite3.connect(template) as source:
                source.backup(connection.connection)
            return None
        # While there are few models to render.
        plain(name, "wagtailcore", *args, **kwargs | {"run_syncdb": False})
        plain(name, *args, **kwargs)
        CACHE.mkdir(exist_ok=True)
        partial = template.with_suffix(f".{os.getpid()}")
        with sqlite3.connect(partial) as target:
            connection.connection.backup(target)
        partial.replace(template)
        return None

    management.call_command = call_command
    yield
    management.call_command = plain


@pytest.fixture(scope="session")
def migrated_file(django_db_setup: None) -> Path:
    """An empty platform as a file, for tests that start processes of their own.

    It is not there where no chosen test needs a database, nor on PostgreSQL.
    """
    return CACHE / f"test-{_digest()}.sqlite3"


@pytest.fixture(autouse=True)
def _machine_clock():
    """No test leaves its clock behind."""
    from zhujianyun.base import clock

    yield
    clock.use(None)


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_emptied():
    """Tests of real transactions empty all tables when they end: their guards are laid aside for that."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    plain = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self, sql_list):  # noqa: ANN001, ANN202
        guards = _guards(self.connection)
        with self.connection.cursor() as cursor:
            for drop, _ in guards:
                cursor.execute(drop)
            plain(self, sql_list)
            for _, create in guards:
                cursor.execute(create)

    BaseDatabaseOperations.execute_sql_flush = execute_sql_flush
    yield
    BaseDatabaseOperations.execute_sql_flush = plain


def _guards(connection) -> list[tuple[str, str]]:  # noqa: ANN001
    """How to drop and to lay again the triggers of `kernel.journal.append_only`."""
    if connection.vendor == "sqlite":
        query = "SELECT 'DROP TRIGGER ' || name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%append_only%'"
    else:
        query = (
            "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass, pg_get_triggerdef(oid) "
            "FROM pg_trigger WHERE tgname LIKE '%append_only%'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name long bytes by their length: packed ones differ from one second to the next, and names must not."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) and len(val) > 24 else None

"""Triggers that make a table append-only on SQLite and PostgreSQL (只增不改).

They stop mistakes and every way through the program; whoever holds the database file can drop them.
Against him stands `verify`. On SQLite a table that a later migration alters is built anew and loses
its triggers: such a migration ends with another `forbid_changes`.
"""

from __future__ import annotations

from typing import Any

FUNCTION = """
CREATE OR REPLACE FUNCTION zjy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def forbid_changes(schema_editor: Any, table: str, key: str = "id") -> None:
    """Refuse UPDATE, DELETE, TRUNCATE and REPLACE on ``table`` with primary key ``key`` (禁止改删).

    A refused statement raises ``django.db.IntegrityError`` on both databases.
    """
    for statement in statements(schema_editor.connection.vendor, table, key):
        schema_editor.execute(statement, params=None)  # as it stands: PL/pgSQL has its own %


def statements(vendor: str, table: str, key: str = "id") -> list[str]:
    """The statements that lay the triggers (触发器语句); triggers are named ``<table>_append_only_*``."""
    if vendor == "postgresql":
        return [
            FUNCTION,
            f"CREATE TRIGGER {table}_append_only_row BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION zjy_append_only()",
            f"CREATE TRIGGER {table}_append_only_all BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION zjy_append_only()",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f"CREATE TRIGGER {table}_append_only_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_append_only_delete BEFORE DELETE ON {table} {refuse}",
        # REPLACE removes the old row without firing the DELETE trigger.
        f"CREATE TRIGGER {table}_append_only_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) {refuse}",
    ]


def allow_changes(schema_editor: Any, table: str) -> None:
    """Take the triggers of ``table`` away again: for the way back of a migration (撤销触发器)."""
    names = (
        ("row", "all") if schema_editor.connection.vendor == "postgresql" else ("update", "delete", "replace")
    )
    suffix = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
    for name in names:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only_{name}{suffix}")

"""The full-text index (全文索引): FTS5 on SQLite, a tsvector with GIN on PostgreSQL.

A later migration that makes SQLite rebuild search_entry leaves search_words alone: the row numbers stay.
"""

from django.db import migrations

from zhujianyun.base.search import FTS5_TOKENIZE

SQLITE = [f"CREATE VIRTUAL TABLE search_words USING fts5(title, body, reach, tokenize='{FTS5_TOKENIZE}')"]
SQLITE_UNDO = ["DROP TABLE search_words"]
POSTGRESQL = [
    "ALTER TABLE search_searchentry ADD COLUMN words tsvector",
    "CREATE INDEX search_words ON search_searchentry USING gin (words)",
]
POSTGRESQL_UNDO = ["DROP INDEX search_words", "ALTER TABLE search_searchentry DROP COLUMN words"]


def _run(schema_editor, sqlite, postgresql):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def build(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def tear_down(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(build, tear_down)]

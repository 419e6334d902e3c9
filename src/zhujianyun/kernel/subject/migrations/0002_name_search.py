"""Full-text search over names (名称检索): FTS5 on SQLite, GIN over the same token text on PostgreSQL.

A later migration that makes SQLite rebuild subject_identifier must create the triggers again.
"""

from django.db import migrations

from zhujianyun.base.search import FTS5_TOKENIZE

SQLITE = [
    "CREATE VIRTUAL TABLE subject_name_search USING fts5("
    f"tokens, content='subject_identifier', content_rowid='id', tokenize='{FTS5_TOKENIZE}')",
    "CREATE TRIGGER subject_name_search_insert AFTER INSERT ON subject_identifier WHEN new.tokens <> '' "
    "BEGIN INSERT INTO subject_name_search(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER subject_name_search_delete AFTER DELETE ON subject_identifier WHEN old.tokens <> '' "
    "BEGIN INSERT INTO subject_name_search(subject_name_search, rowid, tokens) "
    "VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER subject_name_search_update AFTER UPDATE OF tokens ON subject_identifier "
    "WHEN old.tokens <> new.tokens BEGIN "
    "INSERT INTO subject_name_search(subject_name_search, rowid, tokens) "
    "SELECT 'delete', old.id, old.tokens WHERE old.tokens <> ''; "
    "INSERT INTO subject_name_search(rowid, tokens) SELECT new.id, new.tokens WHERE new.tokens <> ''; END",
]
SQLITE_UNDO = [
    "DROP TRIGGER subject_name_search_insert",
    "DROP TRIGGER subject_name_search_delete",
    "DROP TRIGGER subject_name_search_update",
    "DROP TABLE subject_name_search",
]
POSTGRESQL = [
    "CREATE INDEX subject_name_search ON subject_identifier USING gin (to_tsvector('simple', tokens)) "
    "WHERE scheme = 'name'"
]
POSTGRESQL_UNDO = ["DROP INDEX subject_name_search"]


def _run(schema_editor, sqlite, postgresql):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


def build(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def tear_down(apps, schema_editor):
    _run(schema_editor, SQLITE_UNDO, POSTGRESQL_UNDO)


class Migration(migrations.Migration):
    dependencies = [("subject", "0001_initial")]
    operations = [migrations.RunPython(build, tear_down)]

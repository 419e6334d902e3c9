"""Entries, seals and checkpoints are append-only (只增不改)."""

from django.db import migrations

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes

TABLES = {"journal_entry": "id", "journal_seal": "seq", "journal_checkpoint": "number"}


def lay(apps, schema_editor):
    for table, key in TABLES.items():
        forbid_changes(schema_editor, table, key)


def take_away(apps, schema_editor):
    for table in TABLES:
        allow_changes(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(lay, take_away)]

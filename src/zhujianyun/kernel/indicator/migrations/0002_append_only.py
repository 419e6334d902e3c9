"""Snapshots and definition versions are append-only (只增不改)."""

from django.db import migrations

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes

TABLES = ("indicator_snapshot", "indicator_definitionversion")


def lay(apps, schema_editor):
    for table in TABLES:
        forbid_changes(schema_editor, table)


def take_away(apps, schema_editor):
    for table in TABLES:
        allow_changes(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("indicator", "0001_initial")]
    operations = [migrations.RunPython(lay, take_away)]

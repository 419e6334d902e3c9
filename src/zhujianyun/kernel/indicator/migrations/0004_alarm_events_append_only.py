"""The steps of an alarm are append-only (只增不改)."""

from django.db import migrations

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes

TABLE = "indicator_alarmevent"


def lay(apps, schema_editor):
    forbid_changes(schema_editor, TABLE)


def take_away(apps, schema_editor):
    allow_changes(schema_editor, TABLE)


class Migration(migrations.Migration):
    dependencies = [("indicator", "0003_alarms")]
    operations = [migrations.RunPython(lay, take_away)]

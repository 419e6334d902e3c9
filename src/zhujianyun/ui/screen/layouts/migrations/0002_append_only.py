"""Saved layouts and their releases are only ever added (只增不改)."""

from django.db import migrations

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes

TABLES = ("screen_layouts_layoutversion", "screen_layouts_layoutrelease")


def lay(apps, schema_editor):  # noqa: ANN001, ANN201
    """Lay the triggers."""
    for table in TABLES:
        forbid_changes(schema_editor, table)


def lift(apps, schema_editor):  # noqa: ANN001, ANN201
    """Take them away again."""
    for table in TABLES:
        allow_changes(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("screen_layouts", "0001_first")]
    operations = [migrations.RunPython(lay, lift)]

"""Steps and marks are never changed and never deleted (步骤、节点只增不改), not even by raw SQL."""

from django.db import migrations

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes

TABLES = ("case_step", "case_mark")


def lay(apps, schema_editor):
    for table in TABLES:
        forbid_changes(schema_editor, table)


def lift(apps, schema_editor):
    for table in TABLES:
        allow_changes(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [("case", "0001_initial")]
    operations = [migrations.RunPython(lay, lift)]

"""When a service changed, for the mark of the policy; calls are never altered nor removed (调用只增不改)."""

import zhujianyun.base.clock
from django.db import migrations, models

from zhujianyun.kernel.journal.append_only import allow_changes, forbid_changes


def lay(apps, schema_editor):
    forbid_changes(schema_editor, "data_gateway_call")


def lift(apps, schema_editor):
    allow_changes(schema_editor, "data_gateway_call")


class Migration(migrations.Migration):
    dependencies = [("data_gateway", "0001_begin"), ("journal", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="changed_at",
            field=models.DateTimeField(default=zhujianyun.base.clock.now, verbose_name="变更时间"),
        ),
        migrations.RunPython(lay, lift),
    ]

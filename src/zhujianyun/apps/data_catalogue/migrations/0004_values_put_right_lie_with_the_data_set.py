"""Values put right move to the kernel, where the gateway finds them (更正值移至资源)."""

from django.db import migrations


def carry_over(apps, schema_editor):
    """Each row by its column, not by the item of one entry."""
    former, later = apps.get_model("data_catalogue", "RowOverride"), apps.get_model("resource", "Override")
    mounts = apps.get_model("resource", "Mount")
    for one in former.objects.select_related("case").order_by("pk"):
        bindings = (
            mounts.objects.filter(dataset_id=one.dataset_id).order_by("-pk").values_list("binding", flat=True)
        )
        column = next((binding[one.item] for binding in bindings if one.item in binding), one.item)
        later.objects.create(
            dataset_id=one.dataset_id, row_key=one.row_key, column=column, was=one.was, value=one.value,
            case_number=one.case.number or "", made_at=one.made_at, ended_at=one.ended_at,
            ended_why="replaced" if one.ended_at else "",
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("data_catalogue", "0003_ask_grant_and_correct"),
        ("resource", "0003_values_put_right"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel(name="RowOverride"),
    ]

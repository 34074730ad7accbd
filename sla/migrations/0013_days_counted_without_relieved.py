"""Days that were kept with relieved clocks among the others are counted anew."""

from django.db import migrations


def forget_days(apps, schema_editor):
    apps.get_model("sla", "DueCount").objects.all().delete()
    apps.get_model("sla", "KeptDay").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("sla", "0012_relieved_clocks_by_due")]

    operations = [migrations.RunPython(forget_days, migrations.RunPython.noop)]

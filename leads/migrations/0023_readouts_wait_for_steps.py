"""A read-out that waits for signatures, and of which it was not told that it is late, is so told."""

from django.db import migrations
from django.db.models import F, Q


def wait_for_due(apps, schema_editor):
    readouts = apps.get_model("leads", "Readout").objects.filter(told_at=None)
    unsigned = Q(marketing_by=None) | Q(sales_by=None)
    readouts.filter(unsigned).update(next_at=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("leads", "0022_readout_ladder")]

    operations = [migrations.RunPython(wait_for_due, migrations.RunPython.noop)]

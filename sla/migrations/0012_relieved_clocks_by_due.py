"""What had a relief is counted apart, along an index of its own. Alone, so that nobody waits for it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sla", "0011_rebuilds_of_agreements")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("relief", ""), _negated=True),
                fields=["due_at"],
                name="sla_clock_relieved",
            ),
        ),
    ]

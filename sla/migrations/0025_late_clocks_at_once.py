"""What runs by its due instant, with all that a figure of the late ones asks for, in place of the
plain index. Alone, so that nobody waits for it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sla", "0024_handovers_counted_with_details"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                models.Func(
                    models.Value("UTC"),
                    models.F("due_at"),
                    function="timezone",
                    output_field=models.DateTimeField(),
                ),
                models.F("id"),
                condition=models.Q(("stopped_at__isnull", True), ("void_at__isnull", True)),
                include=("due_at", "kind", "side", "lead", "holder", "team", "started_at"),
                name="sla_clock_running",
            ),
        ),
        RemoveIndexConcurrently(
            model_name="clock",
            name="sla_clock_running_due",
        ),
        # What PostgreSQL knows of the new one.
        migrations.RunSQL("ANALYZE sla_clock", migrations.RunSQL.noop),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """What was kept of days knows nothing of their hours: count again."""

    dependencies = [("sla", "0027_hours_kept")]

    operations = [
        migrations.RunSQL(
            "DELETE FROM sla_keptday; DELETE FROM sla_duecount;"
            " DELETE FROM sla_handedday; DELETE FROM sla_handedcount;",
            migrations.RunSQL.noop,
        ),
    ]

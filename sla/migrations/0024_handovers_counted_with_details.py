from django.db import migrations


class Migration(migrations.Migration):
    """What was kept of handovers knows nothing of what was named beside a reason: count again."""

    dependencies = [("sla", "0023_details_kept")]

    operations = [
        migrations.RunSQL(
            "DELETE FROM sla_handedday; DELETE FROM sla_handedcount;", migrations.RunSQL.noop
        ),
    ]

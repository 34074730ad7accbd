"""The leads of a campaign, the latest first."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0030_disagreement_runs")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("campaign_row__isnull", False)),
                fields=["campaign_row", "captured_at"],
                name="leads_lead_of_campaign",
            ),
        ),
    ]

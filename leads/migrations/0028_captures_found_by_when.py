"""Leads by when they came in; and all that is counted of a month's handovers without a row read."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0027_leads_begin_handed_over")]

    operations = [
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(fields=["captured_at"], name="leads_lead_by_capture"),
        ),
        AddIndexConcurrently(
            model_name="lead",
            index=models.Index(
                fields=["submitted_at"],
                include=("overridden", "origin"),
                name="leads_lead_of_month",
            ),
        ),
        RemoveIndexConcurrently(model_name="lead", name="leads_lead_by_submission"),
        RemoveIndexConcurrently(model_name="lead", name="leads_lead_by_campaign"),
    ]

"""What the ledger adds up, counted for good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0025_late_clocks_at_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="StageMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("upto", models.BigIntegerField()),
                ("seen", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StageCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_stage", models.CharField(blank=True, max_length=20)),
                ("to_stage", models.CharField(blank=True, max_length=20)),
                ("action", models.CharField(max_length=20)),
                ("events", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_stage", "to_stage", "action"), name="sla_stagecount_once"
                    )
                ],
            },
        ),
    ]

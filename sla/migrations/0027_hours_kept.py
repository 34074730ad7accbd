"""In which hours of the week things came, kept by day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_saved_views"),
        ("sla", "0026_moves_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="HourDue",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=12)),
                ("side", models.CharField(max_length=10)),
                ("arrived", models.CharField(max_length=4)),
                ("due", models.PositiveIntegerField()),
                ("missed", models.PositiveIntegerField()),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "day", "side", "team", "arrived"), name="sla_hourdue_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HourHanded",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("arrived", models.CharField(max_length=4)),
                ("handed", models.PositiveIntegerField()),
                (
                    "team",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "team", "arrived"), name="sla_hourhanded_once"
                    )
                ],
            },
        ),
    ]

"""What is kept of a day, and which days are no longer as they were kept."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leadbridge.people.models import Team
from leads.campaigns.models import Campaign


class CountedDay(models.Model):
    """A day that was counted, as it is cut in `zone`."""

    day = models.DateField(primary_key=True)
    zone = models.CharField(max_length=50)
    kept_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} in {self.zone}"


class ChangedHour(models.Model):
    """A note that something changed of what is counted under this hour. Written by triggers alone,
    appended and never updated, so that no two acts wait for each other."""

    hour = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.hour}"


class KeptDay(CountedDay):
    """A day of clocks by when they are due."""


class StaleHour(ChangedHour):
    """Of a clock that is due in this hour (see the triggers of `Clock`)."""


class Grain(models.TextChoices):
    """How fine a row counts: of a team, of each who held, or of each source."""

    TEAM = "team"
    HOLDER = "holder"
    SOURCE = "source"


class DueCount(models.Model):
    """Clocks of a day that fell due, by what became of them. The same clocks are counted once in
    each grain, so only rows of one grain may be summed."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    grain = models.CharField(max_length=6, choices=Grain.choices)
    kind = models.CharField(max_length=12)
    side = models.CharField(max_length=10)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=100, blank=True)
    due = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    met_late = models.PositiveIntegerField()
    missed_open = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_duecount_once",
                fields=["grain", "day", "kind", "side", "team", "holder", "source"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="sla_duecount_adds_up",
                condition=Q(due=models.F("met") + models.F("met_late") + models.F("missed_open")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}: {self.met} of {self.due}"


class HandedDay(CountedDay):
    """A day of handovers."""


class StaleHanded(ChangedHour):
    """Of what was handed over in this hour (see the migration `handovers_kept`)."""


class HandedGrain(models.TextChoices):
    """By what a row counts, beside the team; of `all`, by everything, the others are made."""

    TEAM = "team"
    HOLDER = "holder"
    SOURCE = "source"
    CAMPAIGN = "campaign"
    MARKETER = "marketer", "Marketer and source"
    ALL = "all"


class HandedCount(models.Model):
    """Leads by the day of their last handover, by what sales decided, for which reason (`detail`:
    what was named beside it), and how far they went since. The same leads are counted once in each
    grain; `won_days` says of each won one after how many days."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    grain = models.CharField(max_length=8, choices=HandedGrain.choices)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    source = models.CharField(max_length=100, blank=True)
    campaign = models.CharField(max_length=100, blank=True)
    marketer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    outcome = models.CharField(max_length=9)
    code = models.TextField(blank=True)
    criterion = models.TextField(blank=True)
    detail = models.TextField(blank=True, default="")
    handed = models.PositiveIntegerField()
    opportunities = models.PositiveIntegerField()
    won = models.PositiveIntegerField()
    won_value = models.DecimalField(max_digits=20, decimal_places=2)
    conforming = models.PositiveIntegerField()
    overridden = models.PositiveIntegerField()
    said_yes = models.PositiveIntegerField()
    credited_value = models.DecimalField(max_digits=20, decimal_places=2)
    won_days = ArrayField(models.FloatField(), default=list)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="sla_handedcount_by_day", fields=["grain", "day"]),
            models.Index(
                name="sla_handedcount_of_marketer",
                fields=["marketer", "day"],
                condition=Q(grain="marketer"),
            ),
            models.Index(
                name="sla_handedcount_won", fields=["day"], condition=Q(grain="all", won__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handed} {self.outcome} of {self.day}"


class TookDay(CountedDay):
    """A day of clocks by when they began."""


class StaleBegun(ChangedHour):
    """Of a clock that began in this hour and has ended (see the migration `times_kept`)."""


class Took(models.Model):
    """How long the clocks of one kind and team took that began on a day and have ended: every one
    of them to the second, since a median is that of all. `whose` holds for each holder (0: the
    pool) how many ended by what they were for and how many otherwise; `working` and `wall` the
    seconds of these, in that order. Four bytes each (see `took`)."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    kind = models.CharField(max_length=12)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    whose = models.BinaryField()
    working = models.BinaryField()
    wall = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_took_once", fields=["kind", "day", "team"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.day}"


class CameDay(CountedDay):
    """A day of leads by when they came in, and of attempts by when they were made."""


class StaleCame(ChangedHour):
    """Of a lead that came in in this hour, or an attempt made in it (see the migration
    `captures_kept`)."""


class CameGrain(models.TextChoices):
    """By what a row counts: by everything, of all teams together, or of a campaign alone."""

    TEAM = "team", "Team, source and campaign"
    SOURCE = "source", "Source and campaign"
    CAMPAIGN = "campaign"


class CameCount(models.Model):
    """Leads by the day on which they came in, and how far they got since; merged ones are out. The
    same leads are counted once in each grain."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    grain = models.CharField(max_length=8, choices=CameGrain.choices)
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=100, blank=True)
    campaign_row = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    campaign = models.CharField(max_length=100, blank=True)
    leads = models.PositiveIntegerField()
    qualified = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    opportunities = models.PositiveIntegerField()
    won = models.PositiveIntegerField()
    revenue = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_camecount_once",
                fields=["grain", "team", "day", "source", "campaign_row", "campaign"],
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="sla_camecount_of_sources", fields=["day"], condition=Q(grain="source")
            ),
            models.Index(
                name="sla_camecount_of_campaigns",
                fields=["day"],
                include=["campaign_row", "leads"],
                condition=Q(grain="campaign"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leads} of {self.day}"


class TouchCount(models.Model):
    """Attempts to reach people by the day on which they were made."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=100, blank=True)
    touches = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_touchcount_once", fields=["day", "team", "source"]),
        ]

    def __str__(self) -> str:
        return f"{self.touches} on {self.day}"


class HourDue(models.Model):
    """Promises of a day that fell due, by the hour of the week in which they began ("1-09")."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    kind = models.CharField(max_length=12)
    side = models.CharField(max_length=10)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    arrived = models.CharField(max_length=4)
    due = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_hourdue_once", fields=["kind", "day", "side", "team", "arrived"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.missed} of {self.due} begun at {self.arrived}"


class HourHanded(models.Model):
    """Leads handed over on a day, by the hour of the week."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    arrived = models.CharField(max_length=4)
    handed = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_hourhanded_once", fields=["day", "team", "arrived"]),
        ]

    def __str__(self) -> str:
        return f"{self.handed} at {self.arrived}"


class StageCount(models.Model):
    """How many events led from one stage to another by an action, of those up to the mark. All that
    moved nothing are among them too."""

    from_stage = models.CharField(max_length=20, blank=True)
    to_stage = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=20)
    events = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="sla_stagecount_once", fields=["from_stage", "to_stage", "action"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.events} {self.action}: {self.from_stage} to {self.to_stage}"


class StageMark(models.Model):
    """Up to which event they were counted; `seen` was the last one when a worker looked at
    `seen_at`. One row."""

    upto = models.BigIntegerField()
    seen = models.BigIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"events up to {self.upto}"


class Proof(models.Model):
    """The last proof of the whole ledger: `broken` names for each rule how many leads break it, and
    which. One row."""

    at = models.DateTimeField()
    broken = models.JSONField()

    def __str__(self) -> str:
        return f"proved at {self.at}"

"""Files that were sent, their rows as they came, and mappings that people made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from leadbridge.kernel.runs import AskedFor
from leads.handoff.models import Lead


class Import(AskedFor):
    """One file. All that a worker needs lies here and in its rows, so any worker can go on with it.

    Counts are of rows that were dealt with; `checked` says the same of all rows before anything
    was written, and why rows would be refused.
    """

    class State(models.TextChoices):
        STAGED = "staged", "Needs its columns named"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        WAITING = "waiting", "Waits for a worker"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    WORKED_ON = (State.CHECKING, State.WAITING, State.RUNNING, State.UNDOING)

    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="Of the file as it was sent.")
    header = models.JSONField(default=list)
    note = models.TextField(blank=True, help_text="What had to be guessed when it was read.")
    preset = models.CharField(max_length=30, blank=True)
    mapping = models.JSONField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.STAGED)

    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    checked = models.JSONField(default=dict)

    marketer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        app_label = "leads"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_import_state_known",
                condition=Q(
                    state__in=[
                        "staged", "checking", "checked", "waiting", "running", "done", "failed",
                        "undoing", "undone",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="leads_import_not_beyond_its_rows", condition=Q(done__lte=F("total"))
            ),
            models.CheckConstraint(
                name="leads_import_begun_has_mapping",
                condition=Q(state="staged") | Q(mapping__isnull=False),
            ),
        ]  # fmt: skip
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="leads_import_by_asking", fields=["-asked_at", "id"]),
            models.Index(
                name="leads_import_worked_on",
                fields=["id"],
                condition=Q(state__in=["checking", "waiting", "running", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_worked_on(self) -> bool:
        """Does a worker have something to do on it?"""
        return self.state in self.WORKED_ON


class ImportRow(models.Model):
    """A row as it came, until it is dealt with; then what became of it.

    `cells` is JSON in a text, because a database keeps no NUL and a file may hold one; blank once
    the lead has it. `fault`: it is no row of its file, and why. `key`: the id under which a row
    that tells of an end waits for its lead.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", "Made a lead"
        UPDATED = "updated", "Added to the lead it names"
        JOINED = "joined", "Joined an open lead"
        UNCHANGED = "same", "Known already"
        WAITING = "waiting", "Waits for its lead"
        REFUSED = "refused", "Not taken"
        UNDONE = "undone", "Taken back"

    TOLD = (Outcome.CREATED, Outcome.UPDATED, Outcome.JOINED, Outcome.WAITING)

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    cells = models.TextField()
    size = models.PositiveIntegerField()
    fault = models.TextField(blank=True, db_default="")
    outcome = models.CharField(max_length=8, blank=True, db_default="")
    field = models.CharField(max_length=100, blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="")
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    fingerprint = models.CharField(max_length=64, blank=True, db_default="")
    key = models.CharField(max_length=100, blank=True, db_default="")

    class Meta:
        app_label = "leads"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_importrow_once", fields=["file", "number"]),
            # The same content twice, in whatever file, is told once.
            models.UniqueConstraint(
                name="leads_importrow_told_once",
                fields=["fingerprint"],
                condition=Q(outcome__in=["created", "updated", "joined", "waiting"]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="leads_importrow_to_do", fields=["file", "number"], condition=Q(outcome="")
            ),
            models.Index(
                name="leads_importrow_waiting", fields=["key"], condition=Q(outcome="waiting")
            ),
            models.Index(
                name="leads_importrow_refused",
                fields=["file", "number"],
                condition=Q(outcome="refused"),
            ),
            models.Index(
                name="leads_importrow_of_lead",
                fields=["lead"],
                condition=Q(lead__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.file}"


class ImportMapping(models.Model):
    """A mapping that somebody made on the page, kept to be used again for files of its header."""

    name = models.CharField(max_length=80, unique=True)
    content = models.JSONField()
    columns = models.JSONField(default=list, help_text="The header it was made for.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()

    class Meta:
        app_label = "leads"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

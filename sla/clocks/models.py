"""A clock: one timed promise on one lead, with all it was started under."""

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value

from leadbridge.outbox.webhooks.writing import tell
from leadbridge.people.models import Team
from leads.handoff.models import Event, Lead
from sla.agreement.ladder import DOINGS, MANAGER, OFFER, REASSIGN
from sla.agreement.models import AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.kinds import KINDS
from sla.clocks.states import IS_RUNNING, RUNNING_DUE

STEP_STATES = ("done", "pending", "dropped")
FAILED = "Failed: "  # so begins the outcome of a step that an error kept from moving its lead
OUTAGE = "outage"  # the event by which a promise begins anew, and why the former is void


_AFTER = pgtrigger.Referencing(new="after")  # type: ignore[no-untyped-call]
_CHANGE = pgtrigger.Referencing(old="before", new="after")  # type: ignore[no-untyped-call]


def _note_hours(*tables: str) -> str:
    """Note in which hours something changed that was due already: figures kept of those days are
    no longer true (see sla.reports.rollups)."""
    changed = " UNION ALL ".join(f"SELECT due_at FROM {table}" for table in tables)  # noqa: S608
    return f"""
        INSERT INTO sla_stalehour (hour)
        SELECT DISTINCT date_trunc('hour', due_at) FROM ({changed}) AS changed
        WHERE due_at <= now();
        RETURN NULL;
    """  # noqa: S608


class Clock(models.Model):
    """One promise. `next_at` is when the sweep must look at it next; None: never again.

    `breached_at` is the due instant, `detected_at` when a worker noticed: the gap is ours.
    `elapsed_seconds` is the working time from start to stop, counted when it stopped.
    `steps` are those of the ladder still to come, `step_times` when each is due; `next_at` is the
    first of them. `counted`: due after so much working time, so it moves with calendar and pauses.
    `pauses` are all of it, as pairs of instants; `paused_from` and `paused_until` the last one.
    `number` tells the attempts apart. `tier` is that by which it is judged: where a `relief` was
    given, not the lead's own. Foreign keys have no index of their own: a sweep that marks
    a hundred thousand clocks would pay for each.
    """

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=12)
    side = models.CharField(max_length=10)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    tier = models.PositiveSmallIntegerField(null=True)
    relief = models.CharField(max_length=10, blank=True, default="", db_default="")
    calendar = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    agreement = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveSmallIntegerField(null=True)
    target_seconds = models.PositiveIntegerField()
    at_risk_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.75"))
    counted = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    at_risk_at = models.DateTimeField()
    due_at = models.DateTimeField()
    pauses = models.JSONField(default=list)
    paused_from = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    started_by = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stopped_at = models.DateTimeField(null=True)
    elapsed_seconds = models.PositiveIntegerField(null=True)
    void_at = models.DateTimeField(null=True)
    void_cause = models.CharField(max_length=20, blank=True)
    ended_by = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    breached_at = models.DateTimeField(null=True)
    detected_at = models.DateTimeField(null=True)
    steps = ArrayField(models.CharField(max_length=10), default=list)
    step_times = ArrayField(models.DateTimeField(), default=list)
    next_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_clock_kind_known", condition=Q(kind__in=sorted(KINDS))
            ),
            models.UniqueConstraint(
                name="sla_clock_one_running", fields=["lead", "kind"], condition=IS_RUNNING
            ),
            models.CheckConstraint(
                name="sla_clock_instants_in_order",
                condition=Q(started_at__lte=F("at_risk_at"), at_risk_at__lte=F("due_at")),
            ),
            models.CheckConstraint(
                name="sla_clock_breach_whole",
                condition=Q(breached_at=None, detected_at=None)
                | Q(breached_at=F("due_at"), detected_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sla_clock_void_has_cause",
                condition=Q(void_at=None, void_cause="")
                | (Q(void_at__isnull=False) & ~Q(void_cause="")),
            ),
            models.CheckConstraint(
                name="sla_clock_ended_needs_no_look",
                condition=Q(next_at=None) | IS_RUNNING,
            ),
            models.CheckConstraint(
                name="sla_clock_pause_whole",
                condition=Q(paused_from=None, paused_until=None)
                | Q(paused_from__lt=F("paused_until")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="sla_clock_to_sweep",
                fields=["next_at", "id"],
                condition=Q(next_at__isnull=False),
            ),
            # Holds what a figure of the late ones asks for, so that their rows need not be read.
            models.Index(
                RUNNING_DUE,
                "id",
                name="sla_clock_running",
                condition=IS_RUNNING,
                include=["due_at", "kind", "side", "lead", "holder", "team", "started_at"],
            ),
            models.Index(name="sla_clock_of_lead", fields=["lead", "id"]),
            models.Index(name="sla_clock_by_due", fields=["kind", "due_at"]),
            models.Index(name="sla_clock_relieved", fields=["due_at"], condition=~Q(relief="")),
            models.Index(name="sla_clock_by_holder", fields=["holder", "due_at"]),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="note_started",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=_AFTER,
                func=_note_hours("after"),
            ),
            pgtrigger.Trigger(
                name="note_changed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=_CHANGE,
                func=_note_hours("before", "after"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of L-{self.lead_id}"


# Steps that move a lead, and as what they are told to other programs once they are done.
ESCALATIONS = dict.fromkeys((OFFER, REASSIGN, MANAGER), "clock.escalated")


class ClockStep(models.Model):
    """A step of the ladder that a clock came to: once each, whatever is repeated.

    What must change the lead (offer, reassign, manager) waits as `pending` for a second
    transaction, and is dropped where an act on the lead came first.
    """

    class State(models.TextChoices):
        DONE = "done", "Done"
        PENDING = "pending", "Pending"
        DROPPED = "dropped", "Dropped"

    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, related_name="climbed", db_index=False
    )
    step = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_clockstep_once", fields=["clock", "step"]),
            models.CheckConstraint(
                name="sla_clockstep_known", condition=Q(step__in=DOINGS, state__in=STEP_STATES)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="sla_clockstep_pending", fields=["id"], condition=Q(state="pending")),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="tell_webhooks",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=_AFTER,
                func=tell("after", ESCALATIONS, of="step", where="fresh.state = 'done'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} of clock {self.clock_id}"


class Heartbeat(models.Model):
    """When a regular work last ran, for the footer, the status page and readiness."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


class Outage(models.Model):
    """A window in which nobody could be asked to keep a promise: what fell due in it is void.

    `voided` had ended already; `restarted` ran still and began anew.
    """

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    voided = models.PositiveIntegerField()
    restarted = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_outage_over",
                condition=Q(starts_at__lt=F("ends_at"), ends_at__lte=F("made_at")),
            ),
            models.CheckConstraint(name="sla_outage_has_reason", condition=~Q(reason="")),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}: {self.reason}"


class Rebuild(models.Model):
    """Running clocks taken over to something newer, in batches: a version of their calendar or of
    the agreement that is to count for them too, or a beginning after an outage.

    `done` of `total` clocks were taken over; of those `moved` are due at another instant,
    `turned_late` were not late before and `late_no_longer` were.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        REPLACED = "replaced", "Replaced by a later edit"

    OPEN = (State.WAITING, State.RUNNING)

    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, related_name="rebuilds"
    )
    from_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    agreement = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    outage = models.ForeignKey(
        Outage, on_delete=models.PROTECT, null=True, related_name="rebuilds", db_index=False
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    turned_late = models.PositiveIntegerField(default=0)
    late_no_longer = models.PositiveIntegerField(default=0)
    last_clock = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sla_rebuild_state_known",
                condition=Q(state__in=["waiting", "running", "done", "failed", "replaced"]),
            ),
            models.CheckConstraint(
                name="sla_rebuild_of_one_thing",
                condition=Q(calendar__isnull=False, to_version__isnull=False, agreement=None)
                & Q(outage=None)
                | Q(calendar=None, to_version=None, agreement__isnull=False, outage=None)
                | Q(calendar=None, to_version=None, agreement=None, outage__isnull=False),
            ),
            models.UniqueConstraint(
                name="sla_rebuild_one_open",
                fields=["calendar"],
                condition=Q(state__in=["waiting", "running"]),
            ),
            models.UniqueConstraint(
                Value(1),
                name="sla_rebuild_one_agreement_open",
                condition=Q(state__in=["waiting", "running"], agreement__isnull=False),
            ),
            models.UniqueConstraint(name="sla_rebuild_once_an_outage", fields=["outage"]),
        ]

    def __str__(self) -> str:
        return f"{self.calendar or self.agreement or self.outage}: {self.state}"

    @property
    def number(self) -> int | None:
        """Of the version that clocks are taken over to; None after an outage."""
        if self.agreement is not None:
            return self.agreement.version
        return self.to_version.number if self.to_version else None


class ClockMove(models.Model):
    """That an edit moved the due instant of a clock: what it was, what it is.

    `silent`: late after the move without anybody having been told of this due instant, because
    what turns late by an edit notifies nobody. The ledger counts these apart.
    """

    rebuild = models.ForeignKey(
        Rebuild, on_delete=models.PROTECT, related_name="moves", db_index=False
    )
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="moves")
    due_from = models.DateTimeField()
    due_to = models.DateTimeField()
    silent = models.BooleanField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="sla_clockmove_once", fields=["rebuild", "clock"]),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.clock}: {self.due_from} to {self.due_to}"

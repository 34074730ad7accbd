"""The lead and what happened to it. Constraints hold what must be true in a row."""

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value

from leadbridge.people.models import Team, User
from leads.handoff.guards import REFUSE_OTHER_BEGINNINGS, REFUSE_OTHER_CHANGES
from leads.handoff.persons import Person
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.stages import (
    OPEN_STAGES,
    PARKED_STAGES,
    SALES_STAGES,
    Stage,
)
from leads.handoff.told import tell_webhooks

OPEN = sorted(OPEN_STAGES)

__all__ = ["OPEN", "Custody", "Event", "Lead", "Person", "Remark"]


class Lead(models.Model):
    """One person's one episode of interest, from capture to its end.

    `holder` is accountable now; None means the pool of `team`, answered for by its manager.
    Foreign keys by which no lead is looked up, or only with what another index has too, have no
    index of their own: a lead is written often.
    `relief` and the `next_*` fields are what the clocks promised at the last change (see
    docs/architecture.md).
    """

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="leads", db_index=False
    )
    episode = models.PositiveIntegerField(default=1)
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="following"
    )
    stage = models.CharField(max_length=12, choices=[(s, s) for s in Stage])
    last_action = models.CharField(max_length=12)
    last_actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField()

    marketer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    marketing_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="held_leads", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="leads", db_index=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    origin = models.CharField(max_length=12)
    source = models.CharField(max_length=100)
    campaign = models.CharField(max_length=100, blank=True)
    # What `campaign` names, where marketing keeps such a campaign: see leads.campaigns.
    campaign_row = models.ForeignKey(
        "leads.Campaign", on_delete=models.PROTECT, null=True, related_name="leads", db_index=False
    )
    external_id = models.CharField(max_length=100, blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    title = models.CharField(max_length=150, blank=True)
    company = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    employees = models.PositiveIntegerField(null=True)
    industry = models.CharField(max_length=100, blank=True)
    request = models.CharField(max_length=20, blank=True)
    message = models.TextField(blank=True)
    attributes = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    definition = models.ForeignKey(
        "leads.DefinitionVersion", on_delete=models.PROTECT, null=True, db_index=False
    )
    verdict = models.CharField(max_length=7, blank=True)
    verdict_lines = models.JSONField(default=list)
    fit = models.IntegerField(null=True)
    interest = models.IntegerField(null=True)
    tier = models.PositiveSmallIntegerField(null=True)
    overridden = models.BooleanField(default=False)
    routing = models.JSONField(default=dict)

    acted_at = models.DateTimeField(help_text="When the person last showed interest.")
    captured_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=6, blank=True)
    accepted_at = models.DateTimeField(null=True)
    first_touch_at = models.DateTimeField(null=True)
    last_touch_at = models.DateTimeField(null=True)
    qualified_at = models.DateTimeField(null=True)
    disputed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    park_until = models.DateTimeField(null=True)
    close_on = models.DateField(null=True)
    reason = models.CharField(max_length=30, blank=True)
    reason_criterion = models.CharField(max_length=60, blank=True)
    # What else the reason asks for: see leads.handoff.evidence.
    reason_detail = models.CharField(max_length=80, blank=True, default="", db_default="")
    marketing_ruling = models.CharField(max_length=10, blank=True)
    sales_ruling = models.CharField(max_length=10, blank=True)
    open_questions = models.PositiveSmallIntegerField(default=0)
    status_owed = models.BooleanField(
        default=False, db_default=False, help_text="Marketing asked how it stands, and waits."
    )
    status_asked_at = models.DateTimeField(null=True)
    debrief = models.CharField(max_length=4, blank=True, help_text="owed, done, or never asked for")
    paused_until = models.DateTimeField(null=True)
    paused_for = models.CharField(max_length=80, blank=True)
    waived_at = models.DateTimeField(
        null=True, help_text="When a manager waived the attempts that were missing."
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    relief = models.CharField(max_length=10, blank=True, default="", db_default="")
    next_kind = models.CharField(max_length=12, blank=True)
    next_started_at = models.DateTimeField(null=True)
    next_at_risk_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_lead_stage_known", condition=Q(stage__in=list(Stage))
            ),
            models.UniqueConstraint(name="leads_lead_episode_once", fields=["person", "episode"]),
            models.UniqueConstraint(
                name="leads_lead_one_open_per_email",
                fields=["email_key"],
                condition=Q(stage__in=OPEN) & ~Q(email_key=""),
            ),
            models.UniqueConstraint(
                name="leads_lead_external_id_once",
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="leads_lead_submitted_has_instant",
                condition=~Q(stage__in=["submitted", "accepted", "working", "opportunity"])
                | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_lead_accepted_has_holder",
                condition=~Q(stage__in=["accepted", "working", "opportunity"])
                | Q(holder__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_lead_back_or_ended_has_reason",
                condition=~Q(stage__in=["rejected", "recycled", "lost", "disqualified"])
                | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="leads_lead_parked_has_date",
                condition=~Q(stage__in=sorted(PARKED_STAGES)) | Q(park_until__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_lead_closed_has_instant",
                condition=Q(stage__in=OPEN, closed_at__isnull=True)
                | (~Q(stage__in=OPEN) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="leads_lead_merged_has_survivor",
                condition=~Q(stage="merged") | Q(merged_into__isnull=False),
            ),
            models.CheckConstraint(
                name="leads_lead_override_or_yes",
                condition=~Q(stage="submitted")
                | Q(verdict="yes")
                | Q(overridden=True)
                | Q(marketing_ruling="overturned", sales_ruling="overturned"),
            ),
            models.CheckConstraint(
                name="leads_lead_value_not_negative",
                condition=Q(value__isnull=True) | Q(value__gte=0),
            ),
            models.CheckConstraint(
                name="leads_lead_next_whole",
                condition=Q(next_kind="", next_due_at=None, next_at_risk_at=None)
                | (~Q(next_kind="") & Q(next_due_at__isnull=False, next_at_risk_at__isnull=False)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="leads_lead_by_holder",
                fields=["holder", "next_due_at", "id"],
                condition=Q(stage__in=OPEN),
            ),
            models.Index(
                name="leads_lead_by_team",
                fields=["team", "next_due_at", "id"],
                condition=Q(stage__in=OPEN),
            ),
            models.Index(
                name="leads_lead_in_pool",
                fields=["team", "next_due_at", "id"],
                condition=Q(stage__in=OPEN, holder=None),
            ),
            models.Index(
                name="leads_lead_by_due", fields=["next_due_at", "id"], condition=Q(stage__in=OPEN)
            ),
            # Empty while every lead is accounted for; without it that proof reads all leads.
            models.Index(
                name="leads_lead_owes_nothing",
                fields=["id"],
                condition=Q(stage__in=OPEN, next_due_at__isnull=True),
            ),
            models.Index(name="leads_lead_by_marketer", fields=["marketer", "-changed_at", "id"]),
            models.Index(name="leads_lead_by_change", fields=["-changed_at", "id"]),
            models.Index(
                name="leads_lead_of_marketer_at", fields=["marketer", "stage", "-changed_at", "id"]
            ),
            models.Index(name="leads_lead_at_stage", fields=["stage", "-changed_at", "id"]),
            models.Index(
                name="leads_lead_of_marketer_due",
                fields=["marketer", "next_due_at", "id"],
                condition=Q(stage__in=OPEN),
            ),
            models.Index(
                name="leads_lead_asked",
                fields=["marketer", "id"],
                condition=Q(stage__in=OPEN, open_questions__gt=0),
            ),
            models.Index(
                name="leads_lead_owes_debrief", fields=["holder", "id"], condition=Q(debrief="owed")
            ),
            models.Index(
                name="leads_lead_of_month",
                fields=["submitted_at"],
                include=["overridden", "origin"],
            ),
            # See handoff.accounts.DOMAIN.
            models.Index(
                Func(
                    F("email_key"),
                    Value("@"),
                    Value(2),
                    function="split_part",
                    output_field=models.CharField(),
                ),
                name="leads_lead_by_domain",
                condition=~Q(email_key=""),
            ),
            models.Index(name="leads_lead_by_capture", fields=["captured_at"]),
            models.Index(
                name="leads_lead_of_campaign",
                fields=["campaign_row", "captured_at"],
                condition=Q(campaign_row__isnull=False),
            ),
            models.Index(name="leads_lead_by_stage", fields=["stage", "team"]),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="allowed_stage_change",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.stage IS DISTINCT FROM NEW.stage"),
                func=REFUSE_OTHER_CHANGES,
            ),
            pgtrigger.Trigger(
                name="begins_captured",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=REFUSE_OTHER_BEGINNINGS,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"

    @property
    def ref(self) -> str:
        """How people name this lead, and its place in addresses."""
        return f"L-{self.pk}"

    @property
    def name(self) -> str:
        """The company, or the person where no company is known."""
        return self.company or str(self.person)

    @property
    def is_open(self) -> bool:
        """Somebody still owes something on it."""
        return self.stage in OPEN_STAGES

    @property
    def overturned(self) -> bool:
        """Both sides ruled that its rejection was wrong."""
        return self.marketing_ruling == self.sales_ruling == "overturned"

    def paused_at(self, now: datetime) -> bool:
        """Stands still with sales until a date that both can read."""
        paused = self.paused_until is not None and now < self.paused_until
        return paused and self.stage in SALES_STAGES

    @property
    def in_pool(self) -> bool:
        """Held by a team's pool rather than by a person."""
        return self.holder_id is None


class Event(models.Model):
    """One thing that happened to a lead. Written once, never changed, free of personal words."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="events", db_index=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=20)
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    from_stage = models.CharField(max_length=12, blank=True)
    to_stage = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="leads_event_of_lead", fields=["lead", "at", "id"]),
            models.Index(name="leads_event_by_action", fields=["action", "at"]),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="tell_webhooks",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="came"),  # type: ignore[no-untyped-call]
                func=tell_webhooks("came"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of L-{self.lead_id} at {self.at:%Y-%m-%d %H:%M}"


class Remark(models.Model):
    """Personal words that came with an event: erased with the person, while the event stays."""

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        COMMENT = "comment", "Comment"
        QUOTE = "quote", "The prospect's words"
        NOTE = "note", "Note"
        DECIDED = "decided", "What decided it"
        LEARNT = "learnt", "What we learnt"
        ADVICE = "advice", "What marketing should know"
        RIVAL = "rival", "Whom they chose"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]


class Custody(models.Model):
    """Who answered for a lead from when to when: an unbroken chain, one link open at most."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="custody")
    holder = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    cause = models.CharField(max_length=20)

    class Meta:
        ordering: ClassVar[list[str]] = ["since", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="leads_custody_one_open", fields=["lead"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="leads_custody_forward", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="leads_custody_of_holder", fields=["holder", "lead"]),
        ]

    def __str__(self) -> str:
        return f"L-{self.lead_id} since {self.since:%Y-%m-%d %H:%M}"

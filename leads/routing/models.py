"""The versions of the rules that place a lead, and whose turn it is in each team."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from leadbridge.people.models import Team, User


class RoutingVersion(models.Model):
    """One version of the rules; its content is read by `ruleset.RuleSet.from_content`.

    One is published at a time, one is drafted at a time. What was published never changes: going
    back to an earlier one publishes its text again as the next version (`restores`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "In force"
        RETIRED = "retired", "Replaced"

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="", help_text="What changes, and why.")
    restores = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    drafted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    drafted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="leads_routing_one_published",
                fields=["state"],
                condition=Q(state="published"),
            ),
            models.UniqueConstraint(
                name="leads_routing_one_draft", fields=["state"], condition=Q(state="draft")
            ),
            models.CheckConstraint(
                name="leads_routing_instants",
                condition=Q(state="draft", published_at=None, retired_at=None)
                | Q(state="published", published_at__isnull=False, retired_at=None)
                | Q(state="retired", published_at__isnull=False, retired_at__isnull=False),
            ),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Trigger(
                name="routing_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["published", "retired"]),
                func="""
                    IF (OLD.content, OLD.version, OLD.note, OLD.restores_id, OLD.published_by_id,
                        OLD.published_at) IS DISTINCT FROM (NEW.content, NEW.version, NEW.note,
                        NEW.restores_id, NEW.published_by_id, NEW.published_at) THEN
                        RAISE EXCEPTION 'version % was published and cannot be changed', OLD.version
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.FSM(
                name="routing_life",
                field="state",
                transitions=[("draft", "published"), ("published", "retired")],
            ),
            pgtrigger.Protect(
                name="routing_kept",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class Turn(models.Model):
    """The cursor of a team: who got the last lead, and how each member stands (`people`, by id:
    what they are owed, and what they were given on their day)."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="turn")
    last = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    people = models.JSONField(default=dict, db_default={})

    def __str__(self) -> str:
        return f"Turn of {self.team}"

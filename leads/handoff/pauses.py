"""Pauses of a lead: a promise of sales stands still until a stated instant, for a named reason.

Which reasons there are and how long each may last is agreed elsewhere: whoever knows the agreement
registers how to ask it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from django.db import models
from django.db.models import F, Q

from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words
from leadbridge.people.models import User
from leads.handoff.changes import PausedTime
from leads.handoff.models import Event, Lead
from leads.handoff.stages import SALES_STAGES


class Pause(models.Model):
    """One pause: who made it, why, from when to when. `ended_at`: it was ended before its time.

    `kinds` are the clocks that it stops, as they were agreed when it was made.
    """

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="pauses")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="pause")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    kinds = models.JSONField(default=list)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="leads_pause_forward", condition=Q(starts_at__lt=F("ends_at"))
            ),
            models.CheckConstraint(
                name="leads_pause_ended_within",
                condition=Q(ended_at=None)
                | Q(ended_at__gte=F("starts_at"), ended_at__lte=F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of L-{self.lead_id} until {self.until:%Y-%m-%d %H:%M}"

    @property
    def until(self) -> datetime:
        """When it ends or ended."""
        return self.ended_at or self.ends_at


@dataclass(frozen=True)
class Allowed:
    """A pause that may begin now: how long at most, and which clocks it stops.

    `by_people`: somebody may choose it; the others are made by LeadBridge alone.
    """

    code: str
    label: str
    latest: datetime
    kinds: tuple[str, ...]
    by_people: bool = True


Rules = Callable[[Lead, datetime], Sequence[Allowed]]
_registered: list[Rules] = []


def register_rules(rules: Rules) -> None:
    """Say which pauses a lead may have; there is one agreement, so the last word counts."""
    _registered[:] = [rules]


def allowed_pauses(lead: Lead, now: datetime) -> Sequence[Allowed]:
    """The pauses that may begin now on a lead; none where nobody agreed on any."""
    return [one for rules in _registered for one in rules(lead, now)]


def told_of(pauses: Iterable[Pause]) -> tuple[PausedTime, ...]:
    """Pauses as the clocks are told of them: one that ended as it began covers nothing."""
    return tuple(
        PausedTime(pause.starts_at, pause.until, frozenset(pause.kinds), pause.code)
        for pause in pauses
        if pause.starts_at < pause.until
    )


def pauses_of(lead_id: int) -> tuple[PausedTime, ...]:
    """All pauses of a lead as they stand. One query: asked only where `Lead.paused_until` says that
    there is something to ask for."""
    return told_of(Pause.objects.filter(lead=lead_id))


def pauses_of_all(lead_ids: Iterable[int]) -> dict[int, tuple[PausedTime, ...]]:
    """The pauses of many leads, in one query; a lead that never stood still is not named."""
    found: dict[int, list[Pause]] = defaultdict(list)
    for pause in Pause.objects.filter(lead__in=lead_ids):
        found[pause.lead_id].append(pause)
    return {lead_id: told_of(pauses) for lead_id, pauses in found.items()}


class Paused(Protocol):
    """What of a lead tells that it stands still."""

    @property
    def stage(self) -> str: ...
    @property
    def paused_until(self) -> datetime | None: ...
    @property
    def paused_for(self) -> str: ...


def pause_words(lead: Paused, zone: str, now: datetime) -> tuple[str, str]:
    """ "Paused until Thu 10:00", and why; both blank where it does not stand still."""
    if not (lead.paused_until and now < lead.paused_until and lead.stage in SALES_STAGES):
        return "", ""
    until = due_words(local(lead.paused_until, zone), now)
    return f"Paused until {until}", lead.paused_for

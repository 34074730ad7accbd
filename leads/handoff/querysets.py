"""Filters over leads that read like the sentence they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from leadbridge.kernel.deadline import Pressure, pressure_q
from leadbridge.people.access import Viewer, sees_every_lead
from leads.handoff.stages import OPEN_STAGES

if TYPE_CHECKING:
    from leads.handoff.models import Lead  # noqa: F401  # named in the type of the query set


SEARCHED = ("company", "person__first_name", "person__last_name", "person__email")


class LeadQuerySet(models.QuerySet["Lead"]):
    """What lists of leads are asked for."""

    def visible_to(self, viewer: Viewer) -> LeadQuerySet:
        """Leads this person may see: all of them, or those of own teams, those once held, and
        those they decided on (who says no to a lead of the pool never held it)."""
        user = viewer.user
        if sees_every_lead(user):
            return self
        own_teams = sorted(viewer.team_ids | viewer.managed_ids)
        custody = self.model._meta.get_field("custody").related_model
        once_held = custody._default_manager.filter(holder=user).values("lead_id")
        mine = Q(team__in=own_teams) | Q(holder=user) | Q(decided_by=user)
        return self.filter(mine | Q(pk__in=once_held))

    def open(self) -> LeadQuerySet:
        """Leads on which somebody still owes something."""
        return self.filter(stage__in=sorted(OPEN_STAGES))

    def under(self, pressure: Pressure, now: datetime) -> LeadQuerySet:
        """Open leads whose next promise is on track, at risk or overdue at `now`."""
        return self.open().filter(
            pressure_q(pressure, now, at_risk="next_at_risk_at", due="next_due_at")
        )

    def due_first(self) -> LeadQuerySet:
        """Soonest due first; leads that owe nothing last."""
        return self.order_by(F("next_due_at").asc(nulls_last=True), "pk")

    def searched(self, q: str) -> LeadQuerySet:
        """Leads that these words mean: a reference, or each word in a name or address."""
        sign, _, number = q.strip().partition("-")
        if sign in ("L", "l") and number.isascii() and number.isdigit() and len(number) <= 18:
            return self.filter(pk=int(number))
        found = self
        for word in q.split()[:5]:
            wanted = Q()
            for field in SEARCHED:
                wanted |= Q(**{f"{field}__icontains": word})
            found = found.filter(wanted)
        return found

    def with_people(self) -> LeadQuerySet:
        """With everybody whom a row on a screen names, in the same query."""
        return self.select_related("person", "holder", "team", "marketer", "decided_by")

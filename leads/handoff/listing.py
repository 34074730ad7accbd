"""Lists of leads as the API filters and sorts them."""

from datetime import datetime

from django.db.models import Q

from leadbridge.kernel.deadline import Pressure
from leadbridge.kernel.pagination import Order
from leadbridge.people.calls import Query
from leadbridge.people.models import User
from leads.handoff.models import OPEN
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.stages import Stage

FILTERS = ("stage", "holder", "team", "source", "campaign", "sla", "q", "order")

DUE = Order("next_due_at", among=Q(stage__in=OPEN, next_due_at__isnull=False))
SUBMITTED = Q(submitted_at__isnull=False)
VALUED = Q(value__isnull=False)
ORDERS = {
    "due": DUE,
    "-due": Order("next_due_at", descending=True, among=DUE.among),
    "captured_at": Order("captured_at"),
    "-captured_at": Order("captured_at", descending=True),
    "changed_at": Order("changed_at"),
    "-changed_at": Order("changed_at", descending=True),
    "submitted_at": Order("submitted_at", among=SUBMITTED),
    "-submitted_at": Order("submitted_at", descending=True, among=SUBMITTED),
    "value": Order("value", among=VALUED),
    "-value": Order("value", descending=True, among=VALUED),
    "id": Order("pk"),
    "-id": Order("pk", descending=True),
}


def ask_leads(
    leads: LeadQuerySet, query: Query, user: User, now: datetime
) -> tuple[LeadQuerySet, Order]:
    """The leads that a query means, and their order; FieldErrors for what means nothing."""
    stages = query.choices("stage", list(Stage))
    pressures = query.choices("sla", list(Pressure))
    orders = query.choices("order", list(ORDERS))
    holder, team = query.text("holder"), query.text("team")
    source, campaign, words = query.text("source"), query.text("campaign"), query.text("q")
    query.close()
    if stages:
        leads = leads.filter(stage__in=stages)
    if holder:
        leads = leads.filter(held_by(holder, user))
    if team:
        leads = leads.filter(of_team(team))
    if source:
        leads = leads.filter(source__iexact=source)
    if campaign:
        leads = leads.filter(counts_for(campaign))
    if words:
        leads = leads.searched(words)
    if pressures:
        under = leads.none()
        for pressure in pressures:
            under = under | leads.under(Pressure(pressure), now)
        leads = under
    return leads, ORDERS[orders[0] if orders else "due"]


def counts_for(campaign: str) -> Q:
    """Named this campaign, or counts for it whatever was said."""
    return Q(campaign__iexact=campaign) | Q(campaign_row__name__iexact=campaign)


def held_by(name: str, user: User) -> Q:
    """Held by a person, by their user name or number; `me` is the caller, `pool` nobody."""
    if name == "pool":
        return Q(holder__isnull=True)
    if name == "me":
        return Q(holder=user)
    return Q(holder=int(name)) if _is_number(name) else Q(holder__username=name)


def of_team(name: str) -> Q:
    """Of a team, by its slug or number."""
    return Q(team=int(name)) if _is_number(name) else Q(team__slug=name)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18

"""Where the time of a lead went, for its page."""

from django import template

from leadbridge.people.http import Request, zone_of
from leads.handoff.models import Lead
from sla.reports.lead_time import time_of
from sla.reports.spent import Spent, spent_words

register = template.Library()


@register.simple_tag(takes_context=True)
def time_spent(context: template.Context, lead: Lead) -> Spent:
    """The time ledger of a lead in words."""
    request: Request = context["request"]
    return spent_words(time_of(lead, now=request.now), zone_of(request.user))

"""How many open leads somebody has in a team, for whoever deals them out."""

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from leads.handoff.models import Lead
from leads.handoff.stages import OPEN_STAGES, SALES_STAGES

WITH_SALES = sorted(SALES_STAGES & OPEN_STAGES)


def open_leads(person: str, team: str) -> Combinable:
    """Leads that they hold for sales in that team, by names of columns; along the index of a
    holder's open leads, so it costs what that one person holds, however many leads there are."""
    held = Lead.objects.filter(
        holder=OuterRef(person), team=OuterRef(team), stage__in=WITH_SALES
    ).order_by()
    counted = held.values("holder").annotate(leads=Count("pk")).values("leads")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())

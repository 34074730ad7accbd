"""What the sellers of the demo name beside a reason; told by the lead alone, so that the same seed
lives the same past."""

from leadbridge.people.models import Side, Team, User
from leads.handoff.evidence import NOTHING, Evidence
from leads.handoff.models import Lead

FIELDS = ("phone", "email", "title")
NO_BUYERS = ("student", "vendor", "job_seeker", "competitor", "spam")
NO_FITS = ("too_small", "missing_feature", "price", "geography")


def named_for(code: str, lead: Lead, seller: User) -> Evidence | None:
    """What is named for a rejection; None where the seller knows nothing to name."""
    match code:
        case "bad_data":
            return Evidence(field=FIELDS[lead.pk % len(FIELDS)])
        case "not_a_buyer":
            return Evidence(kind=NO_BUYERS[lead.pk % len(NO_BUYERS)])
        case "wrong_route":
            others = Team.objects.filter(side=Side.SALES).exclude(pk=lead.team_id)
            other = others.order_by("pk").first()
            return Evidence(team=other.slug) if other else None
        case "duplicate" | "customer":
            theirs = Lead.objects.filter(holder=seller).exclude(pk=lead.pk)
            other_lead = theirs.order_by("-pk").first()
            return Evidence(lead=other_lead.ref) if other_lead else None
    return NOTHING

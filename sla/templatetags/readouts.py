"""The read-outs that wait for whoever looks, as any page shows them above its list."""

from django import template

from leadbridge.people.http import Request, zone_of
from leads.campaigns.first_hour import may_sign, open_readouts
from leads.campaigns.readout_screen import face_of
from leads.campaigns.readouts import unsigned

register = template.Library()


@register.inclusion_tag("campaigns/_owed.html", takes_context=True)
def readouts_owed(context: template.Context) -> dict[str, object]:
    """Open read-outs, the soonest due first; nothing at all where there is none."""
    request: Request = context["request"]
    user, zone = request.user, zone_of(request.user)
    return {
        "rows": [
            {
                "campaign": one.campaign,
                "url": f"/campaigns/{one.campaign_id}/#readout",
                "clock": face_of(one, zone, request.now),
                "missing": " and ".join(side.label.lower() for side in unsigned(one)),
                "mine": may_sign(one, user) is not None,
            }
            for one in open_readouts(user)
        ]
    }

"""What a lead counts for, asked by everything that takes leads in.

One arrival: `count_packet`, one call. Many: `attribution()` once, then `.of()` for each.
"""

from dataclasses import fields, replace

from leads.campaigns.models import Campaign, CampaignRule
from leads.campaigns.words import UTM, Asks, Attribution, Counted, Rule, Said
from leads.handoff.episodes import Packet

LONGEST = 100  # of a source and of a campaign on a lead


def attribution() -> Attribution:
    """All names and rules as they are now; two queries."""
    rules = [
        Rule(
            row.pk,
            Asks(**{one.name: getattr(row, one.name) for one in fields(Asks)}),
            row.campaign_id,
            row.source,
        )
        for row in CampaignRule.objects.all()
    ]
    return Attribution.made_of(dict(Campaign.objects.values_list("pk", "name")), rules)


def count_words(said: Said) -> Counted:
    """What somebody's words count for: source and campaign."""
    return attribution().of(said)


def count_packet(packet: Packet, known: Attribution | None = None) -> Packet:
    """The packet with the source and campaign that it counts for. The link's words are read from
    its attributes and stay there, and so does what was said where a rule put something else."""
    known = known or attribution()
    utm = {name: str(packet.attributes.get(name) or "") for name in UTM}
    said = Said(source=packet.source, campaign=packet.campaign, **utm)
    counted = known.of(said, keep_source=bool(packet.external_id))
    source, campaign = counted.source[:LONGEST], counted.campaign[:LONGEST]
    if (source, campaign, counted.campaign_id) == (
        packet.source, packet.campaign, packet.campaign_id,
    ):  # fmt: skip
        return packet
    kept = {
        "said_source": packet.source if source != packet.source else "",
        "said_campaign": packet.campaign if campaign != packet.campaign else "",
    }
    return replace(
        packet,
        source=source,
        campaign=campaign,
        campaign_id=counted.campaign_id,
        attributes={**packet.attributes, **{name: said for name, said in kept.items() if said}},
    )

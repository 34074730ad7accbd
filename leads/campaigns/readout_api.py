"""The read-out of a campaign in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import sees_figures
from leadbridge.people.calls import Body, Words, caller, now_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Side
from leadbridge.people.schema import answers
from leads.campaigns.actions import campaign_by
from leads.campaigns.first_hour import first_hour, readout_of
from leads.campaigns.models import Campaign
from leads.campaigns.readouts import LONGEST_WORDS, STATES, sign_readout, signature, state_of


class ReadoutBody(Body):
    """What the signer says of it, if anything."""

    words = Words(longest=LONGEST_WORDS, lines=False, required=False)


class FirstHourAnswer(serializers.Serializer[Any]):
    """Leads of the campaign in the hour from the launch on."""

    came_in = serializers.IntegerField()
    hand_raises = serializers.IntegerField()
    handed_over = serializers.IntegerField()
    decided = serializers.IntegerField(help_text="Accepted or rejected by sales.")
    rejected = serializers.IntegerField()


class ReadoutSignature(serializers.Serializer[Any]):
    """Who signed for a side and when, and what they said; nulls where the side has not."""

    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField()


class ReadoutAnswer(serializers.Serializer[Any]):
    """By when both sides sign, and what they read."""

    campaign = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    at_risk_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=STATES)
    first_hour = FirstHourAnswer()
    marketing = ReadoutSignature()
    sales = ReadoutSignature()


class CampaignReadout(ApiView):
    """How the first hour of a campaign went."""

    @extend_schema(
        operation_id="campaigns_readout_get",
        tags=["campaigns"],
        responses=answers(403, 404, ok=ReadoutAnswer),
    )
    def get(self, request: Request, number: str) -> Response:
        """For whoever reads figures; 404 before the launch."""
        return Response(readout_answer(request, campaign_by(number)))

    @extend_schema(
        operation_id="campaigns_readout_sign",
        tags=["campaigns"],
        request=ReadoutBody,
        responses=answers(400, 403, 404, 409, ok=ReadoutAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """I have read it: for one's own side, once. 409 `already_decided` where it has signed."""
        found, body = campaign_by(number), read_body(request, ReadoutBody)
        actor, now = caller(request), now_of(request)
        sign_readout(campaign_id=found.pk, actor=actor, now=now, words=body.get("words", ""))
        return Response(readout_answer(request, found))


def readout_answer(request: Request, campaign: Campaign) -> dict[str, object]:
    """The read-out as the API tells it; DomainError `forbidden` or `not_found`."""
    if not sees_figures(caller(request)):
        raise DomainError("forbidden", "You read no figures of campaigns.", status=403)
    readout = readout_of(campaign)
    if readout is None:
        raise DomainError("not_found", "It has no read-out: it is not out.", status=404)
    signed = {side: signature(readout, side) for side in Side}
    return {
        "campaign": campaign.pk,
        "started_at": utc_text(readout.started_at),
        "at_risk_at": utc_text(readout.at_risk_at),
        "due_at": utc_text(readout.due_at),
        "state": state_of(readout, now_of(request)),
        "first_hour": vars(first_hour(campaign, readout.started_at)),
        **{
            side.value: {
                "by": by.username if by else None,
                "at": utc_text(at),
                "words": getattr(readout, f"{side}_words"),
            }
            for side, (by, at) in signed.items()
        },
    }

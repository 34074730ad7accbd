"""Campaigns in the API: `campaigns/`, their costs, and the rules by which arrivals count."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import sees_figures
from leadbridge.people.calls import Body, ListView, Query, Words, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.campaigns.actions import (
    add_cost,
    add_rule,
    campaign_by,
    edit_campaign,
    launch_campaign,
    make_campaign,
)
from leads.campaigns.models import Campaign, CampaignCost, CampaignRule
from leads.campaigns.queries import Line, campaigns_found, lines_of

ASKS = ("utm_source", "utm_medium", "utm_campaign", "said_campaign", "said_source")


class CampaignBody(Body):
    """A campaign; `marketer` by user name, the caller where it is left out."""

    name = Words(longest=100, lines=False)
    channel = serializers.ChoiceField(choices=Campaign.Channel.choices)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    marketer = Words(longest=150, lines=False, required=False)


class CampaignPatch(Body):
    """What is left out stays."""

    name = Words(longest=100, lines=False, required=False)
    channel = serializers.ChoiceField(choices=Campaign.Channel.choices, required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    marketer = Words(longest=150, lines=False, required=False)


class CampaignCostBody(Body):
    """Money spent on a day."""

    on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    what = Words(longest=100, lines=False, required=False)


class CampaignRuleBody(Body):
    """What an arrival says (blank asks nothing, `*` at the end stands for any end), and what it
    counts for: a campaign by its id, a source, or both."""

    utm_source = Words(longest=100, lines=False, required=False)
    utm_medium = Words(longest=100, lines=False, required=False)
    utm_campaign = Words(longest=100, lines=False, required=False)
    said_campaign = Words(longest=100, lines=False, required=False)
    said_source = Words(longest=100, lines=False, required=False)
    campaign = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    source = Words(longest=100, lines=False, required=False)  # type: ignore[assignment]  # a field


class CampaignCostAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    on = serializers.DateField()
    amount = serializers.FloatField()
    what = serializers.CharField()


class CampaignAnswer(serializers.Serializer[Any]):
    """`leads` and `cost` are null for whoever reads no figures."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    channel = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    launched_at = serializers.DateTimeField(allow_null=True)
    marketer = serializers.CharField()
    leads = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(allow_null=True, help_text="All entries, in one currency.")


class CampaignDetail(CampaignAnswer):
    costs = CampaignCostAnswer(many=True)


class CampaignRuleAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    utm_source = serializers.CharField()
    utm_medium = serializers.CharField()
    utm_campaign = serializers.CharField()
    said_campaign = serializers.CharField()
    said_source = serializers.CharField()
    campaign = serializers.IntegerField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field


class Campaigns(ListView):
    """What marketing runs."""

    @extend_schema(
        operation_id="campaigns_list",
        tags=["campaigns"],
        parameters=[OpenApiParameter("q", str, description="Words in the name.")],
        responses=answers(400, ok=CampaignAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """In the order in which they were made."""
        query = Query(request, ("q",))
        words = query.text("q")
        query.close()
        pages, found = page_of(self, request, campaigns_found(words).order_by())
        return pages.get_paginated_response([answer_of(line) for line in told(request, found)])

    @extend_schema(
        operation_id="campaigns_add",
        tags=["campaigns"],
        request=CampaignBody,
        responses=answers(400, 403, 409, created=CampaignAnswer),
    )
    def post(self, request: Request) -> Response:
        """Make one, as marketing or an administrator. 409 `already_exists` for a name in use."""
        body = read_body(request, CampaignBody)
        body["marketer"] = person_of(body.get("marketer"))
        made = make_campaign(actor=caller(request), now=now_of(request), **body)
        return Response(answer_of(told(request, [made])[0]), status=201)


class CampaignOne(ApiView):
    """One campaign."""

    @extend_schema(
        operation_id="campaigns_get", tags=["campaigns"], responses=answers(404, ok=CampaignDetail)
    )
    def get(self, request: Request, number: str) -> Response:
        """With its cost entries, for whoever reads figures."""
        return Response(detail_of(request, campaign_by(number)))

    @extend_schema(
        operation_id="campaigns_change",
        tags=["campaigns"],
        request=CampaignPatch,
        responses=answers(400, 403, 404, 409, ok=CampaignDetail),
    )
    def patch(self, request: Request, number: str) -> Response:
        """Change what is told of it. Arrivals that say an old name go on to count for it."""
        found, body = campaign_by(number), read_body(request, CampaignPatch)
        first, last = body.pop("starts_on", found.starts_on), body.pop("ends_on", found.ends_on)
        body["marketer"] = person_of(body.get("marketer"))
        actor = caller(request)
        kept = edit_campaign(campaign_id=found.pk, actor=actor, dates=(first, last), **body)
        return Response(detail_of(request, kept))


class CampaignCosts(ApiView):
    """What a campaign cost."""

    @extend_schema(
        operation_id="campaigns_costs_add",
        tags=["campaigns"],
        request=CampaignCostBody,
        responses=answers(400, 403, 404, created=CampaignCostAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """Add an entry."""
        found, body = campaign_by(number), read_body(request, CampaignCostBody)
        actor, now = caller(request), now_of(request)
        return Response(
            cost_answer(add_cost(campaign_id=found.pk, actor=actor, now=now, **body)), status=201
        )


class CampaignLaunch(ApiView):
    """A campaign is out."""

    @extend_schema(
        operation_id="campaigns_launch",
        tags=["campaigns"],
        request=None,
        responses=answers(403, 404, 409, ok=CampaignDetail),
    )
    def post(self, request: Request, number: str) -> Response:
        """Now, and once: 409 `already_decided` after the first time."""
        found = campaign_by(number)
        actor, now = caller(request), now_of(request)
        return Response(
            detail_of(request, launch_campaign(campaign_id=found.pk, actor=actor, now=now))
        )


class CampaignRules(ListView):
    """By which words arrivals count for which campaign and source."""

    @extend_schema(
        operation_id="campaign_rules_list",
        tags=["campaigns"],
        responses=answers(400, ok=CampaignRuleAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """All of them; the most specific that fits an arrival decides."""
        Query(request, ()).close()
        pages, found = page_of(self, request, CampaignRule.objects.order_by())
        return pages.get_paginated_response([rule_answer(rule) for rule in found])

    @extend_schema(
        operation_id="campaign_rules_add",
        tags=["campaigns"],
        request=CampaignRuleBody,
        responses=answers(400, 403, 409, created=CampaignRuleAnswer),
    )
    def post(self, request: Request) -> Response:
        """Holds for what comes in from now on. 409 `already_exists` for the same words twice."""
        body = read_body(request, CampaignRuleBody)
        added = add_rule(
            actor=caller(request),
            asks={name: body.get(name, "") for name in ASKS},
            campaign_id=body.get("campaign"),
            source=body.get("source", ""),
        )
        return Response(rule_answer(added), status=201)


def person_of(username: str | None) -> User | None:
    """Somebody by user name; DomainError `invalid`."""
    if not username:
        return None
    found = User.objects.filter(username=username).first()
    if found is None:
        raise DomainError("invalid", "There is nobody of this name.", field="marketer")
    return found


def told(request: Request, found: list[Campaign]) -> list[Line]:
    """The lines as this caller may read them."""
    return lines_of(found, now=now_of(request), figures=sees_figures(caller(request)))


def answer_of(line: Line) -> dict[str, object]:
    """One campaign as the API tells it."""
    campaign = line.campaign
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "channel": campaign.channel,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "launched_at": utc_text(campaign.launched_at),
        "marketer": campaign.marketer.username,
        "leads": line.leads,
        "cost": _number(line.cost),
    }


def detail_of(request: Request, campaign: Campaign) -> dict[str, object]:
    """The same with its entries."""
    costs = campaign.costs.all() if sees_figures(caller(request)) else []
    answer = answer_of(told(request, [campaign])[0])
    return {**answer, "costs": [cost_answer(cost) for cost in costs]}


def cost_answer(cost: CampaignCost) -> dict[str, object]:
    """One entry as the API tells it."""
    return {"id": cost.pk, "on": cost.on, "amount": float(cost.amount), "what": cost.what}


def rule_answer(rule: CampaignRule) -> dict[str, object]:
    """One rule as the API tells it."""
    asks = {name: getattr(rule, name) for name in ASKS}
    return {"id": rule.pk, **asks, "campaign": rule.campaign_id, "source": rule.source or None}


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)

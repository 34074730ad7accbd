"""Taking leads in over the API.

What is refused is answered with 400, because the program that sent it can mend it, and is kept in
the quarantine all the same: many programs write a refusal into a log that nobody reads."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.kernel.parsing import JsonBody
from leadbridge.kernel.reading import shown
from leadbridge.people.access import viewer_of
from leadbridge.people.calls import Body, Words, caller, now_of
from leadbridge.people.idempotency import ApiView, Parts
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.campaigns.attribution import attribution
from leads.definition.fields import live_fields
from leads.handoff.answers import LeadDetail
from leads.handoff.api import LeadAction, LeadList, described
from leads.handoff.models import Lead
from leads.handoff.representation import lead_detail
from leads.intake.actions import take_in
from leads.intake.attesting import attest_facts
from leads.intake.bulk import MOST_AT_ONCE, Taking
from leads.intake.cleaning import LONGEST, LONGEST_MESSAGE, read_packet
from leads.intake.quarantine.actions import Sent, set_aside
from leads.intake.quarantine.models import Origin


class ConsentBody(serializers.Serializer[Any]):
    """Words that the person agreed to, and when; not in the future."""

    text = serializers.CharField()
    at = serializers.DateTimeField()


class LeadBody(serializers.Serializer[Any]):
    """An act of interest. `source`, and an e-mail address or a phone number; the rest as known.

    Described here, read by `cleaning`.
    """

    email = serializers.CharField(required=False)
    phone = serializers.CharField(required=False, help_text="Any way of writing; kept as E.164.")
    first_name = serializers.CharField(required=False, max_length=LONGEST["first_name"])
    last_name = serializers.CharField(required=False, max_length=LONGEST["last_name"])
    title = serializers.CharField(required=False, max_length=LONGEST["title"])
    company = serializers.CharField(required=False, max_length=LONGEST["company"])
    country = serializers.CharField(required=False, help_text="ISO 3166-1 alpha-2.")
    employees = serializers.IntegerField(required=False)
    industry = serializers.CharField(required=False, max_length=LONGEST["industry"])
    source = serializers.CharField(max_length=LONGEST["source"])  # type: ignore[assignment]
    campaign = serializers.CharField(required=False, max_length=LONGEST["campaign"])
    external_id = serializers.CharField(required=False, max_length=LONGEST["external_id"])
    value = serializers.FloatField(required=False)
    request = serializers.CharField(required=False, help_text="demo, price, contact or trial")
    attributes = serializers.DictField(
        required=False,
        help_text="Own fields by key, held to their types; and whatever has no field.",
    )
    message = serializers.CharField(required=False, max_length=LONGEST_MESSAGE)
    consent = ConsentBody(required=False)


class LeadTaken(LeadDetail):
    """The lead that an act led to."""

    joined = serializers.BooleanField(help_text="It was open already; this act was added to it.")


EXAMPLE = OpenApiExample(
    "A request for a demo",
    {
        "email": "kim@brandt.example",
        "first_name": "Kim",
        "last_name": "Brandt",
        "company": "Brandt GmbH",
        "country": "DE",
        "employees": 240,
        "request": "demo",
        "source": "web form",
        "consent": {"text": "You may contact me.", "at": "2026-11-23T10:00:00Z"},
    },
    request_only=True,
)


class Leads(LeadList):
    """The list of leads, and the door by which they come in."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Read the bytes before anything parses them, so that they can be kept as they were."""
        if request.method == "POST":
            _ = request._request.body
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """What was refused is kept before it is answered."""
        if isinstance(exc, ParseError):
            exc = DomainError("invalid", str(exc.detail))
        if isinstance(exc, DomainError) and self.request.method == "POST":
            exc = keep_refused(self.request, exc)
        return super().handle_exception(exc)

    @extend_schema(
        operation_id="leads_create",
        tags=["leads"],
        request=LeadBody,
        responses=answers(400, 403, 409, ok=LeadTaken, created=LeadTaken),
        examples=[EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """201 with a new lead; 200 with `joined` where the person's lead was open. What is refused
        waits in the quarantine as well: `quarantined` says where."""
        user, now = caller(request), now_of(request)
        if not user.is_marketing:
            raise DomainError("forbidden", "Leads are taken in by marketing's keys.", status=403)
        packet = read_packet(request.data, now=now, own=live_fields())
        taken = take_in(packet=packet, origin="api", marketer=user, actor=user, now=now)
        body = {**lead_detail(taken.lead, viewer_of(user), now), "joined": taken.joined}
        return Response(body, status=200 if taken.joined else 201)


class BulkBody(serializers.Serializer[Any]):
    """Acts of interest, each as for `POST leads/`."""

    leads = serializers.ListField(child=LeadBody(), max_length=MOST_AT_ONCE)


class BulkItem(serializers.Serializer[Any]):
    """What became of one act. `status` is what `POST leads/` would have answered with: 201 new, 200
    joined, 400 or 409 refused with `error`."""

    index = serializers.IntegerField()
    status = serializers.IntegerField()
    lead = serializers.IntegerField(allow_null=True)
    ref = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    joined = serializers.BooleanField()
    error = serializers.DictField(allow_null=True, help_text="code, detail, errors, quarantined")


class BulkAnswer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    joined = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkItem(many=True)


class BulkJson(JsonBody):
    """A thousand leads need more room than one."""

    limit = 8 * 1024 * 1024


class Bulk(ApiView):
    """Many acts of interest in one call."""

    parser_classes = (BulkJson,)
    as_a_whole = False

    @extend_schema(
        operation_id="leads_bulk",
        tags=["leads"],
        request=BulkBody,
        responses=answers(400, 403, 409, ok=BulkAnswer),
    )
    def post(self, request: Request) -> Response:
        """Up to 1,000, each for itself: one that is refused (and kept in the quarantine) spoils no
        other. With an `Idempotency-Key`, the same call again answers the same and does what a
        broken-off one left undone."""
        user, now = caller(request), now_of(request)
        if not user.is_marketing:
            raise DomainError("forbidden", "Leads are taken in by marketing's keys.", status=403)
        acts, parts = acts_of(request.data), Parts(request)
        taking = Taking(user=user, now=now, own=live_fields(), counts=attribution())
        results = [
            {"index": index, **parts.do(index, partial(taking.take, act))}
            for index, act in enumerate(acts)
        ]
        statuses = [result["status"] for result in results]
        created, joined = statuses.count(201), statuses.count(200)
        refused = len(statuses) - created - joined
        return Response(
            {"created": created, "joined": joined, "refused": refused, "results": results}
        )


def acts_of(told: object) -> list[object]:
    """The acts in a body; FieldErrors for what is none."""
    acts = told.get("leads") if isinstance(told, Mapping) else None
    if not isinstance(acts, list) or not acts:
        raise FieldErrors({"leads": ["Send a list of leads."]})
    if len(acts) > MOST_AT_ONCE:
        raise FieldErrors(
            {"leads": [f"At most {MOST_AT_ONCE:,} at once; these are {len(acts):,}."]}
        )
    if isinstance(told, Mapping) and len(told) > 1:
        extra = {shown(name)[1:-1] or "?": ["There is no such field."] for name in told}
        extra.pop("leads", None)
        raise FieldErrors(extra)
    return acts


def keep_refused(request: Request, refusal: DomainError) -> DomainError:
    """Set a refused call aside, the same one sent again only once; the refusal then says where it
    waits. A source that repeats what it told before has lost nothing, and nobody but marketing's
    keys has anything to send."""
    user = request.user
    if not (isinstance(user, User) and user.is_marketing) or refusal.code == "already_known":
        return refusal
    raw = request._request.body
    if not raw.strip():
        return refusal
    try:
        told = request.data
    except ParseError:
        told = None
    sent = Sent(
        origin=Origin.API,
        place=f"API, as {user.username}",
        raw=raw,
        error=refusal,
        told=told if isinstance(told, Mapping) else {},
        content_type=request.content_type or "",
        key=f"api {user.pk} {hashlib.sha256(raw).hexdigest()}",
    )
    kept = set_aside(sent=sent, marketer=user, now=now_of(request))
    refusal.data = {**refusal.data, "quarantined": kept.ref}
    return refusal


class AttestBody(Body):
    """Answers by field: `{"employees": 240, "attributes.budget": 12}`, signed with initials."""

    initials = Words(longest=10, lines=False)
    facts = serializers.DictField(help_text="What the verdict is `missing`, by name.")


@described("attest")
class Attest(LeadAction):
    """Answer what the definition asks of a person; the lead is judged again."""

    body = AttestBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return attest_facts(lead_id=lead_id, actor=user, now=now, **told)

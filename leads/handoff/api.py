"""Leads in the API: lists, one lead with its story, and everything that can be done with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leadbridge.people.calls import Body, ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import Team, User
from leadbridge.people.schema import answers
from leads.handoff import actions, bodies
from leads.handoff.answers import (
    CustodyAnswer,
    EventAnswer,
    LeadAnswer,
    LeadDetail,
)
from leads.handoff.corrections import undo_last
from leads.handoff.effort import waive_attempts
from leads.handoff.episodes import reopen_lead
from leads.handoff.evidence import with_evidence
from leads.handoff.listing import FILTERS, ORDERS, ask_leads
from leads.handoff.merging import merge_lead
from leads.handoff.models import Lead
from leads.handoff.parties import permit
from leads.handoff.queries import get_lead_for, lead_id_for, lead_id_of
from leads.handoff.representation import (
    custody_answer,
    event_answer,
    lead_answers,
    lead_detail,
    with_answer,
)
from leads.handoff.stages import Action

WHAT_FILTERS_MEAN = {
    "stage": "One or several, with commas.",
    "holder": "A user name or number; `me`, or `pool` for leads that nobody holds.",
    "team": "A slug or number.",
    "sla": "on_track, at_risk, overdue: how the promise stands that is due next.",
    "q": "A reference, or words in company, name and e-mail.",
    "order": f"One of {', '.join(ORDERS)}. Soonest due first by default; rows without come last.",
}
PARAMETERS = [
    OpenApiParameter(name, str, description=WHAT_FILTERS_MEAN.get(name, "")) for name in FILTERS
]


class LeadList(ListView):
    """The leads that the caller may see."""

    @extend_schema(
        operation_id="leads_list",
        tags=["leads"],
        parameters=PARAMETERS,
        responses=answers(400, ok=LeadAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Soonest due first."""
        viewer, now = viewer_of(caller(request)), now_of(request)
        leads = with_answer(Lead.objects.visible_to(viewer))
        found, self.order = ask_leads(leads, Query(request, FILTERS), viewer.user, now)
        pages, rows = page_of(self, request, found)
        return pages.get_paginated_response(lead_answers(rows, viewer, now))


class LeadOne(ApiView):
    """One lead; `ref` is its id or its reference."""

    @extend_schema(operation_id="leads_get", tags=["leads"], responses=answers(404, ok=LeadDetail))
    def get(self, request: Request, ref: str) -> Response:
        """The lead, if the caller may see it."""
        viewer = viewer_of(caller(request))
        lead = get_lead_for(viewer.user, ref)
        return Response(lead_detail(lead, viewer, now_of(request)))


class LeadEvents(ListView):
    """What happened to a lead, oldest first."""

    @extend_schema(
        operation_id="leads_events",
        tags=["leads"],
        responses=answers(404, ok=EventAnswer(many=True)),
    )
    def get(self, request: Request, ref: str) -> Response:
        """The events, with the words that people wrote."""
        Query(request, ()).close()
        lead = get_lead_for(caller(request), ref)
        events = lead.events.select_related("actor").prefetch_related("remarks")
        pages, rows = page_of(self, request, events)
        return pages.get_paginated_response([event_answer(event) for event in rows])


class LeadCustody(ListView):
    """The unbroken chain of those who answered for a lead."""

    @extend_schema(
        operation_id="leads_custody",
        tags=["leads"],
        responses=answers(404, ok=CustodyAnswer(many=True)),
    )
    def get(self, request: Request, ref: str) -> Response:
        """The holders, earliest first."""
        Query(request, ()).close()
        lead = get_lead_for(caller(request), ref)
        pages, rows = page_of(self, request, lead.custody.select_related("holder", "team"))
        return pages.get_paginated_response([custody_answer(link) for link in rows])


class LeadAction(ApiView):
    """A POST that does one thing with one lead the caller may see, and answers the lead."""

    body: ClassVar[type[Body]] = bodies.Nothing
    status = 200

    def post(self, request: Request, ref: str) -> Response:
        """404 before anything else: a stranger's lead does not exist for the caller."""
        viewer, now = viewer_of(caller(request)), now_of(request)
        seen = lead_id_for(viewer, ref)
        told = read_body(request, self.body)
        lead = self.act(seen, viewer.user, now, told)
        return Response(lead_detail(lead, viewer, now), status=self.status)

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        """Do it; the lead to answer, as it was just written."""
        raise NotImplementedError


def described(name: str, status: int = 200) -> Callable[[type[LeadAction]], type[LeadAction]]:
    """The description of one action for the schema."""

    def describe(view: type[LeadAction]) -> type[LeadAction]:
        good: dict[str, Any] = {"created" if status == 201 else "ok": LeadDetail}
        schema = extend_schema(
            operation_id=f"leads_{name}",
            tags=["leads"],
            request=view.body,
            responses=answers(400, 403, 404, 409, **good),
            description=view.__doc__,
        )
        done: type[LeadAction] = extend_schema_view(post=schema)(view)
        return done

    return describe


@described("submit")
class Submit(LeadAction):
    """Hand a lead to sales; without a yes of the definition it takes an override reason."""

    body = bodies.SubmitBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.submit_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("nurture")
class Nurture(LeadAction):
    """Park a lead with marketing until a date."""

    body = bodies.NurtureBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.nurture_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("accept")
class Accept(LeadAction):
    """Take a lead and the duty to follow up; from a pool, this claims it."""

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.accept_lead(lead_id=lead_id, actor=user, now=now)


def told_by_program(told: dict[str, Any]) -> dict[str, Any]:
    """What a program says of a reason; one that knows no more than `comment` tells it there."""
    found = with_evidence(told)
    return {**found, "evidence": replace(found["evidence"], in_words=told.get("comment", ""))}


@described("reject")
class Reject(LeadAction):
    """Return a lead before any contact, with a coded reason."""

    body = bodies.RejectBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.reject_lead(lead_id=lead_id, actor=user, now=now, **told_by_program(told))


@described("recycle")
class Recycle(LeadAction):
    """Right lead, wrong time: back to marketing with a date and the prospect's words."""

    body = bodies.RecycleBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.recycle_lead(lead_id=lead_id, actor=user, now=now, **with_evidence(told))


@described("disqualify")
class Disqualify(LeadAction):
    """It will not become business."""

    body = bodies.DisqualifyBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.disqualify_lead(
            lead_id=lead_id, actor=user, now=now, **told_by_program(told)
        )


@described("qualify")
class Qualify(LeadAction):
    """Confirm a real opportunity, with its amount and the expected close."""

    body = bodies.QualifyBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.qualify_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("win")
class Win(LeadAction):
    """The opportunity became business."""

    body = bodies.WinBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.win_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("lose")
class Lose(LeadAction):
    """The opportunity went elsewhere."""

    body = bodies.LoseBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.lose_lead(lead_id=lead_id, actor=user, now=now, **with_evidence(told))


@described("reassign")
class Reassign(LeadAction):
    """Give a lead to another person, or to a team's pool; earlier holders are kept."""

    body = bodies.ReassignBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        to, team = _person_named(told["to"]), _team_named(told.get("team", ""))
        return actions.reassign_lead(
            lead_id=lead_id, actor=user, now=now, to=to, team=team, cause=told["cause"]
        )


@described("dispute")
class Dispute(LeadAction):
    """Contest a rejection; both managers rule on it."""

    body = bodies.DisputeBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return actions.dispute_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("waive")
class Waive(LeadAction):
    """Let a lead be given back as unreachable before all agreed attempts are made."""

    body = bodies.WaiveBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return waive_attempts(lead_id=lead_id, actor=user, now=now, **told)


@described("undo")
class Undo(LeadAction):
    """Take back one's own last decision within ten minutes."""

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return undo_last(lead_id=lead_id, actor=user, now=now)


@described("reopen", status=201)
class Reopen(LeadAction):
    """Begin a new episode of somebody whose lead had ended; answers the new lead."""

    body = bodies.ReopenBody
    status = 201

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return reopen_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("merge")
class Merge(LeadAction):
    """Join a lead into another one, which goes on; answers the one that ended."""

    body = bodies.MergeBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        # Whether they may at all comes before a word about the other lead.
        permit(Lead.objects.get(pk=lead_id), Action.MERGE, actor=user, now=now)
        survivor = _lead_named(user, told["into"])
        return merge_lead(lead_id=lead_id, survivor_id=survivor.pk, actor=user, now=now)


def _lead_named(user: User, ref: str) -> Lead:
    """Another lead that a body names: a bad name is bad input, not a missing address."""
    try:
        lead_id_of(ref)
        return get_lead_for(user, ref)
    except DomainError as error:
        raise DomainError("invalid", error.message, field="into") from None


def _person_named(name: str) -> User | None:
    if not name:
        return None
    found = User.objects.filter(username=name).first()
    if found is None and name.isascii() and name.isdigit() and len(name) <= 18:
        found = User.objects.filter(pk=int(name)).first()
    if found is None:
        raise DomainError("invalid", "There is nobody of this name.", field="to")
    if not found.is_active:
        raise DomainError("invalid", f"{found} has left: choose somebody else.", field="to")
    return found


def _team_named(slug: str) -> Team | None:
    if not slug:
        return None
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise DomainError("invalid", "There is no team of this name.", field="team")
    return team


ACTIONS: dict[str, type[LeadAction]] = {
    "submit": Submit,
    "nurture": Nurture,
    "accept": Accept,
    "reject": Reject,
    "recycle": Recycle,
    "disqualify": Disqualify,
    "qualify": Qualify,
    "win": Win,
    "lose": Lose,
    "reassign": Reassign,
    "dispute": Dispute,
    "waive": Waive,
    "undo": Undo,
    "reopen": Reopen,
    "merge": Merge,
}

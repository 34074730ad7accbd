"""Disputes and coded reasons in the API."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.pagination import Order
from leadbridge.kernel.time import utc_text
from leadbridge.people.access import viewer_of
from leadbridge.people.calls import ListView, Query, caller, now_of, page_of, read_body
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from leads.handoff.disputes import Dispute
from leads.handoff.evidence import with_evidence
from leads.handoff.models import Event, Lead
from leads.handoff.reasons import CODED, Reason, ReasonKind
from leads.handoff.recoding import recode_event
from leads.review import bodies
from leads.review.disputes import Row, Wish, disputes_for, rows_of
from leads.review.figures import By, tally
from leads.review.kinds import add_kind, edit_kind, find_kind
from leads.review.reasons import Wanted, add_reason, edit_reason, find_reason

WISHES = ("q", "criterion", "reason", "source")


class Reasons(ListView):
    """The codes that actions ask for."""

    @extend_schema(
        operation_id="reasons_list",
        tags=["reasons"],
        parameters=[OpenApiParameter("action", str, description="reject, recycle, …")],
        responses=answers(400, ok=bodies.ReasonAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """All codes of all actions, action by action in their order; retired ones stay readable."""
        query = Query(request, ("action",))
        actions = query.choices("action", [action.value for action in CODED])
        query.close()
        rows = Reason.objects.order_by("position", "id").prefetch_related("kinds")
        found = {action.value: [r for r in rows if r.action == action] for action in CODED}
        wanted = [one for action in actions or found for one in found[action]]
        results = [reason_answer(one) for one in wanted]
        return Response({"next": None, "previous": None, "results": results})

    @extend_schema(
        operation_id="reasons_add",
        tags=["reasons"],
        request=bodies.ReasonBody,
        responses=answers(400, 403, 409, created=bodies.ReasonAnswer),
    )
    def post(self, request: Request) -> Response:
        """Add a code, as a head or an administrator. 409 `already_exists`."""
        told = read_body(request, bodies.ReasonBody)
        kept = {name: value for name, value in told.items() if value != "" or name == "label"}
        added = add_reason(actor=caller(request), wanted=Wanted(**kept))
        return Response(reason_answer(added), status=201)


class ReasonOne(ApiView):
    """One code of one action."""

    @extend_schema(
        operation_id="reasons_get", tags=["reasons"], responses=answers(404, ok=bodies.ReasonAnswer)
    )
    def get(self, request: Request, action: str, code: str) -> Response:
        """The code, retired or not."""
        return Response(reason_answer(find_reason(action, code)))

    @extend_schema(
        operation_id="reasons_change",
        tags=["reasons"],
        request=bodies.ReasonPatch,
        responses=answers(400, 403, 404, 409, ok=bodies.ReasonAnswer),
    )
    def patch(self, request: Request, action: str, code: str) -> Response:
        """Change its words or its place, or retire it. 409 `last_reason`."""
        find_reason(action, code)
        told = read_body(request, bodies.ReasonPatch)
        actor, now = caller(request), now_of(request)
        kept = edit_reason(action=action, code=code, actor=actor, now=now, **told)
        return Response(reason_answer(kept))


class Kinds(ApiView):
    """The kinds between which a reason is told apart."""

    @extend_schema(
        operation_id="reasons_kinds_add",
        tags=["reasons"],
        request=bodies.KindBody,
        responses=answers(400, 403, 404, 409, created=bodies.KindAnswer),
    )
    def post(self, request: Request, action: str, code: str) -> Response:
        """Add one, as a head or an administrator. 409 `already_exists`."""
        find_reason(action, code)
        told = read_body(request, bodies.KindBody)
        added = add_kind(action=action, reason=code, actor=caller(request), **told)
        return Response(kind_answer(added), status=201)


class KindOne(ApiView):
    """One kind of one reason."""

    @extend_schema(
        operation_id="reasons_kinds_change",
        tags=["reasons"],
        request=bodies.KindPatch,
        responses=answers(400, 403, 404, 409, ok=bodies.KindAnswer),
    )
    def patch(self, request: Request, action: str, code: str, kind: str) -> Response:
        """Change its words or its place, or retire it. 409 `last_kind`."""
        find_kind(action, code, kind)
        told = read_body(request, bodies.KindPatch)
        kept = edit_kind(
            action=action, reason=code, kind=kind, actor=caller(request), now=now_of(request),
            **told,
        )  # fmt: skip
        return Response(kind_answer(kept))


class Recode(ApiView):
    """Give a decision another reason."""

    @extend_schema(
        operation_id="events_recode",
        tags=["reasons"],
        request=bodies.RecodeBody,
        responses=answers(400, 403, 404, 409, created=bodies.RecodedAnswer),
    )
    def post(self, request: Request, number: str) -> Response:
        """As a manager or an administrator; figures use the last code, the story shows all."""
        event_id = visible_event(request, number)
        told = read_body(request, bodies.RecodeBody)
        actor, now = caller(request), now_of(request)
        event = recode_event(event_id=event_id, actor=actor, now=now, **with_evidence(told))
        data = event.data
        answer = {"event": data["event"], "was": data["was"], "reason": data["reason"]}
        return Response({"id": event.pk, **answer}, status=201)


def visible_event(request: Request, number: str) -> int:
    """The id of an event on a lead that the caller may see; DomainError `not_found` (404)."""
    digits = number.isascii() and number.isdigit() and len(number) <= 18
    leads = Lead.objects.visible_to(viewer_of(caller(request)))
    event = Event.objects.filter(pk=int(number), lead__in=leads.values("pk")) if digits else None
    if event is None or not event.exists():
        raise DomainError("not_found", "There is no such event that you may see.", status=404)
    return int(number)


WISH_PARAMETERS = [
    OpenApiParameter("q", str, description="Words in what either side wrote."),
    OpenApiParameter("criterion", str),
    OpenApiParameter("reason", str),
    OpenApiParameter("source", str),
]


class Disputes(ListView):
    """Contested rejections and what was ruled on them."""

    order = Order(descending=True)

    @extend_schema(
        operation_id="disputes_list",
        tags=["disputes"],
        parameters=[*WISH_PARAMETERS, OpenApiParameter("state", str, description="open, settled")],
        responses=answers(400, ok=bodies.DisputeAnswer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Of the leads that the caller may see, newest first."""
        query = Query(request, (*WISHES, "state"))
        wish = Wish(**{name: query.text(name) for name in WISHES})
        states = query.choices("state", ["open", "settled"])
        query.close()
        viewer, now = viewer_of(caller(request)), now_of(request)
        found = disputes_for(viewer, wish).order_by()
        if states == ["open"]:
            found = found.open()
        elif states == ["settled"]:
            found = found.settled()
        pages, page = page_of(self, request, found.select_related("lead"))
        rows = rows_of(page, viewer, now)
        both = zip(page, rows, strict=True)
        return pages.get_paginated_response([dispute_answer(*one) for one in both])


class DisputeFigures(ApiView):
    """How disputes were settled."""

    @extend_schema(
        operation_id="disputes_figures",
        tags=["disputes"],
        parameters=[*WISH_PARAMETERS, OpenApiParameter("by", str, description=", ".join(By))],
        responses=answers(400, ok=bodies.TallyAnswer),
    )
    def get(self, request: Request) -> Response:
        """By criterion (default), source, seller or marketer; settled ones only."""
        query = Query(request, (*WISHES, "by"))
        wish = Wish(**{name: query.text(name) for name in WISHES})
        asked = query.choices("by", list(By))
        query.close()
        by = By(asked[0]) if asked else By.CRITERION
        lines = tally(disputes_for(viewer_of(caller(request)), wish), by)
        return Response(
            {
                "by": by.value,
                "lines": [
                    {
                        "key": line.key,
                        "name": line.name,
                        "n": line.n,
                        "upheld": line.upheld,
                        "overturned": line.overturned,
                        "split": line.split,
                        "share": line.share.percent,
                        "interval": line.share.interval,
                    }
                    for line in lines
                ],
            }
        )


def reason_answer(reason: Reason) -> dict[str, object]:
    """One code as the API tells it."""
    return {
        "action": reason.action,
        "code": reason.code,
        "label": reason.label,
        "asks": reason.asks or None,
        "kinds": [kind_answer(one) for one in reason.kinds.all()],
        "needs_words": reason.needs_words,
        "needs_attempts": reason.needs_attempts,
        "against": reason.against,
        "next_step": reason.next_step,
        "position": reason.position,
        "retired_at": utc_text(reason.retired_at),
    }


def kind_answer(kind: ReasonKind) -> dict[str, object]:
    """One kind as the API tells it."""
    return {
        "code": kind.code,
        "label": kind.label,
        "position": kind.position,
        "retired_at": utc_text(kind.retired_at),
    }


def dispute_answer(dispute: Dispute, row: Row) -> dict[str, object]:
    """One dispute as the API tells it."""
    waits = row.clock is not None
    return {
        "id": dispute.pk,
        "lead": dispute.lead_id,
        "ref": row.ref,
        "at": utc_text(dispute.at),
        "open": waits,
        "due_at": utc_text(dispute.lead.next_due_at) if waits else None,
        "reason": dispute.reason,
        "criterion": dispute.criterion,
        "detail": dispute.detail,
        "source": dispute.source,
        "outcome": dispute.outcome or None,
        "settled_at": utc_text(dispute.settled_at),
        "rejected": vars(row.no),
        "disputed": vars(row.against),
        "rulings": [vars(said) for said in row.rulings],
    }

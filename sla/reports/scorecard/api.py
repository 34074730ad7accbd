"""The scorecard in the API: what its page draws, as numbers."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.time import utc_text
from leadbridge.people.calls import caller, now_of
from leadbridge.people.idempotency import ApiView
from leadbridge.people.schema import answers
from sla.reports.scope import scope_of
from sla.reports.scorecard.asking import OF_A_CARD, read_card
from sla.reports.scorecard.bodies import ScorecardAnswer
from sla.reports.scorecard.card import scorecard_of
from sla.reports.scorecard.representation import card_answer


class ScorecardReport(ApiView):
    """Are both sides keeping their word, and what did it come to?"""

    @extend_schema(
        operation_id="reports_scorecard",
        tags=["reports"],
        parameters=[OpenApiParameter(name, str) for name in OF_A_CARD],
        responses=answers(400, 403, ok=ScorecardAnswer),
    )
    def get(self, request: Request) -> Response:
        """The twelve weeks up to now, or a period of a year at most."""
        given = {name: str(text) for name, text in request.query_params.items()}
        unknown = sorted(set(given) - set(OF_A_CARD))
        if unknown:
            known = f"Not known here; use {', '.join(OF_A_CARD)}."
            raise FieldErrors({name[:40]: [known] for name in unknown})
        now = now_of(request)
        asked = read_card(given, scope_of(caller(request)), now=now).exact
        card = scorecard_of(asked, now=now)
        period = {"start": utc_text(asked.slice.start), "end": utc_text(asked.slice.end)}
        return Response({**period, **card_answer(card)})

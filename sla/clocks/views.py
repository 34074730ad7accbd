"""The page of one clock: why it is due when it is."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.http import Request, signed_in, zone_of
from leads.handoff.views import freshness
from sla.clocks.queries import clock_id_of, get_clock_for
from sla.clocks.sheet import sheet_of
from sla.clocks.states import State, state_of
from sla.templatetags.clocks import face_of, void_face


@require_GET
@signed_in
def clock(request: Request, number: str) -> HttpResponse:
    """The arithmetic of a due time, for everybody who may see the lead."""
    found = get_clock_for(request.user, clock_id_of(number))
    zone, state = zone_of(request.user), state_of(found, request.now)
    sheet = sheet_of(found, zone=zone)
    return answer_page(
        request,
        page="sla/clock.html",
        live="sla/_clock_live.html",
        stamp=stamp_of((sheet, state, freshness(request))),
        context=lambda: {
            "sheet": sheet,
            "face": void_face()
            if state is State.VOID
            else face_of(found, state, zone, request.now),
            "lead": {"ref": found.lead.ref, "name": found.lead.name},
        },
    )

"""What a version of the agreement does to clocks that run: asked before, shown while it is done."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people.document_pages import found_version
from leadbridge.people.document_queries import standing_for
from leadbridge.people.document_screen import sheet_of
from leadbridge.people.http import Request, signed_in, zone_of
from sla.agreement.life import AGREEMENT
from sla.agreement.models import AgreementVersion
from sla.agreement.screen import running_asked
from sla.clocks.foreseeing import preview_agreement
from sla.edits.screen import agreement_figures, last_rebuild, may_preview, rebuild_screen


@require_GET
@signed_in
def running(request: Request, number: int) -> HttpResponse:
    """How many running clocks would move and which would turn late; of a version in force, how far
    the moving is."""
    found: AgreementVersion = found_version(AGREEMENT, request, number)
    rebuild = last_rebuild(agreement=found)
    zone = zone_of(request.user)

    def context() -> dict[str, object]:
        standing = standing_for(AGREEMENT, request.user)
        effect = (
            preview_agreement(version=found, now=request.now)
            if may_preview(request.user, found)
            else None
        )
        return {
            **sheet_of(AGREEMENT, request.user, found, standing, zone),
            "running": running_asked(found, standing),
            "figures": agreement_figures(effect) if effect else [],
            "stuck": effect.stuck if effect else 0,
            "rebuild": rebuild_screen(rebuild, zone) if rebuild else None,
            "typed": request.GET,
        }

    return answer_page(
        request,
        page="sla/agreement_running.html",
        live="sla/_rebuild_live.html",
        stamp=stamp_of((found.state, rebuild and (rebuild.pk, rebuild.state, rebuild.done))),
        context=context,
    )

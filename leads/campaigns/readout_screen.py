"""The card of a read-out on its campaign's page."""

from datetime import datetime

from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace, duration_words, running_face, still_face
from leadbridge.people.access import sees_figures
from leadbridge.people.http import Request, zone_of
from leadbridge.people.models import Side
from leads.campaigns.first_hour import HOUR, first_hour, may_sign, readout_of
from leads.campaigns.models import Campaign, Readout
from leads.campaigns.readouts import signature, state_of


def readout_card(request: Request, campaign: Campaign) -> dict[str, object] | None:
    """What the card shows to whoever reads figures; None where there is none to show."""
    readout = readout_of(campaign) if sees_figures(request.user) else None
    if readout is None:
        return None
    hour = first_hour(campaign, readout.started_at)
    return {
        "clock": face_of(readout, zone_of(request.user), request.now),
        "going": request.now < readout.started_at + HOUR,
        "figures": [
            (label, number, f"/campaigns/{campaign.pk}/leads/?part={part}" if number else "")
            for label, number, part in (
                ("Came in", hour.came_in, "came_in"),
                ("Hand-raises", hour.hand_raises, "hand_raises"),
                ("Handed over", hour.handed_over, "handed_over"),
                ("Decided by sales", hour.decided, "decided"),
                ("Rejected", hour.rejected, "rejected"),
            )
        ],
        "sides": [_side(readout, side) for side in Side],
        "side": may_sign(readout, request.user),
    }


def face_of(readout: Readout, zone: str, now: datetime) -> ClockFace:
    """The countdown, or how it ended."""
    state = state_of(readout, now)
    signed = [at for at in (readout.marketing_at, readout.sales_at) if at]
    if state == "met":
        took = duration_words((max(signed) - readout.started_at).total_seconds())
        return still_face(f"signed in {took}", tone="ok", spent=1)
    if state == "met_late":
        late = duration_words((max(signed) - readout.due_at).total_seconds())
        return still_face(f"signed {late} late", tone="late", spent=1)
    return running_face(
        start=readout.started_at, risk=readout.at_risk_at, due=local(readout.due_at, zone), now=now
    )


def _side(readout: Readout, side: Side) -> dict[str, object]:
    by, at = signature(readout, side)
    words = getattr(readout, f"{side}_words")
    return {"name": side.label, "by": by, "at": at, "words": words}

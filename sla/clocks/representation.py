"""A clock as the API answers it."""

from datetime import datetime

from leadbridge.kernel.time import utc_text
from sla.clocks.models import Clock
from sla.clocks.states import state_of

INSTANTS = (
    "started_at", "at_risk_at", "due_at", "stopped_at", "void_at", "breached_at", "detected_at",
)  # fmt: skip


def clock_answer(clock: Clock, now: datetime) -> dict[str, object]:
    """One promise; `breached_at` is the due instant, `detected_at` when it was noticed."""
    return {
        "id": clock.pk,
        "lead": clock.lead_id,
        "ref": f"L-{clock.lead_id}",
        "kind": clock.kind,
        "side": clock.side,
        "holder": clock.holder.username if clock.holder else None,
        "team": clock.team.slug,
        **{name: utc_text(getattr(clock, name)) for name in INSTANTS},
        "state": state_of(clock, now).value,
        "target_seconds": clock.target_seconds,
        "elapsed_seconds": clock.elapsed_seconds,
        "calendar": str(clock.calendar),
        "agreement": clock.agreement.version,
        "tier": clock.tier,
        "relief": clock.relief,
    }

"""A clock as the API answers it."""

from datetime import datetime

from leadbridge.kernel.time import utc_text
from sla.clocks.explanation import pauses_of
from sla.clocks.models import Clock
from sla.clocks.states import state_of

INSTANTS = (
    "started_at", "at_risk_at", "due_at", "stopped_at", "void_at", "breached_at", "detected_at",
)  # fmt: skip


TO_COME = "to_come"


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
        "number": clock.number,
        "pauses": [[utc_text(begin), utc_text(end)] for begin, end in pauses_of(clock)],
        "steps": [*_taken(clock), *_to_come(clock)],
    }


def _taken(clock: Clock) -> list[dict[str, object]]:
    """The steps of the ladder that it came to, in order; `climbed` is read with the clock."""
    steps = sorted(clock.climbed.all(), key=lambda step: (step.due_at, step.pk))
    return [
        {
            "step": step.step,
            "due_at": utc_text(step.due_at),
            "at": utc_text(step.at),
            "state": step.state,
            "outcome": step.outcome,
        }
        for step in steps
    ]


def _to_come(clock: Clock) -> list[dict[str, object]]:
    """The steps still ahead of one that runs; what has ended comes to none any more."""
    if clock.stopped_at is not None or clock.void_at is not None:
        return []
    return [
        {"step": step, "due_at": utc_text(at), "at": None, "state": TO_COME, "outcome": ""}
        for step, at in zip(clock.steps, clock.step_times, strict=True)
    ]

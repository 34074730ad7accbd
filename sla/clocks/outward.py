"""What other programs are told of a clock: the promise, and the lead without its person."""

from leadbridge.kernel.time import utc_text
from leads.handoff.models import Event
from leads.handoff.outward import lead_data
from sla.clocks.models import Clock, ClockStep

INSTANTS = ("started_at", "at_risk_at", "due_at", "stopped_at", "breached_at", "detected_at")


def data_of_sweep(event_id: int) -> dict[str, object]:
    """A promise that came to be at risk, or was missed."""
    event = Event.objects.get(pk=event_id)
    return {"at": utc_text(event.at), **_promise(event.data["clock"])}


def data_of_step(step_id: int) -> dict[str, object]:
    """A step that moved the lead on: `offer`, `reassign` or `manager`."""
    step = ClockStep.objects.get(pk=step_id)
    told = {"at": utc_text(step.at), "step": step.step, "outcome": step.outcome}
    return {**told, **_promise(step.clock_id)}


def _promise(clock_id: int) -> dict[str, object]:
    rows = Clock.objects.select_related(
        "holder", "team", "lead__holder", "lead__team", "lead__marketer"
    )
    clock = rows.get(pk=clock_id)
    return {
        "clock": {
            "id": clock.pk,
            "kind": clock.kind,
            "side": clock.side,
            "holder": clock.holder.username if clock.holder else None,
            "team": clock.team.slug,
            "target_seconds": clock.target_seconds,
            **{name: utc_text(getattr(clock, name)) for name in INSTANTS},
        },
        "lead": lead_data(clock.lead),
    }

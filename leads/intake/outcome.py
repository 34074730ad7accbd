"""What became of a lead that a marketer has just entered, in a sentence."""

from datetime import datetime

from leadbridge.kernel.errors import DomainError
from leads.handoff.judging import judge_lead
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, SALES_STAGES, Stage


def outcome_of(lead: Lead, *, joined: bool, now: datetime) -> str:
    """Handed over to whom, or waiting for what."""
    if joined:
        return (
            f"{lead.person} has an open lead already, and this was added to it. {_rest(lead, now)}"
        )
    return _rest(lead, now)


def _rest(lead: Lead, now: datetime) -> str:
    holder = str(lead.holder) if lead.holder else f"the pool of {lead.team}"
    if lead.stage == Stage.SUBMITTED:
        meets = "Goes to sales all the same" if lead.overridden else "Meets the definition"
        return f"{meets}: handed to {holder}."
    if lead.stage in SALES_STAGES:
        return f"It is with {holder} ({LABELS[Stage(lead.stage)].lower()})."
    if lead.stage != Stage.CAPTURED:
        return f"It stands at “{LABELS[Stage(lead.stage)]}”."
    return f"Waits for your triage: {_why_not(lead, now)}"


def _why_not(lead: Lead, now: datetime) -> str:
    try:
        verdict = judge_lead(lead, now)
    except DomainError as error:  # no definition is in force
        return error.message
    if verdict.answer == "yes":
        return "it meets the definition, but nobody could be found to hand it to."
    return verdict.because

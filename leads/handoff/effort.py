"""What was done to reach somebody, beside what was agreed.

How many attempts are agreed is said elsewhere: whoever knows the agreement registers how to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import User
from leads.handoff.deeds import beside
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import carry_out
from leads.handoff.parties import permit
from leads.handoff.reasons import Reason
from leads.handoff.stages import SALES_STAGES, Action


@dataclass(frozen=True)
class Effort:
    """Attempts since the handover. `made` counts those after the person was last reached; `spread`:
    they go over as many days and ways as was agreed."""

    made: int
    agreed: int
    spread: bool
    reached: bool

    @property
    def is_whole(self) -> bool:
        """All that was agreed is done."""
        return self.made >= self.agreed and self.spread


Asking = Callable[[Lead], Effort | None]
_registered: list[Asking] = []


def register_effort(asking: Asking) -> None:
    """Say how to count what was done on a lead; the last word counts."""
    _registered[:] = [asking]


def effort_on(lead: Lead) -> Effort | None:
    """What was done on a lead; None where nobody agreed on anything."""
    return next((found for asking in _registered if (found := asking(lead))), None)


def require_effort(reason: Reason, lead: Lead, words: str) -> None:
    """What a code asks of the work done on a lead that sales gives up.

    DomainError `too_early` (409) where attempts are missing and no manager waived them; `invalid`
    where there was a conversation and nobody says what was said.
    """
    if lead.stage not in SALES_STAGES or not (reason.needs_attempts or reason.needs_words):
        return
    effort = effort_on(lead)
    if effort is None:
        return
    if reason.needs_attempts and not (effort.is_whole or lead.waived_at):
        raise DomainError(
            "too_early",
            f"{_missing(effort)} Go on trying, or ask your manager to waive the rest.",
            status=409,
            field="reason",
            data={"made": effort.made, "agreed": effort.agreed},
        )
    if reason.needs_words and effort.reached and not words.strip():
        raise DomainError(
            "invalid",
            "You talked to them: give their words, or “none” if they said nothing about it.",
            field="quote",
        )


def _missing(effort: Effort) -> str:
    if effort.made < effort.agreed:
        return f"{effort.made} of {effort.agreed} agreed attempts are made."
    return "The attempts are not yet spread over as many days and ways as was agreed."


def waive_attempts(*, lead_id: int, actor: User, now: datetime, because: str) -> Lead:
    """A manager of sales lets a lead be given back as unreachable before all that was agreed is
    tried; it counts until the lead is handed over anew."""
    if not because.strip():
        raise DomainError("invalid", "Say why the rest need not be tried.", field="because")
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.WAIVE, actor=actor, now=now)
        fields = {"waived_at": now}
        words = {"comment": because}
        carry_out(lead, beside(lead, Action.WAIVE, fields, actor=actor, now=now, words=words))
    return lead

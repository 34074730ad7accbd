"""How a clock begins: what it is judged by is fixed on it, whatever is agreed later."""

from collections.abc import Sequence
from dataclasses import replace

from leadbridge.kernel.copying import fresh
from leads.handoff.changes import Change
from leads.handoff.models import Lead
from leads.handoff.stages import Stage
from sla.agreement.queries import agreement_version
from sla.clocks import repausing
from sla.clocks.attempts import Attempt, attempts_on, is_spread, reached
from sla.clocks.kinds import DueBy, Kind, Side
from sla.clocks.models import Clock
from sla.clocks.reckoning import Grounds, reckon
from sla.clocks.relief import RELIEVED_KINDS, RELIEVED_TIER
from sla.clocks.spans import Span, step_times
from sla.clocks.terms import Terms, past_now, terms_for


def may_start(kind: Kind, change: Change) -> bool:
    """A past tells nothing of questions and debriefs, so it owes none."""
    return not (kind.aside and (change.undated or past_now()))


def owner_of(kind: Kind, lead: Lead) -> tuple[int | None, int]:
    """Person and team that owe a promise: who holds the lead, but what marketing owes beside its
    way is owed by its marketer whoever holds it."""
    if kind.aside and kind.side is Side.MARKETING:
        return lead.marketer_id, lead.marketing_team_id
    return lead.holder_id, lead.team_id


def start(
    kind: Kind, change: Change, ended: Sequence[Clock] = (), relief: str = ""
) -> Clock | None:
    """A clock of this kind, not yet written, that freezes what it is judged by; None where nothing
    is owed: no further attempt after the person was reached. `ended` are those the act ended,
    `relief` what the handover gave (see `relief`)."""
    lead = change.lead
    holder_id, team_id = owner_of(kind, lead)
    relief = relief if kind.name in RELIEVED_KINDS else ""
    tier = RELIEVED_TIER if relief else lead.tier
    terms = terms_for(kind.name, lead, holder_id=holder_id, team_id=team_id, tier=tier)
    number, first_at = None, change.at
    if kind.due_by is DueBy.PLAN:
        number = _next_attempt(change, ended, terms)
        if number is None:
            return None
        first_at = lead.first_touch_at or change.at
    agreed = agreement_version(terms.agreement_id).agreement
    pauses = repausing.pauses_at_start(change, kind.name, first_at, agreed)
    grounds = Grounds(change.at, number, first_at, change.promised_at, lead.park_until)
    target, span = reckon(
        kind, grounds, target=terms.target, plan=terms.attempts, calendar=terms.hours.calendar,
        pauses=pauses,
    )  # fmt: skip
    clock = _clock_of(kind, change, replace(terms, target=target), span, number)
    clock.tier, clock.relief = tier, relief
    if span.counted:
        repausing.keep_pauses(clock, pauses)
    return clock


def _next_attempt(change: Change, ended: Sequence[Clock], terms: Terms) -> int | None:
    """The number of the attempt that is owed after this one; None where there is none."""
    told = change.event.data
    if reached(told.get("result")):
        return None
    last = next((clock.number for clock in ended if clock.kind == "attempts"), None)
    if last is None:
        is_first = change.from_stage in (Stage.SUBMITTED, Stage.ACCEPTED)
        last = 1 if is_first else None
    if last is None or last < terms.attempts.count:
        return last and last + 1
    made = attempts_on(change.lead, Attempt(change.at, str(told.get("channel", ""))))
    return None if is_spread(terms.attempts, made, terms.hours.calendar) else last + 1


def _clock_of(kind: Kind, change: Change, terms: Terms, span: Span, number: int | None) -> Clock:
    lead, hours = change.lead, terms.hours
    holder_id, team_id = owner_of(kind, lead)
    ladder = () if past_now() else terms.ladder
    times = step_times(ladder, span, terms.target.amount, hours.calendar)
    return fresh(
        Clock,
        lead=lead,
        kind=kind.name,
        side=kind.side,
        holder_id=holder_id,
        team_id=team_id,
        number=number,
        calendar_id=hours.version_id,
        agreement_id=terms.agreement_id,
        target_seconds=span.target_seconds,
        at_risk_share=terms.target.at_risk_share,
        counted=span.counted,
        started_at=span.started_at,
        at_risk_at=span.at_risk_at,
        due_at=span.due_at,
        started_by=change.event,
        steps=[step.do for step in ladder],
        step_times=times,
        next_at=times[0] if times else None,
    )

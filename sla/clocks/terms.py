"""Under what a clock starts: the agreed target, and whose hours count."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from leadbridge.kernel.errors import DomainError
from leads.handoff.models import Lead
from sla.agreement.attempts import AttemptPlan
from sla.agreement.ladder import Step
from sla.agreement.queries import ActiveAgreement, active_agreement
from sla.agreement.targets import Target
from sla.calendars.queries import Hours, HoursOfMany, hours_for


@dataclass(frozen=True)
class Terms:
    """What a clock freezes when it starts."""

    target: Target
    ladder: tuple[Step, ...]
    attempts: AttemptPlan
    hours: Hours
    agreement_id: int


@dataclass(frozen=True)
class PastTerms:
    """The agreement and the hours by which somebody's past is judged (see sla.reports.history)."""

    agreement: ActiveAgreement
    hours: Hours


_past: ContextVar[PastTerms | None] = ContextVar("past_terms", default=None)


@contextmanager
def judged_by(past: PastTerms) -> Iterator[None]:
    """Within this block clocks start under the terms of a past instead of today's."""
    token = _past.set(past)
    try:
        yield
    finally:
        _past.reset(token)


class ReadOnce:
    """What the terms of many clocks that begin in one transaction are read from, once for all."""

    @cached_property
    def agreement(self) -> ActiveAgreement | None:
        """The agreement in force."""
        return active_agreement()

    @cached_property
    def hours(self) -> HoursOfMany:
        """Everybody's hours."""
        return HoursOfMany()


_once: ContextVar[ReadOnce | None] = ContextVar("terms_read_once", default=None)


@contextmanager
def reading_once(once: ReadOnce) -> Iterator[None]:
    """Within this block terms are read no more often than once."""
    token = _once.set(once)
    try:
        yield
    finally:
        _once.reset(token)


def terms_for(
    kind: str, lead: Lead, *, holder_id: int | None, team_id: int, tier: int | None
) -> Terms:
    """The target of the agreement in force and the holder's hours. `tier` is the lead's own, or
    that of its relief.

    DomainError `no_agreement` (409) where none is signed.
    """
    past, once = _past.get(), _once.get()
    if past is not None:
        agreement: ActiveAgreement | None = past.agreement
    else:
        agreement = once.agreement if once else active_agreement()
    if agreement is None:
        raise DomainError(
            "no_agreement",
            "No agreement is in force, so no promise has a time. Both heads must sign one first.",
            status=409,
        )
    if past is not None:
        hours = past.hours
    else:
        ask = once.hours.of if once else hours_for
        hours = ask(holder_id=holder_id, team_id=team_id)
    said = agreement.agreement
    return Terms(
        said.target_for(kind=kind, tier=tier, source=lead.source, team=lead.team.slug),
        said.ladder_for(kind, tier),
        said.attempts_for(tier),
        hours,
        agreement.version_id,
    )


def past_now() -> bool:
    """Is a past being judged? Then nobody is told anything."""
    return _past.get() is not None

"""An outage of our own: what fell due in it is left out of all figures, kept or not, because
nobody could be asked to keep it. An administrator says from when to when, and why.

A promise that still runs is not lost by it: a worker begins it anew, with as much time as was left
of it when the outage began.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from leadbridge.kernel.copying import copy_rows
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.people.models import User
from leads.handoff.locks import lock_leads
from leads.handoff.models import Lead
from leads.handoff.moves import record_many, renew_agendas
from sla.agreement.queries import agreement_version
from sla.calendars.arithmetic import elapsed
from sla.calendars.queries import calendar_of
from sla.clocks.engine import COPIED_ON_UNDO, agenda_of
from sla.clocks.kinds import KINDS
from sla.clocks.models import OUTAGE, Clock, ClockStep, Outage, Rebuild
from sla.clocks.spans import Span, counted_span, step_times
from sla.clocks.states import IS_RUNNING

log = logging.getLogger(__name__)

BATCH = 500  # leads in one transaction
LONGEST = timedelta(days=31)
LONGEST_REASON = 300
_OWN = ("started_at", "at_risk_at", "due_at", "breached_at", "detected_at", "steps", "step_times",
        "target_seconds", "counted", "pauses", "paused_from", "paused_until")  # fmt: skip
_ENDED = ("void_at", "void_cause", "ended_by", "next_at")
_SAME = tuple(name for name in COPIED_ON_UNDO if name not in _OWN)


@dataclass(frozen=True)
class Hit:
    """How many promises fell due in a window: ended ones, and such as still run."""

    ended: int
    running: int


def preview_outage(*, since: datetime, until: datetime) -> Hit:
    """What voiding that window would touch. Nothing is written."""
    hit = _due_in(since, until)
    running = hit.filter(IS_RUNNING).count()
    return Hit(hit.count() - running, running)


def void_outage(
    *, actor: User, now: datetime, since: datetime, until: datetime, reason: str
) -> Outage:
    """Void every ended clock that fell due in `[since, until)`, and have a worker begin those anew
    that still run (`begin_anew`).

    DomainError `forbidden` (403) for all but administrators, `invalid` for a window or a reason
    that cannot be.
    """
    require_window(actor=actor, now=now, since=since, until=until, reason=reason)
    with transaction.atomic():
        running = _due_in(since, until).filter(IS_RUNNING).count()
        outage = Outage.objects.create(
            starts_at=since, ends_at=until, reason=reason.strip(), made_by=actor, made_at=now,
            voided=_void_ended(since, until, now), restarted=running,
        )  # fmt: skip
        if running:
            Rebuild.objects.create(outage=outage, asked_by=actor, asked_at=now, total=running)
    log.info("%s voided clocks due %s to %s: %s", actor, since, until, outage.reason)
    return outage


def begin_anew(outage: Outage, *, now: datetime, batch: int) -> int:
    """Begin the next clocks anew that fell due in an outage and still run, in the transaction of
    the caller; how many. Those of one lead go together, and 0 is the end: what an act ended
    meanwhile is void as well, for it fell due in the window all the same."""
    due = _due_in(outage.starts_at, outage.ends_at)
    running = due.filter(IS_RUNNING)
    leads = set(running.order_by("pk").values_list("lead_id", flat=True)[: min(batch, BATCH)])
    if not leads:
        _void_ended(outage.starts_at, outage.ends_at, now)
        return 0
    lock_leads(leads)
    rows = (
        running.filter(lead__in=leads)
        .select_for_update(no_key=True, of=("self",))
        .select_related("team")
        .order_by("pk")
    )
    clocks = list(rows)
    _begin_anew(clocks, Lead.objects.in_bulk(leads), outage, now)
    return len(clocks)


def _void_ended(since: datetime, until: datetime, now: datetime) -> int:
    ended = _due_in(since, until).filter(stopped_at__isnull=False)
    return ended.update(void_at=now, void_cause=OUTAGE)


def require_window(
    *, actor: User, now: datetime, since: datetime, until: datetime, reason: str
) -> None:
    """What may be voided, by whom; DomainError otherwise."""
    if not actor.is_administrator:
        raise DomainError("forbidden", "Only an administrator voids clocks.", status=403)
    if until <= since:
        raise DomainError("invalid", "The end must come after the beginning.", field="until")
    if until > now:
        raise DomainError(
            "invalid", "An outage is voided when it is over: choose a past end.", field="until"
        )
    if until - since > LONGEST:
        raise DomainError("invalid", f"At most {LONGEST.days} days at once.", field="until")
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON or "\0" in text:
        raise DomainError(
            "invalid",
            f"Say what happened, in at most {LONGEST_REASON} characters: everybody reads it.",
            field="reason",
        )


def begun_anew(outage: Outage) -> int:
    """How many of those that ran still are dealt with."""
    restart = next(iter(outage.rebuilds.all()), None)
    if restart is None or restart.state == Rebuild.State.DONE:
        return outage.restarted
    return min(restart.done, outage.restarted)


def outages_between(start: datetime, end: datetime) -> QuerySet[Outage]:
    """Outages that touch a period, newest first."""
    return Outage.objects.filter(starts_at__lt=end, ends_at__gt=start)


def outage_words(outage: Outage, zone: str) -> str:
    """One outage as a sentence for whoever reads times in `zone`."""
    begin, end = local(outage.starts_at, zone), local(outage.ends_at, zone)
    to = f"{end:%H:%M}" if end.date() == begin.date() else f"{end:%-d %b %H:%M}"
    number = outage.voided + outage.restarted
    were = "1 clock" if number == 1 else f"{number:,} clocks"
    return f"{begin:%-d %b %Y %H:%M}–{to}: {were} due then voided. {outage.reason}"


def _due_in(since: datetime, until: datetime) -> QuerySet[Clock]:
    # The kinds are named so that the index by kind and due time finds them.
    return Clock.objects.filter(
        void_at=None, kind__in=sorted(KINDS), due_at__gte=since, due_at__lt=until
    )


def _begin_anew(
    clocks: list[Clock], leads: Mapping[int, Lead], outage: Outage, now: datetime
) -> None:
    """Running clocks of locked leads, each ended as void and begun as its successor: with an event
    for each lead, everything written at once."""
    of_lead: dict[int, list[str]] = defaultdict(list)
    for clock in clocks:
        of_lead[clock.lead_id].append(clock.kind)
    told = [
        (leads[lead_id], {"outage": outage.pk, "kinds": kinds})
        for lead_id, kinds in of_lead.items()
    ]
    events = record_many(told, OUTAGE, actor=outage.made_by, now=now)
    event_of = {event.lead_id: event for event in events}
    for clock in clocks:
        clock.lead, clock.ended_by = leads[clock.lead_id], event_of[clock.lead_id]
        clock.void_at, clock.void_cause, clock.next_at = now, OUTAGE, None
    Clock.objects.bulk_update(clocks, _ENDED, batch_size=BATCH)
    # Clocks of a past climb nothing, and nor do those that come after them.
    ids = [clock.pk for clock in clocks]
    climbed = set(ClockStep.objects.filter(clock__in=ids).values_list("clock_id", flat=True))
    copy_rows(
        [
            _successor(clock, outage, now, climbs=bool(clock.steps) or clock.pk in climbed)
            for clock in clocks
        ]
    )
    left: dict[int, list[Clock]] = {lead_id: [] for lead_id in of_lead}
    for clock in Clock.objects.filter(IS_RUNNING, lead__in=list(of_lead)):
        left[clock.lead_id].append(clock)
    renew_agendas([(leads[lead_id], agenda_of(several)) for lead_id, several in left.items()])


def _successor(clock: Clock, outage: Outage, now: datetime, *, climbs: bool) -> Clock:
    """What was left of a clock when the outage began, counted anew from now; a promised date moves
    by as much as it lay after that beginning."""
    began = max(outage.starts_at, clock.started_at)
    calendar = calendar_of(clock.calendar_id)
    if clock.counted:
        left = int(elapsed(calendar, began, clock.due_at))
        span = counted_span(now, left, clock.at_risk_share, calendar)
    else:
        due = now + (clock.due_at - began)
        risk = now + (due - now) * float(clock.at_risk_share)
        span = Span(now, risk, due, int(elapsed(calendar, now, due)), False)
    agreed = agreement_version(clock.agreement_id).agreement
    ladder = agreed.ladder_for(clock.kind, clock.tier) if climbs else ()
    target = agreed.target_for(
        kind=clock.kind, tier=clock.tier, source=clock.lead.source, team=clock.team.slug
    )
    times = step_times(ladder, span, target.amount, calendar)
    return Clock(
        **{name: getattr(clock, name) for name in _SAME},
        holder_id=clock.holder_id,
        team_id=clock.team_id,
        target_seconds=span.target_seconds,
        counted=span.counted,
        started_at=span.started_at,
        at_risk_at=span.at_risk_at,
        due_at=span.due_at,
        started_by=clock.ended_by,
        steps=[step.do for step in ladder],
        step_times=times,
        next_at=times[0] if times else None,
    )

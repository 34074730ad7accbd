"""Leads with a past: lived through, action by action, in the order of their instants.

Everything is done by the functions that people's clicks use, at instants in working hours, with
the sweep running in between; so the demo can be neither wrong nor out of date.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Min

from leadbridge.demo.beside import after_dispute, after_end, after_touch
from leadbridge.demo.campaigns import run_campaigns
from leadbridge.demo.evidence import NO_BUYERS, NO_FITS, named_for
from leadbridge.demo.names import (
    AMERICA,
    COMPANIES,
    EUROPE,
    FIRST,
    INDUSTRIES,
    LAST,
    MESSAGES,
    NOTES,
    QUOTES,
    SOURCES,
    TITLES,
)
from leadbridge.demo.organisation import CONSENT, Cast
from leadbridge.demo.placing import publish_rules
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.models import Message
from leadbridge.people.models import User
from leads.handoff.actions import (
    accept_lead,
    dispute_lead,
    disqualify_lead,
    lose_lead,
    nurture_lead,
    qualify_lead,
    recycle_lead,
    reject_lead,
    submit_lead,
    win_lead,
)
from leads.handoff.episodes import Packet
from leads.handoff.evidence import NOTHING, Evidence
from leads.handoff.models import Lead
from leads.intake.actions import take_in
from leads.work.actions import log_touch
from sla.calendars.arithmetic import due, elapsed
from sla.calendars.queries import hours_for
from sla.clocks.ladder import climb
from sla.clocks.models import Clock
from sla.clocks.sweep import sweep

HOUR = 3600
NOTICED_AFTER = timedelta(seconds=4)
REJECTIONS = ("not_a_buyer", "bad_data", "customer", "fails_definition", "wrong_route", "duplicate")
Step = Callable[[datetime], None]


class Past:
    """One run of the simulation: an agenda of steps, done in the order of their instants."""

    def __init__(self, cast: Cast, *, now: datetime, seed: int) -> None:
        self.cast, self.now = cast, now
        self.random = random.Random(seed)  # noqa: S311  # the same seed, the same demo
        self.dice = random.Random(seed + 1)  # noqa: S311  # of what happens beside the way
        self._agenda: list[tuple[datetime, int, Step]] = []
        self._count = 0

    def plan(self, at: datetime, step: Step) -> None:
        """Do a step at an instant; what would lie in the future is left undone."""
        if at < self.now:
            self._count += 1
            heapq.heappush(self._agenda, (at, self._count, step))

    def live(self) -> Iterator[int]:
        """Do all steps in order; yields the number done so far."""
        done = 0
        while self._agenda:
            at, _, step = heapq.heappop(self._agenda)
            self.sweep_until(at)
            try:
                with transaction.atomic():
                    step(at)
            except DomainError:
                pass  # somebody was quicker, or the day has passed: as in life, nothing happens
            done += 1
            yield done

    def sweep_until(self, at: datetime) -> None:
        """As in life, where a sweep comes every few seconds: each step is taken at its time."""
        coming = Clock.objects.filter(next_at__lt=at - NOTICED_AFTER)
        while first := coming.aggregate(first=Min("next_at"))["first"]:
            instant = first + NOTICED_AFTER
            if not sweep(now=instant).taken:
                break
            climb(now=instant)

    def left_lying(self, at: datetime) -> bool:
        """Now and then something is let slip; what was let slip long ago was found since."""
        return self.now - at < timedelta(days=4) and self.random.random() < 0.12

    def work_later(self, lead: Lead, at: datetime, low: float, high: float) -> datetime:
        """An instant some working hours after another one, by the hours of who holds the lead."""
        return self.hours_later(lead, at, self.random.uniform(low, high))

    def hours_later(self, lead: Lead, at: datetime, hours: float) -> datetime:
        """The instant after so many working hours."""
        theirs = hours_for(holder_id=lead.holder_id, team_id=lead.team_id)
        return due(theirs.calendar, at, int(hours * HOUR))


def make_history(*, cast: Cast, leads: int, days: int, seed: int, now: datetime) -> Iterator[int]:
    """Give the organisation `leads` leads over the last `days` days; yields the steps done."""
    run_campaigns(cast, now=now)
    past = Past(cast, now=now, seed=seed)
    begin = now - timedelta(days=days)
    publish_rules(cast, at=begin)
    fresh = min(leads // 6, 12)
    for number in range(leads - fresh):
        at = begin + (now - begin) * past.random.random() ** 0.9
        past.plan(at, _arrival(past, number))
    for number in range(fresh):
        minutes = (50, 54, 20, 5, 230, 200, 90, 15, 40, 100, 30, 170)[number % 12]
        past.plan(_working_minutes_ago(past, minutes), _arrival(past, leads + number, fresh=True))
    yield from past.live()
    past.sweep_until(now)
    sweep(now=now)
    climb(now=now)
    _say_nothing_late(now)


def _working_minutes_ago(past: Past, minutes: int) -> datetime:
    """The latest instant from which that much of EMEA's working time leads up to now."""
    calendar = hours_for(holder_id=None, team_id=past.cast.emea.pk).calendar
    low, high = past.now - timedelta(days=14), past.now
    while high - low > timedelta(seconds=30):
        middle = low + (high - low) / 2
        if elapsed(calendar, middle, past.now) > minutes * 60:
            low = middle
        else:
            high = middle
    return low


def _say_nothing_late(now: datetime) -> None:
    """What was to be told in the past was told then."""
    for message in Message.objects.filter(next_try_at__isnull=False):
        message.sent_at, message.next_try_at = message.created_at, None
        message.save(update_fields=["sent_at", "next_try_at"])


def _arrival(past: Past, number: int, *, fresh: bool = False) -> Step:
    def arrive(at: datetime) -> None:
        packet = _packet(past, number, at, fresh=fresh)
        marketer = past.cast.mia if past.random.random() < 0.7 else past.cast.ana
        lead = take_in(packet=packet, origin="form", marketer=marketer, actor=None, now=at).lead
        if fresh:
            return
        if lead.stage == "submitted":
            _plan_decision(past, lead, at)
        else:
            later = past.work_later(lead, at, 0.2, 12)
            past.plan(later, lambda then: _triage(past, lead.pk, then))

    return arrive


def _packet(past: Past, number: int, at: datetime, *, fresh: bool) -> Packet:
    pick = past.random.choice
    first, last, company = pick(FIRST), pick(LAST), COMPANIES[number % len(COMPANIES)]
    source, campaign, requests = SOURCES[0] if fresh else pick(SOURCES)
    domain = "".join(filter(str.isalnum, company.lower()))
    american = past.random.random() < 0.3 and not fresh
    return Packet(
        source=source,
        campaign=campaign,
        email=f"{first}.{last}{number}@{domain}.example".lower(),
        phone=f"+49 30 5550 {number:04d}",
        first_name=first,
        last_name=last,
        company=company,
        title=pick(TITLES[:10]) if fresh else pick(TITLES),
        country=pick(AMERICA if american else EUROPE),
        employees=int(past.random.lognormvariate(5.4, 0.9)) + (20 if fresh else 4),
        industry=pick(INDUSTRIES),
        request=pick(requests),
        message=pick(MESSAGES),
        value=Decimal(past.random.randrange(4, 90)) * 1000,
        consent_text=CONSENT,
        consent_at=at,
    )


def _triage(past: Past, lead_id: int, at: datetime) -> None:
    mia, roll = past.cast.mia, past.random.random()
    if roll < 0.45:
        review_on = (at + timedelta(days=past.random.randrange(10, 80))).date()
        nurture_lead(lead_id=lead_id, actor=mia, now=at, review_on=review_on)
    elif roll < 0.7:
        disqualify_lead(
            lead_id=lead_id, actor=mia, now=at, reason="never_a_buyer",
            evidence=Evidence(kind=NO_BUYERS[lead_id % len(NO_BUYERS)]),
        )  # fmt: skip
    elif roll < 0.92:
        why = "Met them at the fair, the project is real."
        lead = submit_lead(lead_id=lead_id, actor=mia, now=at, override_reason=why)
        _plan_decision(past, lead, at)


def _plan_decision(past: Past, lead: Lead, at: datetime) -> None:
    """Sellers differ: some decide within the hour, some let things lie."""
    roll, holder = past.random.random(), lead.holder
    if holder is None or past.left_lying(at):
        return
    slow = holder == past.cast.dora and past.random.random() < 0.25
    later = past.work_later(lead, at, 1.5, 9) if slow else past.work_later(lead, at, 0.03, 1.0)
    if roll < 0.15:
        past.plan(later, lambda then: _reject(past, lead.pk, holder, then))
    else:
        past.plan(later, lambda then: _accept(past, lead.pk, holder, then))


def _reject(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    code = past.random.choice(REJECTIONS)
    lead = Lead.objects.get(pk=lead_id)
    criteria = [line["id"] for line in lead.verdict_lines]
    criterion = past.random.choice(criteria) if code == "fails_definition" and criteria else ""
    named = named_for(code, lead, seller)
    lead = reject_lead(
        lead_id=lead_id, actor=seller, now=at, criterion=criterion,
        reason=code if named else "no_consent", evidence=named or NOTHING,
        comment=past.random.choice(NOTES),
    )  # fmt: skip
    later = past.work_later(lead, at, 1, 30)
    past.plan(later, lambda then: _rework(past, lead_id, then))


def _rework(past: Past, lead_id: int, at: datetime) -> None:
    mia, roll = past.cast.mia, past.random.random()
    if roll < 0.4:
        kind = NO_FITS[lead_id % len(NO_FITS)]
        disqualify_lead(
            lead_id=lead_id, actor=mia, now=at, reason="no_fit", evidence=Evidence(kind=kind)
        )
    elif roll < 0.7:
        nurture_lead(lead_id=lead_id, actor=mia, now=at, review_on=(at + timedelta(days=40)).date())
    elif roll < 0.8 and not _is_late(lead_id, at):
        why = "They confirmed size and budget."
        after_dispute(past, dispute_lead(lead_id=lead_id, actor=mia, now=at, because=why), at)
    else:
        why = "Data corrected with the person on the phone."
        _plan_decision(
            past, submit_lead(lead_id=lead_id, actor=mia, now=at, override_reason=why), at
        )


def _is_late(lead_id: int, at: datetime) -> bool:
    """Is its time to be disputed over?"""
    return Lead.objects.filter(pk=lead_id, next_due_at__lt=at).exists()


def _accept(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    lead = accept_lead(lead_id=lead_id, actor=seller, now=at)
    if past.left_lying(at):
        return
    later = past.work_later(lead, at, 0.05, 5)
    past.plan(later, lambda then: _touch(past, lead_id, seller, then, tries=1))


def _touch(past: Past, lead_id: int, seller: User, at: datetime, *, tries: int) -> None:
    talked = past.random.random() < 0.4
    lead = Lead.objects.get(pk=lead_id)
    later = past.work_later(lead, at, 3, 20)
    _log(past, lead_id, seller, at, talked=talked, back_at=later)
    after_touch(past, lead, seller, at)
    if talked and tries >= 2:
        past.plan(later, lambda then: _qualify(past, lead_id, seller, then))
    elif tries < 6:
        past.plan(later, lambda then: _touch(past, lead_id, seller, then, tries=tries + 1))
    else:
        past.plan(later, lambda then: _give_up(past, lead_id, seller, then))


def _log(
    past: Past, lead_id: int, seller: User, at: datetime, *, talked: bool, back_at: datetime
) -> None:
    """Log an attempt; its next step is promised for when it will be taken, now and then sooner."""
    early = past.random.random() < 0.08
    log_touch(
        lead_id=lead_id,
        actor=seller,
        now=at,
        channel=past.random.choice(("call", "call", "message", "meeting")),
        result=past.random.choice(("talked", "replied")) if talked else "no_answer",
        note=past.random.choice(NOTES),
        quote=past.random.choice(QUOTES) if talked else "",
        next_at=at + (back_at - at) * (0.6 if early else 1.05),
    )


def _give_up(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    if past.random.random() < 0.7:
        recycle_lead(
            lead_id=lead_id, actor=seller, now=at, reason="timing", quote="none",
            return_on=(at + timedelta(days=past.random.randrange(20, 120))).date(),
        )  # fmt: skip
    else:
        disqualify_lead(lead_id=lead_id, actor=seller, now=at, reason="no_need", quote="none")


def _qualify(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    lead = Lead.objects.get(pk=lead_id)
    value, close_on = lead.value or Decimal(10_000), (at + timedelta(days=30)).date()
    lead = qualify_lead(lead_id=lead_id, actor=seller, now=at, value=value, close_on=close_on)
    later = past.work_later(lead, at, 8, 36)
    _log(past, lead_id, seller, at, talked=True, back_at=later)
    if past.random.random() < 0.45:
        past.plan(later, lambda then: _win(past, lead_id, seller, value, then))
    else:
        past.plan(later, lambda then: _lose(past, lead_id, seller, then))


def _win(past: Past, lead_id: int, seller: User, value: Decimal, at: datetime) -> None:
    after_end(past, win_lead(lead_id=lead_id, actor=seller, now=at, value=value), seller, at)


def _lose(past: Past, lead_id: int, seller: User, at: datetime) -> None:
    after_end(past, lose_lead(lead_id=lead_id, actor=seller, now=at, reason="price"), seller, at)

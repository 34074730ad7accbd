"""A month that is lived through: `now` is moved on in steps, and in each step leads come, people
act at random and the workers do what they do in that time.

Every decision is drawn from one seeded generator and from how the leads stand, so two runs of one
seed differ by nothing but what a `Disturbance` does to the workers. The order of one step: what
people do, each at an instant of its own; a second before its end what absences move; at its end the
sweep and the climbing of ladders.
"""

import heapq
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction

from leads.handoff.episodes import Packet
from leads.handoff.models import Lead
from leads.handoff.stages import OPEN_STAGES, UNDOABLE
from leads.intake.actions import take_in
from sla.calendars.models import Calendar
from sla.clocks.absence import apply_absences
from sla.clocks.ladder import climb
from sla.clocks.sweep import sweep
from tests.sla.simulation.acts import Try, act, take_back
from tests.sla.simulation.hours import Hours
from tests.sla.simulation.organisation import Organisation, found

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ACTS_PER_LEAD = 4
COUNTRIES = ("DE", "DE", "FR", "PL", "US", "US", "CA", "")
REQUESTS = ("demo", "price", "", "")
TITLES = ("Head of Operations", "Student", "Engineer", "")


class Workers:
    """What the workers do at one instant. Nothing disturbs them here."""

    def __init__(self) -> None:
        self.happened: Counter[str] = Counter()

    def absences(self, now: datetime) -> None:
        """Give on what people hold who are away."""
        apply_absences(now=now)

    def sweep(self, now: datetime) -> None:
        """Take every step that is due."""
        sweep(now=now)

    def climb(self, now: datetime) -> None:
        """Carry out those that move a lead."""
        climb(now=now)


@dataclass(frozen=True)
class Month:
    """How long is lived through, with how many leads, by which seed."""

    start: datetime
    end: datetime
    leads: int
    seed: int
    step: timedelta = 10 * MINUTE

    def steps(self) -> Iterator[datetime]:
        """The ends of the steps, none of them exactly where a promise falls due."""
        at = self.start
        while at < self.end:
            by_night = not 5 <= at.hour < 23
            at += self.step * (6 if by_night or at.weekday() > 4 else 1)
            yield at + 7 * SECOND + timedelta(microseconds=421)


@dataclass
class Lived:
    """What the driver knows of a month that was lived through."""

    organisation: Organisation
    sweeps: list[datetime] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)


def live(month: Month, workers: Workers) -> Lived:
    """Found the organisation, and live through the month."""
    rng = random.Random(month.seed)
    with transaction.atomic():
        organisation = found(now=month.start, until=month.end, rng=rng)
    driver = _Driver(month, rng, organisation)
    lived = driver.lived
    before, began = month.start, time.monotonic()
    for now in month.steps():
        if now.date() != before.date():
            so_far = f"{lived.acts.total()} acts, {time.monotonic() - began:.0f} s"
            print(f"{type(workers).__name__} until {before:%d %b}: {so_far}", flush=True)
        driver.people(before, now - 2 * SECOND)
        if now.hour != before.hour:
            workers.absences(now - SECOND)
        workers.sweep(now)
        workers.climb(now)
        lived.sweeps.append(now)
        before = now
    return lived


class _Driver:
    """Who does what when."""

    def __init__(self, month: Month, rng: random.Random, organisation: Organisation) -> None:
        self.month, self.rng = month, rng
        self.lived = Lived(organisation)
        own = Calendar.objects.filter(user__isnull=False).select_related("current")
        self.own_hours = {one.user_id: Hours(one.current.content) for one in own if one.current}
        self.arrived = 0
        self.known: list[int] = []
        self.undos: list[tuple[datetime, int]] = []
        self.owed = {"leads": 0.0, "acts": 0.0}
        times = list(month.steps())
        self.all_weight = sum(_busy(at) for at in times)

    def people(self, since: datetime, until: datetime) -> None:
        """Everything that people do in one step, in the order of its instants."""
        share = _busy(until) / self.all_weight
        todo: list[tuple[datetime, str, int]] = []
        for what, many in (("leads", 1), ("acts", ACTS_PER_LEAD)):
            self.owed[what] += self.month.leads * many * share
            while self.owed[what] >= 1:
                self.owed[what] -= 1
                todo.append((self._instant(since, until), what, 0))
        while self.undos and self.undos[0][0] <= until:
            at, lead_id = heapq.heappop(self.undos)
            todo.append((max(at, since + SECOND), "undo", lead_id))
        for at, what, lead_id in sorted(todo):
            if what == "leads":
                self._lead_comes(at)
            elif what == "acts":
                self._somebody_acts(at)
            else:
                lead = Lead.objects.get(pk=lead_id)
                undone = take_back(Try(self.lived.organisation, self.rng, lead, at))
                self.lived.acts["undo"] += undone

    def _instant(self, since: datetime, until: datetime) -> datetime:
        span = int((until - since).total_seconds() * 1000)
        return since + timedelta(milliseconds=self.rng.randrange(1, span))

    def _lead_comes(self, at: datetime) -> None:
        """Most are new; some are a further act of somebody who is known."""
        rng = self.rng
        again = self.arrived and rng.random() < 0.04
        number = rng.randrange(self.arrived) if again else self.arrived
        self.arrived += not again
        packet = Packet(
            source="web form",
            email=f"kim{number}@brandt{number}.example",
            first_name="Kim",
            last_name="Brandt",
            company=f"Brandt {number} GmbH",
            country=rng.choice(COUNTRIES),
            employees=rng.choice([5, 60, 240, 900, None]),
            request=rng.choice(REQUESTS),
            title=rng.choice(TITLES),
            industry="manufacturing",
        )
        marketer = rng.choice(self.lived.organisation.marketers)
        captured = take_in(packet=packet, origin="form", marketer=marketer, actor=None, now=at)
        self.lived.acts["join" if captured.joined else "capture"] += 1
        if not captured.joined:
            self.known.append(captured.lead.pk)

    def _somebody_acts(self, at: datetime) -> None:
        """One act on a lead; now and then it is taken back soon after."""
        if not self.known:
            return
        place = self.rng.randrange(len(self.known))
        lead = Lead.objects.select_related("team").get(pk=self.known[place])
        if lead.stage not in OPEN_STAGES and self.rng.random() < 0.5:
            self.known[place] = self.known[-1]  # most of what has ended is not looked at again
            self.known.pop()
            return
        name = act(Try(self.lived.organisation, self.rng, lead, at))
        self.lived.acts[name or "refused"] += 1
        if name == "reopen":
            self.known.append(Lead.objects.latest("pk").pk)
        if name in UNDOABLE and self.rng.random() < 0.08:
            later = at + timedelta(seconds=self.rng.randint(20, 580))
            heapq.heappush(self.undos, (later, lead.pk))


def _busy(at: datetime) -> float:
    """How much happens at an instant, in comparison."""
    return 1.0 if at.weekday() < 5 and 6 <= at.hour < 22 else 0.08


def utc(text: str) -> datetime:
    """An instant written down."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

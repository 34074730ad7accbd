"""What was written of a month, read once and asked by instants: who held a lead, which pauses were
known, when a clock ran."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from leadbridge.outbox.models import Message
from leadbridge.people.models import Membership, Team
from leads.handoff.models import Custody, Event, Lead
from leads.handoff.pauses import Pause
from leads.handoff.stages import CLOSED_STAGES
from leads.work.models import Touch
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import Clock, ClockStep
from tests.sla.simulation.hours import Hours, Stretch


@dataclass(frozen=True)
class Run:
    """One clock, from the instant at which it began to run until the one at which it ended."""

    clock: Clock
    since: datetime
    until: datetime | None
    follows: "Clock | None"  # it goes on where an act that was undone had ended this one


class Story:
    """Everything that happened."""

    def __init__(self) -> None:
        self.leads = Lead.objects.in_bulk()
        self.events = Event.objects.in_bulk()
        self.of_lead = _by_lead(self.events[pk] for pk in sorted(self.events))
        self.custody = _by_lead(Custody.objects.order_by("pk"))
        self.pauses = _by_lead(Pause.objects.order_by("pk"))
        self.touches = {touch.event_id: touch for touch in Touch.objects.all()}
        self.clocks = list(Clock.objects.order_by("pk"))
        self.steps: dict[int, list[ClockStep]] = defaultdict(list)
        for step in ClockStep.objects.order_by("pk"):
            self.steps[step.clock_id].append(step)
        self.messages = list(Message.objects.order_by("pk"))
        versions = CalendarVersion.objects.in_bulk()
        self.hours = {pk: Hours(version.content) for pk, version in versions.items()}
        self.managers = dict(Team.objects.values_list("pk", "manager_id"))
        self.sales = set(Team.objects.filter(side="sales").values_list("pk", flat=True))
        self._told_by = _receivers_hours(self.hours)
        self._taken_back = dict(self._links_taken_back())

    def _links_taken_back(self) -> Iterator[tuple[int, datetime]]:
        """Links of custody that began with an act on a lead that had ended, and ended with its
        undo: nobody holds the lead then, as before the act."""
        for undo in self.events.values():
            if undo.action != "undo" or undo.to_stage not in CLOSED_STAGES:
                continue
            for link in self.custody[undo.lead_id]:
                if (link.since, link.until) == (self._undone_by(undo).at, undo.at):
                    yield link.pk, undo.at

    def runs(self) -> list[Run]:
        """All clocks in the order in which they were made."""
        ended: dict[tuple[int, str, int | None], list[Clock]] = defaultdict(list)
        for clock in self.clocks:
            ended[clock.lead_id, clock.kind, clock.ended_by_id].append(clock)
        return [self._run(clock, ended) for clock in self.clocks]

    def _run(self, clock: Clock, ended: Mapping[tuple[int, str, int | None], list[Clock]]) -> Run:
        began = self.events[clock.started_by_id]
        follows = None
        if began.action == "undo":
            same = ended[clock.lead_id, clock.kind, began.pk]
            # What the undone act itself had started is void as well, and nobody goes on with it.
            [follows] = [one for one in same if one.started_by_id != self._undone_by(began).pk]
        return Run(clock, began.at, self._end(clock), follows)

    def _end(self, clock: Clock) -> datetime | None:
        if clock.ended_by_id is None:
            return None
        ended = self.events[clock.ended_by_id]
        if clock.void_cause != "undone":
            return ended.at
        undone = self._undone_by(ended)
        return ended.at if clock.started_by_id == undone.pk else undone.at

    def _undone_by(self, undo: Event) -> Event:
        """The decision that was taken back."""
        of_lead = self.of_lead[undo.lead_id]
        before = [event for event in of_lead if event.pk < undo.pk]
        return [event for event in before if event.action == undo.data["undone"]][-1]

    def pause_changes(self, clock: Clock) -> list[datetime]:
        """When the pauses of a clock changed."""
        found = self._pauses_of(clock)
        return sorted({at for one in found for at in (one.made_at, one.ended_at) if at})

    def pauses_known(self, clock: Clock, at: datetime) -> list[Stretch]:
        """Its pauses, as they were known at an instant."""
        known = []
        for one in self._pauses_of(clock):
            ended = one.ended_at if one.ended_at and one.ended_at <= at else one.ends_at
            if one.made_at <= at and one.starts_at < ended:
                known.append((one.starts_at, ended))
        return known

    def _pauses_of(self, clock: Clock) -> list[Pause]:
        return [one for one in self.pauses[clock.lead_id] if clock.kind in one.kinds]

    def holder(self, lead_id: int, at: datetime) -> tuple[int | None, int]:
        """Person and team that held a lead just before an instant, or were its last. Who had it by
        an act after its end that was taken back was not its last."""
        links = [
            link for link in self.custody[lead_id]
            if link.since < at and self._taken_back.get(link.pk, at) >= at
        ]  # fmt: skip
        return links[-1].holder_id, links[-1].team_id

    def both_managers(self, lead_id: int, at: datetime) -> set[int]:
        """Who rules on a dispute: the managers of the team that said no, and of marketing's."""
        links = [link for link in self.custody[lead_id] if link.since < at]
        sales = [link.team_id for link in links if link.team_id in self.sales]
        return {self.managers[links[-1].team_id], self.managers[sales[-1]]}

    def moved_to(self, lead_id: int, at: datetime) -> Custody | None:
        """The link of custody that began at this very instant."""
        return next((one for one in self.custody[lead_id] if one.since == at), None)

    def marketer(self, lead_id: int, at: datetime) -> tuple[int, int]:
        """Who answered for a lead on marketing's side, and in which team."""
        first = self.custody[lead_id][0]
        entrusted = [
            (event.data["to"], event.data["team"]) for event in self.of_lead[lead_id]
            if event.action == "entrust" and event.at < at
        ]  # fmt: skip
        assert first.holder_id is not None
        return entrusted[-1] if entrusted else (first.holder_id, first.team_id)

    def stage(self, lead_id: int, at: datetime) -> str:
        """Where a lead stood just before an instant."""
        return [e.to_stage for e in self.of_lead[lead_id] if e.to_stage and e.at < at][-1]

    def submitted_at(self, lead_id: int, at: datetime) -> datetime:
        """When sales got the lead that it had at an instant."""
        given = [e.at for e in self.of_lead[lead_id] if e.action == "submit" and e.at < at]
        return given[-1]

    @property
    def hours_by_person(self) -> Mapping[int, Hours]:
        """Everybody who can be told something."""
        return self._told_by

    def works_at(self, user_id: int, at: datetime) -> datetime:
        """The next working instant of somebody who is to be told."""
        return self._told_by[user_id].next_working(at)

    def hours_of(self, user_id: int) -> Hours:
        """By which hours somebody is told."""
        return self._told_by[user_id]


def first_after(instants: Sequence[datetime], at: datetime) -> int:
    """The place of the first sweep that sees what is due at `at`: only what lies behind it."""
    place = bisect_left(instants, at)
    return place + (place < len(instants) and instants[place] == at)


class OfLead(Protocol):
    """A row that belongs to a lead."""

    @property
    def lead_id(self) -> int: ...


Row = TypeVar("Row", bound=OfLead)


def _by_lead(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.lead_id].append(row)
    return found


def _receivers_hours(hours: Mapping[int, Hours]) -> dict[int, Hours]:
    """Their own, else those of a team they are in, else of one they manage, else the house's."""
    rows = Calendar.objects.filter(current__isnull=False)
    own = {row.user_id: row.current_id for row in rows if row.user_id}
    of_team = {row.team_id: row.current_id for row in rows if row.team_id}
    [house] = [row.current_id for row in rows if row.organisation]
    teams = list(Team.objects.order_by("pk"))
    members = set(Membership.objects.values_list("team_id", "user_id"))
    told_by = {}
    for user_id in {pk for _, pk in members} | {team.manager_id for team in teams}:
        belongs = [
            of_team[team.pk]
            for team in teams
            if (team.pk, user_id) in members and team.pk in of_team
        ]
        leads = [
            of_team[team.pk] for team in teams if team.manager_id == user_id and team.pk in of_team
        ]
        version = own.get(user_id) or next(iter([*belongs, *leads]), house)
        assert version is not None
        told_by[user_id] = hours[version]
    return told_by

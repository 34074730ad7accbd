"""What happened to a lead, newest first: its events with all that is needed to tell of them in the
words people would use (`sentences`)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS
from leadbridge.people.models import Team, User
from leads.handoff.merging import absorbed_by
from leads.handoff.models import Event, Lead, Remark
from leads.handoff.reasons import Labels
from leads.handoff.stages import Stage


@dataclass(frozen=True)
class Item:
    """One entry. `kind` names a clock where the entry is about one: its name stands first;
    `points` are several answers, each with what was asked."""

    title: str
    when: str
    at: str
    detail: str = ""
    quote: str = ""
    tone: str = ""
    kind: str = ""
    points: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Telling:
    """What is needed to put one event into words."""

    lead: Lead
    event: Event
    words: Mapping[str, str]
    people: Mapping[int, str]
    teams: Mapping[int, str]
    labels: Labels
    zone: str
    now: datetime
    of: str = ""

    @property
    def who(self) -> str:
        """Who did it."""
        return str(self.event.actor) if self.event.actor else "LeadBridge"

    def person(self, key: str) -> str:
        """Somebody whom the event names by number."""
        return self.people.get(number(self.event.data.get(key)), "")

    @property
    def receiver(self) -> str:
        """The person or pool that the event gave the lead to."""
        holder = self.person("holder") or self.person("to")
        return holder or f"the pool of {self.teams.get(number(self.event.data.get('team')), '')}"


def tellings_of(lead: Lead, *, zone: str, now: datetime) -> list[Telling]:
    """All that happened, newest first, ready to be told; five queries at most, a few more for a
    lead into which others were joined and for somebody who came back: it tells the story of those
    leads too, each entry with its `of`."""
    events = list(_events_of([lead.pk]))
    others = [*absorbed_by(lead, events), *_earlier(lead)]
    leads = {lead.pk: lead} | {one.pk: one for one in others}
    if others:
        events = list(_events_of(leads))
    words: dict[int, dict[str, str]] = {}
    for remark in Remark.objects.filter(event__lead__in=leads).exclude(text=""):
        words.setdefault(remark.event_id, {})[remark.kind] = remark.text
    people = _names_in(events)
    teams = {team.pk: str(team) for team in Team.objects.all()}
    labels = Labels()
    return [
        Telling(
            leads[event.lead_id], event, words.get(event.pk, {}), people, teams, labels, zone, now,
            of="" if event.lead_id == lead.pk else f"L-{event.lead_id}",
        )
        for event in events
    ]  # fmt: skip


def _earlier(lead: Lead) -> list[Lead]:
    """The episodes of the person before this one."""
    if lead.episode == 1:
        return []
    before = Lead.objects.filter(person=lead.person_id, episode__lt=lead.episode)
    return list(before.exclude(stage=Stage.ERASED).select_related("person", "definition"))


def _events_of(lead_ids: Collection[int]) -> QuerySet[Event]:
    rows = Event.objects.filter(lead__in=lead_ids)
    return rows.select_related("actor", "touch", "pause").order_by("-at", "-pk")


def _names_in(events: list[Event]) -> dict[int, str]:
    numbers = {
        number(event.data.get(key)) for event in events for key in ("holder", "manager", "to")
    }
    return {user.pk: str(user) for user in User.objects.filter(pk__in=numbers)}


def number(value: object) -> int:
    """An id out of an event's data; 0 where there is none."""
    return value if isinstance(value, int) else 0


def when_of(telling: Telling) -> str:
    """When it happened, for whoever reads: "12 May 09:02"."""
    there = local(telling.event.at, telling.zone)
    return f"{there.day} {MONTHS[there.month - 1]} {there:%H:%M}"

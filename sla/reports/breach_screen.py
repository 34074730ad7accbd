"""What the lists of clocks show beside their rows: why each was missed and what was done."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.time import local
from leadbridge.people.access import Viewer, teams_led_by
from leadbridge.people.models import Side, Team, User
from leadbridge.people.queries import absent_ids
from sla.clocks.models import Clock
from sla.reports.asking import Asked
from sla.reports.breach_actions import answers_for
from sla.reports.breach_models import BreachEntry
from sla.reports.causes import CAUSES, cause_of
from sla.reports.links import page_url
from sla.reports.listing import length_of
from sla.reports.slices import Part, Slice, clocks_in

MOST_EXPLAINED = 2000


def with_cause(asked: Asked, cause: str) -> Asked:
    """What was asked, narrowed to a cause; one that is not known narrows nothing."""
    if cause not in CAUSES:
        return asked
    params = (*asked.params, ("cause", cause))
    return replace(asked, slice=replace(asked.slice, cause=cause), params=params)


def entries_of(clocks: Sequence[Clock]) -> dict[int, list[BreachEntry]]:
    """What was done about these clocks, in order; one query."""
    found: dict[int, list[BreachEntry]] = defaultdict(list)
    rows = BreachEntry.objects.filter(clock__in=[clock.pk for clock in clocks])
    for entry in rows.select_related("by", "to"):
        found[entry.clock_id].append(entry)
    return found


def entry_words(entry: BreachEntry, zone: str) -> str:
    """ "Max Lind nudged Sam Ek, 12 May, 09:40"; "Max Lind, 12 May, 09:40: the fair took us all"."""
    at = f"{local(entry.at, zone):%-d %b, %H:%M}"
    if entry.deed == BreachEntry.Deed.NUDGED:
        return f"{entry.by} nudged {entry.to}, {at}"
    return f"{entry.by}, {at}: {entry.note}"


def breach_row(
    clock: Clock, entries: Sequence[BreachEntry], viewer: Viewer, zone: str
) -> dict[str, object]:
    """What a row of a list says of a breach; `tick` where this person may act on it."""
    cause = getattr(clock, "cause", "")
    return {
        "cause": CAUSES.get(cause, ""),
        "entries": [entry_words(entry, zone) for entry in entries],
        "tick": clock.pk if cause and answers_for(viewer, clock) else None,
    }


def takers(user: User, now: datetime) -> list[tuple[str, str]]:
    """To whom this person may give leads from a list: those at work in the sales teams that they
    lead, and the pools of these."""
    teams = list(teams_led_by(user).filter(side=Side.SALES).order_by("name"))
    people = User.objects.filter(memberships__team__in=teams, is_active=True)
    here = people.exclude(pk__in=absent_ids(now)).order_by("first_name", "pk").distinct()
    return [(f"user-{one.pk}", str(one)) for one in here] + [
        (f"pool-{team.pk}", f"Pool of {team}") for team in teams
    ]


def taker_of(text: str) -> tuple[User | None, Team | None]:
    """The person or the team of a choice; DomainError `invalid` for anything else."""
    kind, _, number = text.partition("-")
    if number.isascii() and number.isdigit() and len(number) < 18:
        person = User.objects.filter(pk=number).first() if kind == "user" else None
        team = Team.objects.filter(pk=number).first() if kind == "pool" else None
        if person or team:
            return person, team
    raise DomainError("invalid", "Choose to whom.", field="to")


def cause_menu(asked: Asked, path: str, now: datetime) -> list[dict[str, object]]:
    """How many promises each cause explains; the counts add up to the whole list. Of more than can
    be looked into one by one while somebody waits, only which causes there are."""
    found = missed_by_cause(asked.slice, now=now)
    counts = found if found is None else {cause: f"{count:,}" for cause, count in found.items()}
    return _menu(asked, path, dict.fromkeys(CAUSES, "") if counts is None else counts)


def missed_by_cause(slice_: Slice, *, now: datetime) -> dict[str, int] | None:
    """How many missed promises of a slice each cause explains, whichever it is narrowed to; None
    where they are too many to be looked into one by one."""
    whole = replace(slice_, cause="")
    if length_of(whole, Part.MISSED, now=now) > MOST_EXPLAINED:
        return None
    counted = clocks_in(whole, Part.MISSED, now).annotate(cause=cause_of(now)).order_by()
    return dict(counted.values_list("cause").annotate(count=Count("pk")))


def _menu(asked: Asked, path: str, counts: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "count": counts[cause],
            "url": page_url(asked, path, cause="" if cause == asked.slice.cause else cause),
            "chosen": cause == asked.slice.cause,
        }
        for cause, label in CAUSES.items()
        if cause in counts
    ]

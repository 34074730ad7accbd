"""Three teams in two zones, forty people, their hours, holidays and absences, and an agreement that
is short enough that every kind of promise falls due within days."""

import copy
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

from django.apps import apps

import leads.migrations
from leadbridge.demo.organisation import Cast, found_organisation, hours, put_into_force
from leadbridge.kernel.errors import DomainError
from leadbridge.people.absence import record_absence
from leadbridge.people.founding import create_person
from leadbridge.people.models import Role, Team, User
from sla.agreement.models import AgreementVersion
from sla.agreement.starter import STARTER
from sla.agreement.targets import Agreement
from sla.calendars.actions import save_calendar

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
SELLERS = {"emea": 16, "americas": 12}
MARKETERS = 4
SHORT = {
    "triage": "4h", "accept": "4h", "first_touch": "8h", "next_step": "2bd", "decision": "3bd",
    "debrief": "2bd", "rework": "1bd", "review": "1bd", "answer": "6h", "ruling": "1bd",
    "status": "4h",
}  # fmt: skip
LIVELY = ("accept", "first_touch", "triage")  # of these tier 1 and 2 keep what is usual


@dataclass(frozen=True)
class Organisation:
    """Who is there."""

    cast: Cast
    people: dict[int, User]
    marketers: list[User]


def found(*, now: datetime, until: datetime, rng: random.Random) -> Organisation:
    """The people everybody knows, and as many more; all hours and absences of the time ahead."""
    _seed_reasons()
    cast = found_organisation(now=now - timedelta(days=3))
    _set_hours(cast, now)
    put_into_force(AgreementVersion, _agreement(), cast, now - timedelta(days=2))
    for team, size in ((cast.emea, SELLERS["emea"]), (cast.americas, SELLERS["americas"])):
        for number in range(size):
            zone = BERLIN if team == cast.emea else NEW_YORK
            _person(f"{team.slug}{number}", Role.SELLER, zone, team)
    for number in range(MARKETERS):
        _person(f"marketer{number}", Role.MARKETER, BERLIN, cast.marketing)
    people = {user.pk: user for user in User.objects.order_by("pk")}
    assert len(people) == 40
    _set_own_hours({user.username: user for user in people.values()}, now)
    _plan_absences(list(people.values()), now, until, rng)
    marketers = [user for user in people.values() if user.role == Role.MARKETER]
    return Organisation(cast, people, marketers)


def _seed_reasons() -> None:
    """The reasons that a migration wrote, which an emptied database has no more."""
    [path] = Path(leads.migrations.__path__[0]).glob("*_reasons_and_disputes.py")
    import_module(f"leads.migrations.{path.stem}").seed(apps, None)


def _person(name: str, role: str, zone: str, team: Team) -> User:
    return create_person(
        actor=None, username=name, first_name=name.title(), last_name="Example", role=role,
        email=f"{name}@example.com", time_zone=zone, team=team,
    )  # fmt: skip


def _agreement() -> dict[str, object]:
    content = copy.deepcopy(STARTER)
    content["defaults"] = SHORT
    exceptions = content["exceptions"]
    assert isinstance(exceptions, list)
    content["exceptions"] = [one for one in exceptions if one["kind"] in LIVELY]
    content["attempts"] = {"1": {"on": ["1bd", "2bd", "3bd"], "channels": 2, "days": 2}}
    return Agreement.from_content(content).content()


def _set_hours(cast: Cast, now: datetime) -> None:
    """Good Friday and Easter Monday in Berlin; in New York half a day and a closure instead."""
    berlin = {
        **hours(BERLIN, "09:00", "17:30", {}),
        "public": {"country": "DE"},
        "closures": {"2027-03-16": "Move to the new house"},
    }
    new_york = {
        **hours(NEW_YORK, "09:00", "17:00", {}),
        "public": {"country": "US"},
        "closures": {"2027-03-30": "Founders' day"},
        "overrides": {"2027-03-26": [["09:00", "12:00"]]},
    }
    save_calendar(name="Organisation", content=berlin, now=now, organisation=True)
    save_calendar(name="Team EMEA", content=berlin, now=now, team=cast.emea)
    save_calendar(name="Team Americas", content=new_york, now=now, team=cast.americas)


def _set_own_hours(people: dict[str, User], now: datetime) -> None:
    """Part time, split days, nights and weekends: over the night of a change of clocks, too."""
    halves = {"mon": [["08:00", "12:00"]], "wed": [["08:00", "12:00"], ["13:30", "18:00"]]}
    nights = {day: [["00:00", "03:30"], ["22:00", "24:00"]] for day in ("fri", "sat", "sun", "mon")}
    split = {day: [["07:00", "11:15"], ["14:00", "19:45"]] for day in ("mon", "tue", "thu", "fri")}
    rest = {
        "sat": [["10:00", "16:00"]],
        "sun": [["01:00", "09:00"]],
        "tue": [["09:00", "17:00"]],
    }
    own = {
        "sam": (BERLIN, halves), "emea3": (BERLIN, nights), "emea7": (BERLIN, split),
        "nora": (NEW_YORK, split), "americas4": (NEW_YORK, nights), "americas5": (NEW_YORK, rest),
        "max": (BERLIN, split), "marketer1": (NEW_YORK, split),
    }  # fmt: skip
    for name, (zone, weekly) in own.items():
        content = {"timezone": zone, "weekly": weekly, "holidays": {"2027-04-06": "Own day"}}
        save_calendar(name=name, content=content, now=now, user=people[name])


def _plan_absences(people: list[User], now: datetime, until: datetime, rng: random.Random) -> None:
    """A third of them are away for some days, most with a cover; a refused one is not planned."""
    span = (until - now).total_seconds()
    for _ in range(16):
        away = rng.choice(people[:-2])
        starts_at = now + timedelta(seconds=rng.randrange(int(span)))
        cover = rng.choice([None, *people])
        try:
            record_absence(
                user=away, actor=away, now=now, starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=rng.randint(5, 140)), cover=cover,
            )  # fmt: skip
        except DomainError:
            continue

"""Two sides, three teams in two zones, hours, a signed definition and a signed agreement."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction

from leadbridge.demo import PASSWORD
from leadbridge.kernel.documents import VersionedDocument, content_hash
from leadbridge.people.models import Membership, Role, Side, Team, User
from leads.definition import starter as definition_starter
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.intake.models import Form
from leads.routing.models import RoutingVersion
from leads.routing.ruleset import RuleSet
from sla.agreement import starter as agreement_starter
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement
from sla.calendars.actions import save_calendar

Document = TypeVar("Document", bound=VersionedDocument)

# username, first name, last name, role, zone
PEOPLE = (
    ("mia", "Mia", "Lindqvist", Role.MARKETER, "Europe/Berlin"),
    ("ana", "Ana", "Costa", Role.MARKETING_HEAD, "Europe/Berlin"),
    ("sam", "Sam", "Okafor", Role.SELLER, "Europe/Berlin"),
    ("dora", "Dora", "Novak", Role.SELLER, "Europe/Berlin"),
    ("max", "Max", "Lind", Role.SALES_HEAD, "Europe/Berlin"),
    ("nora", "Nora", "Reyes", Role.SELLER, "America/New_York"),
    ("lena", "Lena", "Brooks", Role.SELLER, "America/New_York"),
    ("olu", "Olu", "Adeyemi", Role.ADMINISTRATOR, "Europe/Berlin"),
)
WHAT_THEY_ARE = {
    "mia": "marketer",
    "ana": "head of marketing",
    "sam": "seller, team EMEA",
    "dora": "seller, team EMEA",
    "max": "head of sales, manages EMEA",
    "nora": "seller, team Americas",
    "olu": "administrator",
}
AMERICAS = ["US", "CA", "MX", "BR", "AR", "CL", "CO", "PE"]
ROUTING = {
    "rules": [
        {
            "name": "North and South America",
            "conditions": [{"field": "country", "operator": "one_of", "value": AMERICAS}],
            "team": "americas",
        },
        {
            "name": "Everywhere else",
            "conditions": [{"field": "country", "operator": "known"}],
            "team": "emea",
        },
    ],
}
CONSENT = (
    "You may contact me about this request by e-mail or phone. I can withdraw this at any time."
)


def hours(zone: str, opens: str, closes: str, holidays: dict[str, str]) -> dict[str, object]:
    """Monday to Friday from one time to another."""
    week = {day: [[opens, closes]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return {"timezone": zone, "weekly": week, "holidays": holidays}


@dataclass(frozen=True)
class Cast:
    """The people everybody knows, and their teams."""

    mia: User
    ana: User
    sam: User
    dora: User
    max: User
    nora: User
    lena: User
    olu: User
    marketing: Team
    emea: Team
    americas: Team


def found_organisation(
    *, now: datetime, password: str = PASSWORD, per_month: int | None = None
) -> Cast:
    """Make people, teams, hours, documents, routing and a form; all at once or not at all. So many
    leads a month are promised by marketing; None promises no number."""
    with transaction.atomic():
        secret = make_password(password)
        people = {
            name: User.objects.create(
                username=name, first_name=first, last_name=last, role=role, time_zone=zone,
                email=f"{name}@example.com", password=secret,
            )
            for name, first, last, role, zone in PEOPLE
        }  # fmt: skip
        marketing = _team("Marketing", Side.MARKETING, people["ana"], people["mia"], people["ana"])
        emea = _team("EMEA", Side.SALES, people["max"], people["sam"], people["dora"])
        americas = _team("Americas", Side.SALES, people["lena"], people["nora"], people["lena"])
        Team.objects.filter(pk=emea.pk).update(takes_unrouted=True)
        cast = Cast(**people, marketing=marketing, emea=emea, americas=americas)
        _set_hours(cast, now)
        _sign_documents(cast, now, per_month)
        _place(cast, now - timedelta(days=400))
    return cast


def _team(name: str, side: Side, manager: User, *members: User) -> Team:
    team = Team.objects.create(name=name, slug=name.lower(), side=side, manager=manager)
    Membership.objects.bulk_create(Membership(team=team, user=user) for user in members)
    return team


def _set_hours(cast: Cast, now: datetime) -> None:
    berlin = {**hours("Europe/Berlin", "09:00", "17:30", {}), "public": {"country": "DE"}}
    new_york = {**hours("America/New_York", "09:00", "17:00", {}), "public": {"country": "US"}}
    save_calendar(name="Organisation", content=berlin, now=now, organisation=True)
    save_calendar(name="Team EMEA", content=berlin, now=now, team=cast.emea)
    save_calendar(name="Team Americas", content=new_york, now=now, team=cast.americas)


def _sign_documents(cast: Cast, now: datetime, per_month: int | None) -> None:
    in_force = now - timedelta(days=400)
    definition = Definition.from_content(definition_starter.STARTER).content()
    volume = {"measure": "leads", "per_month": per_month} if per_month else None
    starter = {**agreement_starter.STARTER, "marketing": {"volume": volume}}
    agreement = Agreement.from_content(starter).content()
    put_into_force(DefinitionVersion, definition, cast, in_force)
    put_into_force(AgreementVersion, agreement, cast, in_force)


def put_into_force(
    model: type[Document], content: dict[str, object], cast: Cast, at: datetime
) -> Document:
    """A version that both heads signed, in force since `at`; one before it is retired."""
    manager = model._default_manager
    manager.filter(state="active").update(state="retired", retired_at=at)
    number = manager.count() + 1
    signed = content_hash(content)
    return manager.create(
        version=number, state="active", content=content, content_hash=signed,
        proposed_by=cast.ana, proposed_at=at, effective_from=at,
        marketing_signed_by=cast.ana, marketing_signed_at=at, marketing_signed_hash=signed,
        sales_signed_by=cast.max, sales_signed_at=at, sales_signed_hash=signed,
    )  # fmt: skip


def _place(cast: Cast, now: datetime) -> None:
    RoutingVersion.objects.create(
        version=1,
        state=RoutingVersion.State.PUBLISHED,
        content=RuleSet.from_content(ROUTING).content(),
        note="The first rules: by continent.",
        drafted_by=cast.max,
        drafted_at=now,
        published_by=cast.max,
        published_at=now,
    )
    Form.objects.create(
        slug="demo",
        title="Talk to us",
        intro="Tell us what you are looking for. Somebody who knows your field will call you.",
        thanks="Thank you. Your request is with the person who will call you.",
        marketer=cast.mia,
        source="web form",
        campaign="Spring launch",
        consent_text=CONSENT,
    )


def find_cast() -> Cast | None:
    """The people of the demo where they are there, None in an organisation of one's own."""
    people = {
        user.username: user for user in User.objects.filter(username__in=[p[0] for p in PEOPLE])
    }
    teams = {
        team.slug: team for team in Team.objects.filter(slug__in=["marketing", "emea", "americas"])
    }
    if len(people) < len(PEOPLE) or len(teams) < 3:
        return None
    return Cast(
        **people, marketing=teams["marketing"], emea=teams["emea"], americas=teams["americas"]
    )

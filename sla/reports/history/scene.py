"""The people, hours and targets of a past: what its leads and clocks refer to.

The people of a past cannot sign in, and its calendar and agreement are never in force.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils.text import slugify

from leadbridge.kernel.documents import content_hash
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Membership, Role, Side, Team, User
from leads.campaigns.attribution import attribution
from leads.campaigns.words import Attribution
from sla.agreement.models import AgreementVersion
from sla.agreement.queries import agreement_version
from sla.calendars.actions import save_calendar
from sla.calendars.models import CalendarVersion
from sla.calendars.queries import Hours, calendar_of
from sla.clocks.terms import PastTerms
from sla.reports.history.mapping import Mapping

NOBODY_KNOWN = "unknown"


@dataclass
class Scene:
    """What living a past through needs. `people` grows as names come up in the file."""

    terms: PastTerms
    team: Team
    marketing: Team
    marketer: User
    counts: Attribution = field(default_factory=attribution)
    people: dict[str, User] = field(default_factory=dict)

    def holder(self, name: str) -> User:
        """The person of that name, made when first met."""
        if name not in self.people:
            self.people[name] = _person(
                f"history/{self.team.pk}/{name}", name, Role.SELLER, self.team
            )
        return self.people[name]

    def forget_people(self) -> None:
        """After a step back in the database: whoever was made since then is gone again."""
        self.people.clear()


def set_scene(name: str, mapping: Mapping, *, now: datetime) -> Scene:
    """Make, or find again, what the past of a file of this name refers to. In a transaction.

    DomainError `no_manager` where nobody could answer for the past's leads.
    """
    title = f"History: {name}"[:80]
    team = _team(title, Side.SALES, Role.SALES_HEAD)
    marketing = _team("History (marketing)", Side.MARKETING, Role.MARKETING_HEAD)
    marketer = _person("history", "History", Role.MARKETER, marketing)
    version_id = _calendar_version(title, mapping, now)
    agreement = agreement_version(_agreement_version(title, mapping, now))
    terms = PastTerms(agreement, Hours(version_id, title, calendar_of(version_id)))
    return Scene(terms, team, marketing, marketer)


def _team(name: str, side: Side, head: Role) -> Team:
    slug = slugify(name)[:80] or "history"
    found = Team.objects.filter(name=name).first()
    if found is not None:
        return found
    people = User.objects.filter(is_active=True).order_by("pk")
    manager = people.filter(role=head).first() or people.filter(role=Role.ADMINISTRATOR).first()
    if manager is None:
        raise DomainError(
            "no_manager",
            f"Nobody can answer for the team “{name}”: make a head of {side} or an administrator.",
        )
    taken = set(Team.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    slug = next(
        s for s in (slug, *(f"{slug[:74]}-{n}" for n in range(2, 10_000))) if s not in taken
    )
    return Team.objects.create(name=name, slug=slug, side=side, manager=manager)


def _person(username: str, name: str, role: Role, team: Team) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, first_name=name, role=role, is_active=False)
        user.set_unusable_password()
        user.save()
    Membership.objects.get_or_create(user=user, team=team)
    return user


def _calendar_version(name: str, mapping: Mapping, now: datetime) -> int:
    known = CalendarVersion.objects.filter(
        calendar__name=name,
        calendar__user=None,
        calendar__team=None,
        calendar__organisation=False,
        content=mapping.calendar,
    )
    found = known.values_list("pk", flat=True).first()
    if found is None:
        calendar = save_calendar(name=name, content=mapping.calendar, now=now)
        assert calendar.current is not None, "a saved calendar has a version"
        found = calendar.current.pk
    return found


def _agreement_version(note: str, mapping: Mapping, now: datetime) -> int:
    content = mapping.agreement.content()
    signed = content_hash(content)
    retired = AgreementVersion.objects.filter(state="retired", note=note, content_hash=signed)
    found = retired.values_list("pk", flat=True).first()
    if found is None:
        last = AgreementVersion.objects.aggregate(last=Max("version"))["last"] or 0
        found = AgreementVersion.objects.create(
            version=last + 1, state="retired", content=content, content_hash=signed,
            note=note, retired_at=now,
        ).pk  # fmt: skip
    return found

"""What the pages about people ask. Refusals of the domain come back to their field."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.db.models import Q

from leadbridge.kernel.forms import PlainForm
from leadbridge.people import founding
from leadbridge.people.absence import record_absence
from leadbridge.people.models import MARKETING_ROLES, SALES_ROLES, Absence, Role, Side, Team, User
from leads.handoff.leavers import change_role, default_successor


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """A day, with the browser's own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=help_text)


def text_field(label: str, longest: int, **more: Any) -> forms.CharField:
    """One line of text."""
    return forms.CharField(label=label, max_length=longest, **more)


def choice(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    """Give a declared choice field what there is to choose from."""
    assert isinstance(field, forms.ChoiceField), "declared so"
    field.choices = choices


def people_choices(people: Any) -> list[tuple[str, str]]:
    """People by user name."""
    return [(user.username, str(user)) for user in people.order_by("first_name", "username")]


def of_side(side: str) -> Q:
    """People who are here and work on that side."""
    roles = MARKETING_ROLES if side == Side.MARKETING else SALES_ROLES
    return Q(is_active=True, role__in=sorted(roles))


def colleagues(user: User) -> Any:
    """Who could stand in for somebody: everybody else of their side."""
    side = Side.MARKETING if user.is_marketing else Side.SALES
    here = Q(is_active=True, role=Role.ADMINISTRATOR) if user.is_administrator else of_side(side)
    return User.objects.filter(here).exclude(pk=user.pk)


ZONES = sorted(zone for zone in available_timezones() if "/" in zone)


def zone_field() -> forms.ChoiceField:
    """The zone in which they read times."""
    choices = [("", f"As the organisation ({settings.TIME_ZONE})"), *((z, z) for z in ZONES)]
    return forms.ChoiceField(label="Time zone", choices=choices, required=False)


class AwayForm(PlainForm):
    """From which day on, until when, and who stands in."""

    starts_at = day_field("First day away")
    ends_at = day_field("Back on", "The first day at work again.")
    cover = forms.ChoiceField(
        label="Who stands in",
        required=False,
        help_text="They take over what is open. With nobody, the team takes turns.",
    )

    def __init__(self, data: Any = None, *, user: User, now: datetime) -> None:
        super().__init__(data)
        self.user, self.now = user, now
        self.zone = ZoneInfo(user.time_zone or settings.TIME_ZONE)
        self.fields["starts_at"].initial = now.astimezone(self.zone).date()
        choice(self.fields["cover"], [("", "Nobody"), *people_choices(colleagues(user))])

    def save(self, *, actor: User) -> Absence:
        """Tell the absence. One that begins today begins now."""
        given = self.cleaned_data
        today = self.now.astimezone(self.zone).date()
        starts = self.now if given["starts_at"] == today else self._begin(given["starts_at"])
        return record_absence(
            user=self.user,
            actor=actor,
            now=self.now,
            starts_at=starts,
            ends_at=self._begin(given["ends_at"]),
            cover=User.objects.get(username=given["cover"]) if given["cover"] else None,
        )

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


class FactsForm(PlainForm):
    """Who somebody is."""

    first_name = text_field("First name", 150)
    last_name = text_field("Last name", 150, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    time_zone = zone_field()


class PersonForm(FactsForm):
    """Somebody new."""

    username = text_field("User name", 150, help_text="To sign in with; it cannot be changed.")
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.SELLER)
    team = forms.ChoiceField(label="Team", required=False)
    field_order = ("username", "first_name", "last_name", "email", "role", "team", "time_zone")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        teams = [(team.slug, str(team)) for team in Team.objects.all()]
        choice(self.fields["team"], [("", "None yet"), *teams])

    def save(self, *, actor: User) -> User:
        """Make them."""
        given = {**self.cleaned_data}
        team = Team.objects.get(slug=given.pop("team")) if given["team"] else given.pop("team")
        return founding.create_person(actor=actor, team=team or None, **given)


class EditForm(FactsForm):
    """Facts of somebody, and for administrators their role."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)

    def __init__(self, data: Any = None, *, user: User, with_role: bool) -> None:
        super().__init__(data)
        self.user = user
        for name in self.fields:
            self.fields[name].initial = getattr(user, name)
        if not with_role:
            del self.fields["role"]

    def save(self, *, actor: User) -> User:
        """Write the facts; the role last, because it may be refused."""
        given = {**self.cleaned_data}
        role = given.pop("role", self.user.role)
        if role != self.user.role:
            self.user = change_role(actor=actor, user=self.user, role=role)
        return founding.change_facts(actor=actor, user=self.user, **given)


class TeamForm(PlainForm):
    """A new team."""

    name = text_field("Name", 80)
    side = forms.ChoiceField(label="Side", choices=Side.choices, initial=Side.SALES)
    manager = forms.ChoiceField(label="Manager", help_text="Answers for the team and its pool.")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        people = User.objects.filter(is_active=True).exclude(role=Role.ADMINISTRATOR)
        choice(self.fields["manager"], [("", "Choose one"), *people_choices(people)])

    def save(self, *, actor: User) -> Team:
        """Make it."""
        manager = User.objects.get(username=self.cleaned_data["manager"])
        name, side = self.cleaned_data["name"], self.cleaned_data["side"]
        return founding.create_team(actor=actor, name=name, side=side, manager=manager)


class ManagerForm(PlainForm):
    """Who leads a team."""

    manager = forms.ChoiceField(label="Manager")

    def __init__(self, data: Any = None, *, team: Team) -> None:
        super().__init__(data)
        self.team = team
        self.fields["manager"].initial = team.manager.username
        choice(self.fields["manager"], people_choices(User.objects.filter(of_side(team.side))))

    def save(self, *, actor: User) -> str:
        """Set the manager."""
        manager = User.objects.get(username=self.cleaned_data["manager"])
        founding.set_manager(actor=actor, team=self.team, manager=manager)
        return f"{manager} manages {self.team} now."


class MemberForm(PlainForm):
    """Somebody joins a team."""

    user = forms.ChoiceField(label="Add somebody")

    def __init__(self, data: Any = None, *, team: Team) -> None:
        super().__init__(data)
        self.team = team
        others = User.objects.filter(of_side(team.side)).exclude(memberships__team=team)
        choice(self.fields["user"], [("", "Choose one"), *people_choices(others)])

    def save(self, *, actor: User) -> str:
        """Add them."""
        user = User.objects.get(username=self.cleaned_data["user"])
        founding.add_member(actor=actor, team=self.team, user=user)
        return f"{user} is in {self.team} now."


class LeaveForm(PlainForm):
    """Who takes over on marketing's side, where the leaver works there."""

    successor = forms.ChoiceField(label="Who takes over on marketing's side")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        if not user.is_marketing:
            del self.fields["successor"]
            return
        default = default_successor(user)
        self.fields["successor"].initial = default.username if default else ""
        choice(self.fields["successor"], people_choices(colleagues(user)))

    @property
    def named(self) -> User | None:
        """The successor that was chosen."""
        name = self.cleaned_data.get("successor")
        return User.objects.get(username=name) if name else None

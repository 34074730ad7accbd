"""Writing calendars: a new version for every edit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.access import HourSetter
from leadbridge.people.models import Team, User
from sla.calendars.arithmetic import BusinessCalendar, require_working_time
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.public import extended, write_out
from sla.calendars.queries import may_edit

LONGEST_NAME = 100


@dataclass(frozen=True)
class Owner:
    """Whose hours: a person's, a team's, or (neither) those of the organisation."""

    person: User | None = None
    team: Team | None = None

    @property
    def name(self) -> str:
        """How their calendar is called unless somebody says otherwise."""
        if self.person is not None:
            return str(self.person)
        return f"Team {self.team}" if self.team else "Organisation"

    def may_be_set_by(self, setter: HourSetter) -> bool:
        """May this person say when the owner works?"""
        return setter.may(
            person_id=self.person.pk if self.person else None,
            team_id=self.team.pk if self.team else None,
        )


def save_calendar(
    *,
    name: str,
    content: Mapping[str, object],
    now: datetime,
    user: User | None = None,
    team: Team | None = None,
    organisation: bool = False,
) -> Calendar:
    """Make or renew the calendar of its owner; unchanged content makes no version.

    DomainError (`invalid_schedule`, `invalid_timezone`, …) for content that is no calendar. One
    without an owner (user, team, organisation) stands by itself, such as that of a past.
    """
    clean = working_content(content, now=now)
    with transaction.atomic():
        calendar = None
        if user or team or organisation:
            calendar = (
                Calendar.objects.select_for_update(of=("self",))
                .filter(user=user, team=team, organisation=organisation)
                .select_related("current")
                .first()
            )
        calendar = calendar or Calendar.objects.create(
            name=name, user=user, team=team, organisation=organisation
        )
        _renew(calendar, name=name, clean=clean, actor=None, now=now)
    return calendar


def create_calendar(
    *, owner: Owner, name: str, content: Mapping[str, object], actor: User, now: datetime
) -> Calendar:
    """The first calendar of a person, a team or the organisation.

    DomainError `forbidden` (403), `calendar_exists` (409), and those of `working_content`.
    """
    if not owner.may_be_set_by(HourSetter(actor)):
        raise forbidden(owner.name)
    clean = working_content(content, now=now)
    name = clean_name(name or owner.name)
    whole = owner.person is None and owner.team is None
    try:
        with transaction.atomic():
            calendar = Calendar.objects.create(
                name=name, user=owner.person, team=owner.team, organisation=whole
            )
            _renew(calendar, name=name, clean=clean, actor=actor, now=now)
    except IntegrityError:
        raise DomainError(
            "calendar_exists",
            f"{owner.name}: there is a calendar already. Edit that one.",
            status=409,
        ) from None
    return calendar


def edit_calendar(
    *,
    calendar_id: int,
    base: int | None,
    name: str,
    content: Mapping[str, object],
    actor: User,
    now: datetime,
) -> Calendar:
    """Renew a calendar; unchanged content makes no version.

    `base` is the number of the version that the edit was made from: DomainError `calendar_changed`
    (409) where somebody saved another since. None: whatever stands is replaced. DomainError
    `not_found`, `forbidden` (403), and those of `working_content`.
    """
    clean = working_content(content, now=now)
    name = clean_name(name)
    with transaction.atomic():
        calendar = lock_calendar(calendar_id)
        if not may_edit(HourSetter(actor), calendar):
            raise forbidden(calendar.name)
        stands = calendar.current.number if calendar.current else 0
        if base is not None and base != stands:
            raise DomainError(
                "calendar_changed",
                f"Somebody saved version {stands} of this calendar while you were editing version "
                f"{base}. Look at it and make your change again.",
                status=409,
                data={"version": stands},
            )
        _renew(calendar, name=name, clean=clean, actor=actor, now=now)
    return calendar


def extend_years(*, now: datetime) -> int:
    """Write out the public holidays of years that came into view; how many calendars were renewed.

    Each renewal only adds dates beyond those written out before, so no running clock in the years
    covered would move: clocks keep their version, and new ones start under the longer one.
    """
    renewed = 0
    for calendar_id in Calendar.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            calendar = lock_calendar(calendar_id)
            longer = extended(calendar.current.content, now=now) if calendar.current else None
            if longer is not None:
                _renew(calendar, name=calendar.name, clean=longer, actor=None, now=now)
                renewed += 1
    return renewed


def lock_calendar(calendar_id: int) -> Calendar:
    """The calendar, locked for this transaction and read afresh."""
    calendar = (
        Calendar.objects.select_for_update(no_key=True, of=("self",))
        .select_related("current", "team", "user")
        .filter(pk=calendar_id)
        .first()
    )
    if calendar is None:
        raise DomainError("not_found", f"There is no calendar {calendar_id}.", status=404)
    return calendar


def working_content(content: object, *, now: datetime) -> dict[str, object]:
    """The content as a version keeps it: in its normal form, public holidays as dates.

    DomainError `invalid_schedule`, `invalid_timezone`, or `no_working_time` where it never opens.
    """
    clean = write_out(content, now=now)
    require_working_time(BusinessCalendar.from_content(clean))
    return clean


def clean_name(name: object) -> str:
    """The name of a calendar; DomainError `invalid` on the field `name` for what is none."""
    try:
        clean = clean_text(name, longest=LONGEST_NAME)
    except Refused as refusal:
        raise DomainError("invalid", f"name: {refusal}", field="name") from None
    if not clean:
        raise DomainError("invalid", "name: Give the calendar a name.", field="name")
    return clean


def forbidden(whose: str) -> DomainError:
    """The refusal to set hours of somebody one does not lead."""
    return DomainError(
        "forbidden",
        f"{whose}: only administrators, whoever leads them, and a person for themselves set hours.",
        status=403,
    )


def _renew(
    calendar: Calendar, *, name: str, clean: dict[str, object], actor: User | None, now: datetime
) -> None:
    """The calendar, locked or just made, gets its next version where the content is new."""
    if calendar.current is None or calendar.current.content != clean:
        number = calendar.current.number + 1 if calendar.current else 1
        calendar.current = CalendarVersion.objects.create(
            calendar=calendar, number=number, content=clean, created_at=now, made_by=actor
        )
    calendar.name = name
    calendar.save(update_fields=["name", "current"])

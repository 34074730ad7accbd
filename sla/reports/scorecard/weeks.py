"""The weeks of a scorecard, and what was agreed anew in them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from leadbridge.kernel.documents import VersionedDocument
from leads.definition.models import DefinitionVersion
from sla.agreement.models import AgreementVersion
from sla.calendars.models import CalendarVersion
from sla.reports.slices import Slice

WEEKS = 12
_IN_FORCE = ("active", "retired")


@dataclass(frozen=True)
class Week:
    """A week as far as it lies within the period; `monday` is the key that breakdowns give it."""

    monday: date
    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """As `By.WEEK` names it."""
        return self.monday.isoformat()

    def within(self, slice_: Slice) -> Slice:
        """What of a slice lies in this week."""
        return replace(slice_, start=self.start, end=self.end)


def monday_of(at: datetime) -> date:
    """The Monday of its week, where the organisation is."""
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return day - timedelta(days=day.weekday())


def first_monday(now: datetime) -> date:
    """Where the usual twelve weeks begin; the one that runs is the last."""
    return monday_of(now) - timedelta(weeks=WEEKS - 1)


def weeks_of(start: datetime, end: datetime) -> list[Week]:
    """The weeks of a period, oldest first; the first and the last may be cut."""
    return list(_weeks(start, end))


def _weeks(start: datetime, end: datetime) -> Iterator[Week]:
    monday = monday_of(start)
    while (begins := begin_of(monday)) < end:
        following = monday + timedelta(weeks=1)
        yield Week(monday, max(begins, start), min(begin_of(following), end))
        monday = following


def begin_of(day: date) -> datetime:
    """The first instant of a day, where the organisation is."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))


@dataclass(frozen=True)
class Change:
    """Something that came into force: “agreement v3”."""

    at: datetime
    words: str
    url: str


def changes_between(start: datetime, end: datetime) -> list[Change]:
    """Versions of the definition and the agreement that came into force, and of hours that somebody
    changed, oldest first."""
    found = [
        *_changes(DefinitionVersion, "definition", start, end),
        *_changes(AgreementVersion, "agreement", start, end),
        *_hours(start, end),
    ]
    return sorted(found, key=lambda change: (change.at, change.words))


def _changes(
    model: type[VersionedDocument], name: str, start: datetime, end: datetime
) -> Iterator[Change]:
    rows = model._default_manager.filter(
        state__in=_IN_FORCE, effective_from__gte=start, effective_from__lt=end
    )
    for version, at in rows.values_list("version", "effective_from"):
        assert at is not None, "the filter asks for it"
        yield Change(at, f"{name} v{version}", f"/{name}/v{version}/")


def _hours(start: datetime, end: datetime) -> Iterator[Change]:
    """Hours of a team or of all that somebody edited; a further year written out changes none."""
    rows = CalendarVersion.objects.filter(
        created_at__gte=start, created_at__lt=end, number__gt=1, made_by__isnull=False,
        calendar__user=None,
    )  # fmt: skip
    for at, number, calendar, name in rows.values_list(
        "created_at", "number", "calendar_id", "calendar__name"
    ):
        yield Change(at, f"hours of {name} v{number}", f"/calendars/{calendar}/")

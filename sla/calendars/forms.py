"""The form of a calendar: what people type, kept as they typed it, and the content it means."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.words import MONTHS, WEEKDAYS
from sla.calendars.actions import LONGEST_NAME, clean_name, working_content
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.content import WEEKDAYS as DAYS
from sla.calendars.content import Holiday, read_blocks, zone_of
from sla.calendars.public import (
    AHEAD,
    BEHIND,
    countries,
    country_choices,
    public_holidays,
    regions,
)
from sla.calendars.typed import (
    read_closures,
    read_hours,
    read_special_days,
    write_closures,
    write_hours,
    write_special_days,
)

Read = TypeVar("Read")

LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OFFICE = {day: "09:00–17:00" if day in DAYS[:5] else "closed" for day in DAYS}
# Where the domain names a place in the content, this is the field in which it was typed.
FIELDS = {"timezone": "timezone", "closures": "closures", "overrides": "overrides", "name": "name",
          "public.country": "country", "public.subdivision": "subdivision",
          "public.off": "country", "calendar": "mon"}  # fmt: skip


class CalendarForm(forms.Form):
    """Hours, zone, public holidays and own dates; valid when it is a calendar that opens."""

    name = forms.CharField(max_length=LONGEST_NAME)
    timezone = forms.CharField(
        label="Time zone", max_length=64, help_text="A city of that zone, as Europe/Berlin."
    )
    country = forms.ChoiceField(label="Public holidays of", required=False)
    subdivision = forms.ChoiceField(label="Region", required=False)
    closures = forms.CharField(
        label="Own closures", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A date or a stretch a line, with a name: "
        "2026-12-28 to 2026-12-31 Company holiday.",
    )  # fmt: skip
    overrides = forms.CharField(
        label="Days with other hours", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A date a line with its hours and a name: 2026-12-24 09:00–12:00 Christmas Eve. "
        "A public holiday stays a holiday unless it is ticked as worked above.",
    )  # fmt: skip
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, now: datetime, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.now = now
        self.content: dict[str, object] = {}
        self.fields["timezone"].widget.attrs["list"] = "zones"
        for day, label in zip(DAYS, LONG_DAYS, strict=True):
            self.fields[day] = forms.CharField(label=label, required=False, max_length=400)
        self._offer_places()

    def _offer_places(self) -> None:
        """The countries, the regions of the chosen one, and its holidays."""
        self.chosen_country = str(self["country"].value() or "")
        places = (
            ("country", country_choices(), "No public holidays"),
            ("subdivision", list(regions(self.chosen_country)), "The whole country"),
        )
        for name, choices, none in places:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", none), *choices]
        region = str(self["subdivision"].value() or "")
        self.chosen_region = region if region in dict(regions(self.chosen_country)) else ""
        self.worked = self._worked()

    def _worked(self) -> frozenset[str]:
        if isinstance(self.data, QueryDict) and self.is_bound:
            return frozenset(self.data.getlist("worked"))
        return frozenset(self.initial.get("worked", ()))

    def hours(self) -> list[forms.BoundField]:
        """The seven days."""
        return [self[day] for day in DAYS]

    def zones(self) -> list[str]:
        """Names to choose from while typing."""
        return sorted(name for name in available_timezones() if "/" in name or name == "UTC")

    def known_holidays(self) -> tuple[Holiday, ...]:
        """The public holidays of the chosen place in the years that are written out."""
        if self.chosen_country not in countries():
            return ()
        here = self.now.year
        first = min(int(self.initial.get("first") or here - BEHIND), here - BEHIND)
        return public_holidays(self.chosen_country, self.chosen_region, first, here + AHEAD)

    def holidays(self) -> list[dict[str, object]]:
        """The holidays by year, each with its switch."""
        years = []
        for year, days in groupby(self.known_holidays(), key=lambda holiday: holiday.day.year):
            rows = [self._row(holiday) for holiday in days]
            worked = sum(1 for row in rows if row["worked"])
            note = f"{len(rows)} days" + (f", {worked} worked" if worked else "")
            years.append({"year": year, "rows": rows, "note": note, "open": year == self.now.year})
        return years

    def _row(self, holiday: Holiday) -> dict[str, object]:
        day = holiday.day
        return {
            "value": day.isoformat(),
            "when": f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}",
            "name": holiday.name,
            "worked": day.isoformat() in self.worked,
        }

    def clean_name(self) -> str:
        """Fit to be kept."""
        return told(lambda: clean_name(self.cleaned_data["name"]))

    def clean_timezone(self) -> str:
        """A zone that is known."""
        return told(lambda: zone_of(self.cleaned_data["timezone"].strip()).key)

    def clean_closures(self) -> dict[str, str]:
        """Dates by name."""
        return told(lambda: read_closures(self.cleaned_data["closures"]))

    def clean_overrides(self) -> dict[str, object]:
        """Dates with their hours."""
        return told(lambda: read_special_days(self.cleaned_data["overrides"]))

    def clean(self) -> dict[str, Any]:
        """The content, once every field by itself is sound."""
        super().clean()
        week: dict[str, object] = {}
        for day in DAYS:
            try:
                week[day] = read_hours(self.cleaned_data.get(day, ""), f"weekly.{day}")
                read_blocks(week[day], f"weekly.{day}")
            except DomainError as error:
                self.add_error(day, plain(error))
        if not self.errors:
            try:
                self.content = working_content(self._content(week), now=self.now)
            except DomainError as error:
                self.refuse(error)
        return self.cleaned_data

    def _content(self, week: Mapping[str, object]) -> dict[str, object]:
        given = self.cleaned_data
        content: dict[str, object] = {
            "timezone": given["timezone"],
            "weekly": week,
            "overrides": given["overrides"],
            "closures": given["closures"],
        }
        if given["country"]:
            known = {holiday.day.isoformat() for holiday in self.known_holidays()}
            older = {day for day in self.initial.get("worked", ()) if day not in known}
            years = (
                [int(self.initial["first"]), self.now.year] if self.initial.get("first") else None
            )
            content["public"] = {
                "country": given["country"],
                "subdivision": given["subdivision"],
                "off": sorted(self.worked & known | older if years else self.worked & known),
                "years": years,
            }
        return content

    def refuse(self, error: DomainError) -> None:
        """Say a refusal of the domain at the field it is about."""
        head, _, rest = error.field.partition(".")
        name = rest if head == "weekly" else FIELDS.get(error.field, FIELDS.get(head, ""))
        self.add_error(name if name in self.fields else None, plain(error))


def told(read: Callable[[], Read]) -> Read:
    """What a reader of the domain answers; its refusal as the form's own."""
    try:
        return read()
    except DomainError as error:
        raise forms.ValidationError(plain(error)) from None


def plain(error: DomainError) -> str:
    """The sentence without the name of the place, which the form shows by itself."""
    place, _, sentence = error.message.partition(": ")
    if sentence and place.split(",")[0] == error.field:
        line = place.partition(", ")[2]
        words = f"{line}: {sentence}" if line else sentence
        return words[0].upper() + words[1:]
    return error.message


def initial_of(calendar: BusinessCalendar, *, name: str, base: int | None = None) -> dict[str, Any]:
    """A calendar as the form shows it. Dates of unknown origin are the owner's own."""
    public = calendar.public
    own = calendar.closures if public else calendar.holidays
    return {
        "name": name,
        "base": base,
        "timezone": calendar.zone.key,
        **{day: write_hours(blocks) for day, blocks in zip(DAYS, calendar.week, strict=True)},
        "country": public.country if public else "",
        "subdivision": public.subdivision if public else "",
        "worked": [day.isoformat() for day in public.off] if public else [],
        "first": public.first if public else None,
        "closures": write_closures(own),
        "overrides": write_special_days(calendar.overrides),
    }


def initial_of_new(name: str, zone: str) -> dict[str, Any]:
    """What a new calendar begins with."""
    return {"name": name, "timezone": zone, **OFFICE}


def as_typed(data: QueryDict, initial: Mapping[str, Any]) -> dict[str, Any]:
    """Everything typed so far, to be drawn again without being judged."""
    names = ("name", "timezone", "country", "subdivision", "closures", "overrides", "base", *DAYS)
    given = {name: data[name] for name in names if name in data}
    return {**initial, **given, "worked": data.getlist("worked")}

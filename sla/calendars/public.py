"""Public holidays of countries and their regions, and writing them out into a calendar's content.

The dates come from the `holidays` library at the moment of an edit and are then kept: a version
never changes, whatever a later release of the library knows.
"""

from datetime import date, datetime
from functools import lru_cache

import holidays

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import shown
from leads.intake.countries import country_names
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.content import Holiday, Public, write_holidays, write_public

# What is written out: last year, for what still runs, and three years ahead, beyond any target.
BEHIND, AHEAD = 1, 3
LANGUAGE = "en_US"  # the one that most countries are named in; "Labor Day" is the price


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Codes of the countries whose public holidays are known."""
    known = holidays.list_supported_countries(include_aliases=False)
    return frozenset(code for code in known if len(code) == 2)


@lru_cache(maxsize=1)
def country_choices() -> list[tuple[str, str]]:
    """Code and name of every known country in the order of the names."""
    known = [(code, country_names().get(code, code)) for code in countries()]
    return sorted(known, key=lambda pair: pair[1])


@lru_cache(maxsize=512)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the regions that have holidays of their own, in the order of the names."""
    if country not in countries():
        return ()
    kind = type(holidays.country_holidays(country))
    names = {code: name for name, code in getattr(kind, "subdivisions_aliases", {}).items()}
    found = [(code, names.get(code, code)) for code in kind.subdivisions]
    return tuple(sorted(found, key=lambda pair: pair[1]))


def place_words(public: Public) -> str:
    """`Germany, Berlin`."""
    names = [country_names().get(public.country, public.country)]
    if public.subdivision:
        names.append(dict(regions(public.country)).get(public.subdivision, public.subdivision))
    return ", ".join(names)


@lru_cache(maxsize=256)
def public_holidays(country: str, region: str, first: int, last: int) -> tuple[Holiday, ...]:
    """Public holidays of a country and region from one year to another, both included."""
    days = holidays.country_holidays(
        country, subdiv=region or None, years=range(first, last + 1), language=LANGUAGE
    )
    return tuple(sorted(Holiday(day, name[:200]) for day, name in days.items()))


def write_out(content: object, *, now: datetime) -> dict[str, object]:
    """The content of a calendar in its normal form, with the public holidays as dates.

    Where `public` names a country, `holidays` is made from it and from the closures; whatever was
    sent for it is replaced. DomainError as in `BusinessCalendar.from_content`, and for a country,
    region or switched-off date that is not known.
    """
    calendar = BusinessCalendar.from_content(content)
    clean = calendar.content()
    if calendar.public is None:
        return clean
    here = now.astimezone(calendar.zone).year
    first = min(calendar.public.first or here - BEHIND, here - BEHIND)
    public = calendar.public._replace(first=first, last=here + AHEAD)
    return _with_public(clean, public, _observed(public), calendar.closures)


def extended(content: object, *, now: datetime) -> dict[str, object] | None:
    """The content with the years written out that have come into view since; None: none has.

    What was written out stays as it is, so nothing changes for clocks in the years covered.
    """
    calendar = BusinessCalendar.from_content(content)
    public = calendar.public
    last = now.astimezone(calendar.zone).year + AHEAD
    if public is None or not public.last or public.last >= last:
        return None
    added = _observed(public._replace(first=public.last + 1, last=last))
    longer = public._replace(last=last)
    return _with_public(calendar.content(), longer, calendar.holidays + added, calendar.closures)


def _with_public(
    content: dict[str, object],
    public: Public,
    off: tuple[Holiday, ...],
    closures: tuple[Holiday, ...],
) -> dict[str, object]:
    dates = {holiday.day: holiday for holiday in (*off, *closures)}
    written = write_holidays(tuple(sorted(dates.values())))
    return {**content, "holidays": written, "public": write_public(public)}


def _observed(public: Public) -> tuple[Holiday, ...]:
    """The public holidays that are kept; refuses a choice that names nothing."""
    if public.country not in countries():
        raise _unknown("public.country", public.country, "country", "Choose one of the list.")
    if public.subdivision and public.subdivision not in dict(regions(public.country)):
        cure = "Choose one of the list, or none for the whole country."
        what = f"region of {public.country}"
        raise _unknown("public.subdivision", public.subdivision, what, cure)
    found = public_holidays(public.country, public.subdivision, public.first, public.last)
    known = {holiday.day for holiday in found}
    for day in public.off:
        if public.first <= day.year <= public.last and day not in known:
            raise _no_holiday(day, public)
    return tuple(holiday for holiday in found if holiday.day not in public.off)


def _unknown(field: str, value: str, what: str, cure: str) -> DomainError:
    message = f"{field}: {shown(value)} is no {what} whose public holidays are known. {cure}"
    return DomainError("invalid_schedule", message, field=field)


def _no_holiday(day: date, public: Public) -> DomainError:
    place = f"{public.country} {public.subdivision}".strip()
    message = f"public.off: {day} is no public holiday of {place}. Leave it out."
    return DomainError("invalid_schedule", message, field="public.off")

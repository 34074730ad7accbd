"""In which hour of which weekday something came, where the organisation is."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HANDED, BEGAN = "lead__submitted_at", "started_at"


def hour_of(column: str) -> Combinable:
    """ "1-09": Monday, from nine to ten. A clock that goes back has one of its hours twice."""
    zone = ZoneInfo(settings.TIME_ZONE)
    there = Func(Value(zone.key), F(column), function="timezone")
    return Func(there, Value("ID-HH24"), function="to_char", output_field=TextField())


def hour_text(day: int | None, hour: int | None) -> str:
    """How an address asks for an hour; of any weekday or at any hour where one is None."""
    return f"{day or ''}-{'' if hour is None else f'{hour:02}'}"


def hour_q(text: str) -> Q:
    """What came then, of rows annotated with `arrived`."""
    day, _, hour = text.partition("-")
    found = Q()
    if day:
        found &= Q(arrived__startswith=f"{day}-")
    return found & Q(arrived__endswith=f"-{hour}") if hour else found


def hour_words(text: str) -> str:
    """ "came Mon 09:00"; blank for blank."""
    day, _, hour = text.partition("-")
    words = [DAYS[int(day) - 1] if day else "", f"{hour}:00" if hour else ""]
    found = " ".join(filter(None, words))
    return f"came {found}" if found else ""


def is_hour(text: str) -> bool:
    """Is this something `hour_text` writes?"""
    day, bar, hour = text.partition("-")
    fits_day = day in {"", *map(str, range(1, 8))}
    return bool(bar) and fits_day and hour in {"", *(f"{one:02}" for one in range(24))}

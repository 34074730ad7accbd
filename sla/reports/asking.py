"""From the parameters of an address to a slice: one reading for pages and API.

Periods are `[from, to)` and are cut where the organisation is; an instant may be given in place of
a day. Bad input is one `FieldErrors` that names every field at fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from leadbridge.kernel.errors import FieldErrors
from leadbridge.people.models import Team, User
from sla.clocks.kinds import KINDS
from sla.reports.arrivals import is_hour
from sla.reports.scope import Scope
from sla.reports.slices import Slice

PRESETS = (7, 30, 90)
USUAL = 30
SIDES = ("marketing", "sales")
TIERS = ("1", "2", "3", "none")
VERDICTS = ("yes", "other")
KEPT = (
    "days", "from", "to", "team", "kind", "side", "holder", "source", "reason", "marketer",
    "criterion", "tier", "hour", "detail", "verdict",
)  # fmt: skip
_YEARS = range(1970, 2200)
_LONGEST = 100


@dataclass(frozen=True)
class Asked:
    """A slice, and the parameters that ask for it again. `days` None is a period of one's own."""

    slice: Slice
    days: int | None
    team: Team | None
    params: tuple[tuple[str, str], ...]


def read_slice(given: Mapping[str, str], scope: Scope, *, now: datetime) -> Asked:
    """What an address asks for, within what the person may read."""
    reader = _Reader(given, scope, now)
    days, start, end = reader.period()
    team, kind, side = reader.team(), reader.kind(), reader.side()
    holder_id, source, reason = reader.holder(), reader.text("source"), reader.text("reason")
    marketer_id, criterion = reader.person("marketer"), reader.text("criterion")
    tier, hour = reader.tier(), reader.hour()
    detail, verdict = reader.text("detail"), reader.verdict()
    if reader.errors:
        raise FieldErrors(reader.errors)
    asked = Slice(
        start,
        end,
        kind=kind,
        side=side,
        team_ids=frozenset({team.pk}) if team else scope.team_ids,
        holder_id=holder_id,
        source=source,
        reason=reason,
        marketer_id=marketer_id,
        criterion=criterion,
        tier=tier,
        hour=hour,
        detail=detail,
        verdict=verdict,
    )
    params = tuple((name, given[name]) for name in KEPT if given.get(name))
    return Asked(asked, days, team, params)


def _midnight(now: datetime, days: int) -> datetime:
    """The beginning of the day so many days ago, where the organisation is: whole days are kept."""
    zone = ZoneInfo(settings.TIME_ZONE)
    there = now.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(there, time.min, zone)


class _Reader:
    """Reads one parameter after the other and gathers what is wrong with them."""

    def __init__(self, given: Mapping[str, str], scope: Scope, now: datetime) -> None:
        self.given, self.scope, self.now = given, scope, now
        self.errors: dict[str, list[str]] = {}

    def refuse(self, name: str, cure: str) -> None:
        self.errors.setdefault(name, []).append(cure)

    def period(self) -> tuple[int | None, datetime, datetime]:
        """The days of a preset, or None, and the period itself."""
        days, start, end = self.days(), self.instant("from"), self.instant("to")
        if not (start or end or self.errors):
            return days, _midnight(self.now, days), self.now
        end = end or self.now
        start = start or end - timedelta(days=USUAL)
        if start >= end and not self.errors:
            self.refuse("to", "The period ends after it begins.")
        return None, start, end

    def days(self) -> int:
        text = self.given.get("days", "") or str(USUAL)
        if text.isascii() and text.isdigit() and len(text) < 5 and int(text):
            return int(text)
        self.refuse("days", "Give a number of days from 1 to 9999.")
        return USUAL

    def instant(self, name: str) -> datetime | None:
        text = self.given.get(name, "").strip()
        if not text:
            return None
        try:
            # A `+` that nobody escaped arrives as a space.
            at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            if at.year not in _YEARS:
                raise ValueError
        except ValueError:
            self.refuse(name, "Give a day, as 2026-01-31, or an instant in ISO 8601.")
            return None
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))

    def kind(self) -> str:
        kind = self.given.get("kind", "")
        if kind and kind not in KINDS:
            self.refuse("kind", f"Choose one of: {', '.join(KINDS)}.")
        return kind

    def side(self) -> str:
        side = self.given.get("side", "")
        if side and side not in SIDES:
            self.refuse("side", f"Choose one of: {', '.join(SIDES)}.")
        return side

    def tier(self) -> str:
        tier = self.given.get("tier", "")
        if tier and tier not in TIERS:
            self.refuse("tier", f"Choose one of: {', '.join(TIERS)}.")
            return ""
        return tier

    def hour(self) -> str:
        hour = self.given.get("hour", "")
        if hour and not is_hour(hour):
            self.refuse("hour", "Give a weekday and an hour, as 1-09 for Monday from nine to ten.")
            return ""
        return hour

    def verdict(self) -> str:
        verdict = self.given.get("verdict", "")
        if verdict and verdict not in VERDICTS:
            self.refuse("verdict", f"Choose one of: {', '.join(VERDICTS)}.")
            return ""
        return verdict

    def team(self) -> Team | None:
        wanted = self.given.get("team", "")
        if not wanted:
            return None
        for team in self.scope.teams:
            if wanted in (team.slug, str(team.pk)):
                return team
        self.refuse("team", "There is no such team whose figures you may read.")
        return None

    def holder(self) -> int | None:
        """A person by user name or number; `pool` is 0."""
        return 0 if self.given.get("holder") == "pool" else self.person("holder")

    def person(self, name: str) -> int | None:
        """A person by user name or number."""
        wanted = self.given.get(name, "")
        if not wanted:
            return None
        known = Q(username=wanted)
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 18:
            known |= Q(pk=int(wanted))
        found = User.objects.filter(known) if "\0" not in wanted else User.objects.none()
        person_id = found.values_list("pk", flat=True).first()
        if person_id is None:
            or_pool = ", a number or pool" if name == "holder" else " or a number"
            self.refuse(name, f"There is no such person; give a user name{or_pool}.")
        return person_id

    def text(self, name: str) -> str:
        text = self.given.get(name, "")
        if len(text) > _LONGEST or "\0" in text:
            self.refuse(name, f"Give up to {_LONGEST} characters.")
            return ""
        return text

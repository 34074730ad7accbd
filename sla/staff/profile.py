"""One person: facts, absences, what they hold, and what the viewer may do about them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from leadbridge.kernel.time import local
from leadbridge.kernel.words import ClockFace
from leadbridge.people.access import Viewer, keeps_house, plans_for
from leadbridge.people.http import zone_of
from leadbridge.people.models import Absence, Departure, Role, Team, User
from leadbridge.people.queries import absences_at, departure_of, until_words
from leads.handoff.inbox import face_of, who_words
from leads.handoff.leavers import leads_left
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, Stage
from sla.staff.roster import Standing, hours_of, standing_of

PAGE = 50


@dataclass(frozen=True)
class AbsenceRow:
    """One absence on a person's page. `cancel_url` where the viewer may cancel it."""

    words: str
    cover: str
    made_by: str
    tag: str
    tone: str
    cancel_url: str


@dataclass(frozen=True)
class LeadRow:
    """One open lead that they hold."""

    url: str
    name: str
    about: str
    stage: str
    kind: str
    clock: ClockFace | None


@dataclass(frozen=True)
class Moving:
    """How far the leads of somebody who left have found new hands."""

    done: int
    whole: int
    share: int


@dataclass(frozen=True)
class Profile:
    """All that the page of a person shows. `may`: what the viewer may do there."""

    user: User
    role: str
    zone: str
    standing: Standing
    teams: list[tuple[str, str, str]]
    absences: list[AbsenceRow]
    leads: list[LeadRow]
    start: int
    whole: int
    departure: Departure | None
    moving: Moving | None
    may: frozenset[str]


def profile_of(user: User, viewer: Viewer, *, now: datetime, page: int = 1) -> Profile:
    """The page of one person, as this viewer may see it."""
    teams = list(_teams_of(user))
    away = absences_at(now, [user.pk]).get(user.pk)
    departure = departure_of(user.pk)
    may = _may(user, viewer)
    held = Lead.objects.visible_to(viewer).open().filter(holder=user)
    start = (page - 1) * PAGE
    found = held.with_people().due_first()[start : start + PAGE]
    return Profile(
        user=user,
        role=Role(user.role).label,
        zone=user.time_zone or settings.TIME_ZONE,
        standing=standing_of(user, hours_of([user.pk], teams).get(user.pk), away, departure, now),
        teams=[(team.name, f"/people/teams/{team.slug}/", _part(user, team)) for team in teams],
        absences=_absences(user, now, may="absence" in may),
        leads=[_lead_row(lead, zone_of(viewer.user), now) for lead in found],
        start=start,
        whole=held.count(),
        departure=departure,
        moving=_moving(departure),
        may=may,
    )


def _teams_of(user: User) -> QuerySet[Team]:
    teams = Team.objects.filter(memberships__user=user) | Team.objects.filter(manager=user)
    return teams.distinct().prefetch_related("memberships")


def _part(user: User, team: Team) -> str:
    return "manages it" if team.manager_id == user.pk else ""


def _may(user: User, viewer: Viewer) -> frozenset[str]:
    found = set()
    keeper = keeps_house(viewer.user)
    if user.is_active and plans_for(viewer, user):
        found.add("absence")
    if keeper or viewer.user.pk == user.pk:
        found.add("edit")
    if keeper:
        found |= {"leave", "link"} if user.is_active else {"return"}
    return frozenset(found)


def _absences(user: User, now: datetime, *, may: bool) -> list[AbsenceRow]:
    """What lies ahead and the last few that are over, latest first."""
    rows = user.absences.select_related("user", "cover", "made_by").order_by("-starts_at")[:12]
    return [_absence_row(row, now, may=may) for row in rows]


def _absence_row(absence: Absence, now: datetime, *, may: bool) -> AbsenceRow:
    zone = absence.user.time_zone or settings.TIME_ZONE
    tag, tone = _phase(absence, now)
    live = absence.cancelled_at is None and absence.ends_at > now
    return AbsenceRow(
        words=f"From {_day(local(absence.starts_at, zone), now)} {until_words(absence)}",
        cover=str(absence.cover) if absence.cover else "",
        made_by=str(absence.made_by) if absence.made_by_id != absence.user_id else "",
        tag=tag,
        tone=tone,
        cancel_url=f"/people/{absence.user.username}/away/{absence.pk}/cancel/"
        if may and live
        else "",
    )


def _day(day: datetime, now: datetime) -> str:
    return f"{day:%a %-d %b}" if day.year == now.year else f"{day:%a %-d %b %Y}"


def _phase(absence: Absence, now: datetime) -> tuple[str, str]:
    if absence.cancelled_at is not None:
        early = absence.cancelled_at > absence.starts_at
        return ("back early" if early else "cancelled"), ""
    if absence.ends_at <= now:
        return "over", ""
    return ("away now", "risk") if absence.starts_at <= now else ("ahead", "")


def _lead_row(lead: Lead, zone: str, now: datetime) -> LeadRow:
    return LeadRow(
        url=f"/leads/{lead.ref}/",
        name=lead.name,
        about=who_words(lead),
        stage=LABELS[Stage(lead.stage)],
        kind=lead.next_kind,
        clock=face_of(lead, zone, now),
    )


def _moving(departure: Departure | None) -> Moving | None:
    """While leads still move; nothing once all have."""
    if departure is None or departure.done_at is not None:
        return None
    left = leads_left(departure.user)
    whole = max(departure.leads, left, 1)
    return Moving(whole - left, whole, 100 * (whole - left) // whole)

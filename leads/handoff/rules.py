"""What the actions ask of their input: each check answers the clean value or names the field."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import Side, Team, User
from leadbridge.people.queries import absence_of, cover_of, until_words
from leads.handoff.models import Lead

BACKDATE_LIMIT = timedelta(hours=24)
MOST = Decimal("1e12")  # the column has twelve digits before the point
CENT = Decimal("0.01")


def require_packet(lead: Lead) -> None:
    """A seller needs somebody to ask for; a way to reach them is a constraint of the person."""
    if not (lead.company or lead.person.full_name):
        raise DomainError(
            "incomplete",
            "Add a name or a company before it goes to sales.",
            status=409,
            field="company",
        )


def require_criterion(lead: Lead, criterion: str) -> None:
    """A rejection may name one of the criteria by which this very lead was judged."""
    known = {line["id"] for line in lead.verdict_lines}
    if criterion and criterion not in known:
        raise DomainError(
            "invalid",
            f"Choose one of the definition's criteria: {', '.join(sorted(known)) or 'none'}.",
            field="criterion",
        )


def spoken(words: str) -> str:
    """What somebody said; an explicit "none" is an answer, and no words of theirs."""
    return "" if words.strip().lower() == "none" else words


def park_until(day: date, now: datetime, *, limit: timedelta, name: str) -> datetime:
    """The start of that day, in UTC; it must lie ahead, and not beyond the limit."""
    park = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    if not now < park <= now + limit:
        raise DomainError(
            "invalid",
            f"Choose a day from tomorrow to {now + limit:%-d %B %Y}.",
            field=name,
        )
    return park


def touched_at(lead: Lead, at: datetime | None, now: datetime) -> datetime:
    """When a touch happened: after the handover, at most 24 hours ago, not in the future."""
    if at is None:
        return now
    earliest = max(lead.submitted_at or lead.captured_at, now - BACKDATE_LIMIT)
    if not earliest <= at <= now:
        raise DomainError(
            "invalid",
            "It happened after the handover, at most 24 hours ago, and not in the future.",
            field="at",
        )
    return at


def amount_of(value: Decimal) -> Decimal:
    """An amount of money in whole cents, as the column holds it."""
    if value.is_finite() and 0 <= value < MOST:
        cents = value.quantize(CENT)
        if cents < MOST:
            return cents
    raise DomainError("invalid", "Give an amount from 0 up.", field="value")


def require_here(person: User, now: datetime) -> None:
    """Nobody is given a lead by hand while they are away: it would wait for them in silence."""
    absence = absence_of(person.pk, now)
    if absence is None:
        return
    cover = cover_of(person.pk, now)
    cure = f"{cover} stands in: choose them." if cover else "Choose somebody else, or the pool."
    raise DomainError(
        "absent",
        f"{person} is away {until_words(absence)}. {cure}",
        status=409,
        field="to",
        data={"until": absence.ends_at, "cover": cover.username if cover else None},
    )


def team_for(to: User | None, lead: Lead, team: Team | None) -> Team:
    """The sales team in which `to` (None: its pool) takes a lead over: the one asked for, else the
    present one if it is theirs, else their first. Managers take leads in the teams they manage."""
    if team is not None and team.side != Side.SALES:
        raise DomainError("invalid", f"{team} does not work leads.", field="to")
    if to is None:
        return team or lead.team
    if not to.is_active or not to.is_sales:
        raise DomainError("invalid", f"{to} does not work leads.", field="to")
    theirs = Team.objects.filter(side=Side.SALES)
    theirs = theirs.filter(memberships__user=to) | theirs.filter(manager=to)
    teams = list(theirs.order_by("pk").distinct())
    if not teams:
        raise DomainError("invalid", f"{to} belongs to no sales team.", field="to")
    return team or next((one for one in teams if one.pk == lead.team_id), teams[0])

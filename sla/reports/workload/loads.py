"""Who carries how much: open and new leads of each seller beside what was agreed that they take.

The agreed capacity is that of the rules in force (routing): a cap on open leads, or where there is
none a share of what the team holds, by weight. Part-time work is a smaller weight. Leave is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from leadbridge.kernel.shares import Share
from leadbridge.people.models import Absence, Role, Side, User
from leadbridge.people.queries import away_words, live_at
from leads.handoff.loads import WITH_SALES, open_leads
from leads.handoff.models import Lead
from leads.routing.queries import rules_in_force
from leads.routing.ruleset import MemberTerms
from sla.clocks.queries import outcome_q
from sla.reports.slices import Part, Slice, clocks_in

Who = tuple[int, int]  # a person, in a team


@dataclass(frozen=True)
class Load:
    """One seller in one team: `open` now, `new` in the period, `missed` of what fell due in it.
    `even` is their share by weight of what the team holds; `away` says until when they are."""

    user_id: int
    username: str
    name: str
    team: str
    team_name: str
    open: int
    new: int
    missed: Share
    terms: MemberTerms
    even: float
    away: str
    active: bool

    @property
    def capacity(self) -> float:
        """What they are to hold at most, or evenly where no limit was agreed."""
        return self.even if self.terms.open is None else self.terms.open


def loads_of(slice_: Slice, *, now: datetime) -> list[Load]:
    """Every seller of the teams of a slice, team by team; three aggregates, none over all leads."""
    rows = _people(slice_, now)
    new, missed = _new(slice_, now), _missed(slice_, now)
    rules = rules_in_force().rules
    terms = {
        (row["pk"], row["team"]): rules.terms(row["slug"]).member(row["username"]) for row in rows
    }
    even = _even(rows, terms)
    return [_load(row, new, missed, terms, even) for row in rows]


def held_by(slice_: Slice) -> QuerySet[Lead]:
    """The open leads behind a number of the table: what somebody holds for sales now."""
    found = Lead.objects.filter(stage__in=WITH_SALES, holder_id=slice_.holder_id)
    if slice_.team_ids is not None:
        found = found.filter(team_id__in=sorted(slice_.team_ids))
    return found.select_related("person").order_by("next_due_at", "pk")


def _people(slice_: Slice, now: datetime) -> Sequence[Mapping[str, Any]]:
    away = Absence.objects.filter(live_at(now), user=OuterRef("pk")).order_by("pk")
    wanted = Q(role=Role.SELLER, memberships__team__side=Side.SALES)
    if slice_.team_ids is not None:  # in the same filter: of the same membership
        wanted &= Q(memberships__team__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        wanted &= Q(pk=slice_.holder_id)
    sellers = User.objects.filter(wanted)
    rows = sellers.order_by("memberships__team__name", "first_name", "pk").values(
        "pk", "username", "first_name", "last_name", "is_active", "time_zone",
        team=F("memberships__team_id"),
        slug=F("memberships__team__slug"),
        team_name=F("memberships__team__name"),
        away_from=Subquery(away.values("starts_at")[:1]),
        away_until=Subquery(away.values("ends_at")[:1]),
        open=open_leads("pk", "memberships__team_id"),
    )  # fmt: skip
    return list(rows)


def _new(slice_: Slice, now: datetime) -> dict[Who, int]:
    """What came into somebody's hands: each new holder has an accept clock of their own."""
    given = clocks_in(replace(slice_, kind="accept", side=""), Part.TIMED, now)
    rows = given.filter(holder__isnull=False).order_by().values("holder_id", "team_id")
    counted = rows.annotate(count=Count("pk")).values_list("holder_id", "team_id", "count")
    return {(holder, team): count for holder, team, count in counted}


def _missed(slice_: Slice, now: datetime) -> dict[Who, Share]:
    due = clocks_in(replace(slice_, side="sales"), Part.DUE, now)
    rows = due.filter(holder__isnull=False).order_by().values("holder_id", "team_id")
    counts = rows.annotate(n=Count("pk"), missed=Count("pk", filter=outcome_q("missed", now)))
    counted = counts.values_list("holder_id", "team_id", "missed", "n")
    return {(holder, team): Share(missed, n) for holder, team, missed, n in counted}


def _even(rows: Sequence[Mapping[str, Any]], terms: Mapping[Who, MemberTerms]) -> dict[Who, float]:
    """What each would hold if the team's open leads were dealt out by weight."""
    held: dict[int, int] = {}
    weights: dict[int, int] = {}
    for row in rows:
        team = row["team"]
        held[team] = held.get(team, 0) + row["open"]
        weights[team] = weights.get(team, 0) + terms[row["pk"], team].weight
    return {
        (row["pk"], row["team"]): held[row["team"]]
        * terms[row["pk"], row["team"]].weight
        / (weights[row["team"]] or 1)
        for row in rows
    }


def _load(
    row: Mapping[str, Any],
    new: Mapping[Who, int],
    missed: Mapping[Who, Share],
    terms: Mapping[Who, MemberTerms],
    even: Mapping[Who, float],
) -> Load:
    who = (row["pk"], row["team"])
    zone = row["time_zone"] or settings.TIME_ZONE
    until = row["away_until"]
    return Load(
        user_id=row["pk"],
        username=row["username"],
        name=f"{row['first_name']} {row['last_name']}".strip() or row["username"],
        team=row["slug"],
        team_name=row["team_name"],
        open=row["open"],
        new=new.get(who, 0),
        missed=missed.get(who, Share(0, 0)),
        terms=terms[who],
        even=even[who],
        away=f"away {away_words(row['away_from'], until, zone)}" if until else "",
        active=row["is_active"],
    )

"""Who carries how much: open and new leads of each seller beside what was agreed that they take.

The agreed capacity is that of the rules in force (routing): a cap on open leads, or where there is
none a share of what the team holds, by weight. Part-time work is a smaller weight. Leave is said.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from leadbridge.kernel.shares import Share
from leadbridge.people.models import Absence, Role, Side, User
from leadbridge.people.queries import away_words, live_at
from leads.handoff.loads import WITH_SALES
from leads.handoff.models import Lead
from leads.routing.queries import rules_in_force
from leads.routing.ruleset import MemberTerms
from sla.reports.groups import By
from sla.reports.rollups.begun import begun_by_member
from sla.reports.rollups.counting import counts_of
from sla.reports.slices import Slice

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
    held, new, missed = _held(slice_), begun_by_member(slice_, now=now), _missed(slice_, now)
    rules = rules_in_force().rules
    of_team = {slug: rules.terms(slug) for slug in {row["slug"] for row in rows}}
    terms = {(row["pk"], row["team"]): of_team[row["slug"]].member(row["username"]) for row in rows}
    even = _even(held, terms)
    return [_load(row, held, new, missed, terms, even) for row in rows]


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
    )  # fmt: skip
    return list(rows)


def _held(slice_: Slice) -> Counter[Who]:
    """Open leads of each seller in each team."""
    found = Lead.objects.filter(stage__in=WITH_SALES, holder__isnull=False)
    if slice_.team_ids is not None:
        found = found.filter(team_id__in=sorted(slice_.team_ids))
    if slice_.holder_id is not None:
        found = found.filter(holder_id=slice_.holder_id)
    counted = found.order_by().values_list("holder_id", "team_id").annotate(count=Count("pk"))
    return Counter({(holder, team): count for holder, team, count in counted})


def _missed(slice_: Slice, now: datetime) -> dict[Who, Share]:
    """Of what fell due for sales, by whoever held it; what a pool held is nobody's."""
    found = counts_of(replace(slice_, side="sales"), (By.HOLDER, By.TEAM), now)
    return {
        (int(holder), int(team)): Share(due - met, due)
        for (holder, team), (due, met, _late, _open) in found.items()
        if holder.isdigit()
    }


def _even(held: Mapping[Who, int], terms: Mapping[Who, MemberTerms]) -> dict[Who, float]:
    """What each would hold if the team's open leads were dealt out by weight."""
    whole, weights = Counter[int](), Counter[int]()
    for (person, team), one in terms.items():
        whole[team] += held.get((person, team), 0)
        weights[team] += one.weight
    return {
        (person, team): whole[team] * one.weight / (weights[team] or 1)
        for (person, team), one in terms.items()
    }


def _load(
    row: Mapping[str, Any],
    held: Mapping[Who, int],
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
        open=held.get(who, 0),
        new=new.get(who, 0),
        missed=missed.get(who, Share(0, 0)),
        terms=terms[who],
        even=even[who],
        away=f"away {away_words(row['away_from'], until, zone)}" if until else "",
        active=row["is_active"],
    )

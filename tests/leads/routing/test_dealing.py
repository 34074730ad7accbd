"""Dealing leads out, without a database: shares, caps, who is away, and many at once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from leads.routing.choice import Choice, place, place_all
from leads.routing.desk import Arrival, Away, Desk, Place, Staff
from leads.routing.ruleset import RuleSet

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A machine that is busy with other things is no failure.
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = ("ada", "bob", "cyd", "dan")


def staff(number: int, **given: Any) -> Staff:
    name = NAMES[number - 1]
    return Staff(number, name, name.capitalize(), "UTC", **given)


def absent(number: int, until: datetime = NOW + DAY) -> Staff:
    return staff(number, away=(Away(NOW - DAY, until, "until Tue 24 Nov"),))


def desk(*people: Staff, other: tuple[Staff, ...] = (), owner: bool = True, **terms: Any) -> Desk:
    """All leads go to the team North, by its terms; the pool of South takes the rest."""
    north = Place(1, "north", "North", "Max Lind", people)
    south = Place(2, "south", "South", "Lena Brooks", other)
    content = {
        "owner_first": owner,
        "rules": [{"name": "All", "conditions": [], "team": "north"}],
        "teams": {"north": terms},
    }
    rules = RuleSet.from_content(content)
    return Desk(rules, 1, {"north": north, "south": south}, pool=south)


def arrival(now: datetime = NOW, **facts: Any) -> Arrival:
    return Arrival({"country": "DE", **facts}, now)


def dealt(at: Desk, number: int, **facts: Any) -> list[int | None]:
    return [place(at, arrival(**facts)).holder_id for _ in range(number)]


def weighted(**weights: int) -> dict[str, Any]:
    return {"method": "weights", "members": {n: {"weight": w} for n, w in weights.items()}}


def test_leads_go_round_and_pass_over_who_is_gone() -> None:
    at = desk(staff(1), absent(2), staff(3), staff(4, active=False))
    choice = place(at, arrival())
    assert (choice.holder_id, choice.because) == (1, "Next in turn in North.")
    assert choice.passed_over == (
        ("Bob", "away until Tue 24 Nov"), ("Dan", "has left"), ("Cyd", "not their turn"),
    )  # fmt: skip
    assert dealt(at, 3) == [3, 1, 3]


def test_who_had_the_lead_before_gets_it_only_where_nobody_else_can() -> None:
    at = desk(staff(1), staff(2))
    again = Arrival({}, NOW, had_it={1})
    assert [place(at, again).holder_id for _ in range(2)] == [2, 2]
    assert place(at, again).passed_over == (("Ada", "had it before"),)
    assert place(desk(staff(1), absent(2)), again).holder_id == 1
    assert place(desk(staff(1)), Arrival({}, NOW, without={1})).holder_id is None


def test_weights_of_three_two_and_one_mix_and_come_out_exactly() -> None:
    at = desk(staff(1), staff(2), staff(3), **weighted(ada=3, bob=2, cyd=1))
    assert dealt(at, 6) == [1, 2, 3, 1, 2, 1]
    assert Counter(dealt(at, 594)) == {1: 297, 2: 198, 3: 99}


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.lists(st.sampled_from(["DE", "FR", "US", ""]), max_size=60),
)
@QUIET
def test_nobody_is_ever_more_than_one_lead_ahead_of_their_share(
    weights: list[int], countries: list[str]
) -> None:
    """In whatever order leads come, as long as the same people are here."""
    names = dict(zip(NAMES, weights, strict=False))
    at = desk(*map(staff, range(1, len(weights) + 1)), **weighted(**names))
    number = len(countries)
    counts = Counter(place(at, arrival(country=one)).holder_id for one in countries)
    for place_, weight in enumerate(weights, 1):
        share = number * weight / sum(weights)
        assert share - len(weights) + 1 < counts[place_] < share + 1
    if number % sum(weights) == 0:
        assert [counts[n] for n in range(1, len(weights) + 1)] == [
            number // sum(weights) * weight for weight in weights
        ]


@given(st.lists(st.sets(st.sampled_from([1, 2, 3]), min_size=1), min_size=1, max_size=80))
@QUIET
def test_whoever_comes_and_goes_no_backlog_waits_and_nobody_absent_is_given_any(
    here: list[set[int]],
) -> None:
    at = desk(*map(staff, (1, 2, 3)), **weighted(ada=1, bob=1, cyd=1))
    places = at.places
    for present in here:
        people = tuple(staff(n) if n in present else absent(n) for n in (1, 2, 3))
        at.places = {**places, "north": Place(1, "north", "North", "Max Lind", people)}
        before = {n: at.cursor(at.places["north"]).standing(n).credit for n in (1, 2, 3)}
        took = place(at, arrival()).holder_id
        assert took in present
        after = {n: at.cursor(at.places["north"]).standing(n).credit for n in (1, 2, 3)}
        assert {n: after[n] for n in after if n not in present} == {
            n: before[n] for n in before if n not in present
        }
        assert sum(after.values()) == 0
        assert min(after.values()) > -3


def test_a_cap_of_a_day_holds_and_opens_again_the_next_day() -> None:
    at = desk(staff(1), staff(2), members={"ada": {"per_day": 2}, "bob": {"per_day": 1}})
    assert dealt(at, 5) == [1, 2, 1, None, None]
    full = place(at, arrival())
    assert full.passed_over == (
        ("Ada", "was given 2 today, of at most 2"), ("Bob", "was given 1 today, of at most 1"),
    )  # fmt: skip
    assert place(at, arrival(NOW + DAY)).holder_id == 2


def test_a_cap_of_open_leads_counts_what_is_held_already() -> None:
    at = desk(staff(1), staff(2), members={"ada": {"open": 10}})
    at.loads = {(1, 1): 9, (1, 2): 50}
    assert dealt(at, 4) == [1, 2, 2, 2]


def test_who_holds_fewest_gets_it() -> None:
    at = desk(staff(1), staff(2), staff(3), method="load")
    at.loads = {(1, 1): 4, (1, 2): 2, (1, 3): 3}
    choice = place(at, arrival())
    assert (choice.holder_id, choice.because) == (2, "Fewest open leads in North: 2.")
    assert choice.passed_over == (("Ada", "holds 4 open leads"), ("Cyd", "holds 3 open leads"))
    assert dealt(at, 3) == [3, 2, 3]


def test_skills_and_territory_are_conditions_of_a_member() -> None:
    spanish = {"field": "attributes.language", "operator": "one_of", "value": ["es", "pt"]}
    german = {"field": "country", "operator": "one_of", "value": ["DE", "AT"]}
    at = desk(staff(1), staff(2), members={"ada": {"takes": [spanish]}, "bob": {"takes": [german]}})
    assert place(at, Arrival({"country": "MX", "attributes.language": "ES"}, NOW)).holder_id == 1
    choice = place(at, arrival())
    assert choice.holder_id == 2
    assert choice.passed_over == (("Ada", "takes only leads whose language is one of es, pt"),)
    assert place(at, arrival(country="FR")).holder_id is None


def test_only_who_is_at_work_gets_it_or_who_is_back_first() -> None:
    at = desk(staff(1), staff(2), absent(3), working_hours=True)
    at.opens = {(1, 1, NOW): NOW + 2 * HOUR, (2, 1, NOW): NOW, (3, 1, NOW): NOW}
    assert dealt(at, 2) == [2, 2]
    at.opens = {(1, 1, NOW): NOW + 2 * HOUR, (2, 1, NOW): NOW + HOUR, (3, 1, NOW): NOW}
    nobody = place(at, arrival())
    assert nobody.holder_id is None
    assert ("Ada", "not at work before Mon 23 Nov 12:00") in nobody.passed_over
    waits = desk(staff(1), staff(2), absent(3), working_hours=True, away="next")
    waits.opens = at.opens
    choice = place(waits, arrival())
    assert (choice.holder_id, choice.because) == (
        2,
        "First back at work in North: Mon 23 Nov 11:00.",
    )


def test_where_everybody_is_away_another_team_takes_over_else_the_pool_of_the_first() -> None:
    over: dict[str, Any] = {"away": "team", "away_team": "south"}
    choice = place(desk(absent(1), other=(staff(2),), **over), arrival())
    assert (choice.team_id, choice.holder_id) == (2, 2)
    assert choice.passed_over == (("Ada", "away until Tue 24 Nov"),)
    choice = place(desk(absent(1), other=(absent(2),), **over), arrival())
    assert (choice.team_id, choice.holder_id) == (1, None)
    assert choice.because == "Nobody in North is here for it: the pool takes it, Max Lind answers."


def test_the_owner_of_the_account_goes_before_all_rules_unless_away() -> None:
    at = desk(staff(1), staff(2))
    owned = Arrival({}, NOW, owner_id=7)
    at.owners = {7: (Staff(7, "zoe", "Zoe", "UTC"), Place(2, "south", "South", ""))}
    choice = place(at, owned)
    assert (choice.team_id, choice.holder_id) == (2, 7)
    assert choice.because == "Zoe looks after this company."
    at.owners = {7: (Staff(7, "zoe", "Zoe", "UTC", active=False), at.places["south"])}
    choice = place(at, owned)
    assert choice.holder_id == 1
    assert choice.passed_over[0] == ("Zoe", "looks after the company, but has left")
    assert place(desk(staff(1), owner=False), owned).holder_id == 1


def test_a_rule_to_a_person_passes_on_while_they_are_away() -> None:
    def by(person: Staff) -> Choice:
        at = desk(person, staff(2))
        rules: list[dict[str, Any]] = [
            {"name": "Off", "conditions": [], "team": "south", "active": False},
            {
                "name": "Large", "team": "north", "person": "ada",
                "conditions": [{"field": "employees", "operator": "at_least", "value": 500}],
            },
            {"name": "All", "conditions": [], "team": "north"},
        ]  # fmt: skip
        at.rules = RuleSet.from_content({"rules": rules})
        return place(at, arrival(employees=800))

    assert by(staff(1)).because == "The rule names Ada in person."
    away = by(absent(1))
    assert (away.holder_id, away.rule) == (2, "All")
    assert away.record["rules"] == [
        {"rule": "Off", "holds": False, "why": "switched off"},
        {"rule": "Large", "holds": True, "why": "Ada away until Tue 24 Nov"},
        {"rule": "All", "holds": True},
    ]


def test_where_no_rule_holds_a_pool_takes_it_or_it_is_refused() -> None:
    at = desk(staff(1))
    at.rules = RuleSet.from_content(
        {
            "rules": [
                {
                    "name": "France", "team": "north",
                    "conditions": [{"field": "country", "operator": "equals", "value": "fr"}],
                },
                {
                    "name": "Large", "team": "north",
                    "conditions": [{"field": "employees", "operator": "at_least", "value": 500}],
                },
            ]
        }
    )  # fmt: skip
    choice = place(at, arrival())
    assert (choice.team_id, choice.holder_id) == (2, None)
    assert [one["why"] for one in choice.record["rules"]] == [  # type: ignore[attr-defined]
        "not so: country is fr", "not known: number of people is at least 500",
    ]  # fmt: skip
    at.pool = None
    with pytest.raises(DomainError) as caught:
        place(at, arrival())
    assert caught.value.code == "no_route"


@given(
    st.sampled_from(["turn", "weights", "load"]),
    st.lists(st.sampled_from(["DE", "FR", "US"]), max_size=40),
)
@QUIET
def test_many_at_once_get_what_they_would_have_got_one_by_one(
    method: str, countries: list[str]
) -> None:
    german = [{"field": "country", "operator": "equals", "value": "DE"}]
    terms: dict[str, Any] = {
        "method": method,
        "members": {
            "ada": {"weight": 3, "open": 9},
            "bob": {"per_day": 7},
            "cyd": {"takes": german},
        },
    }
    one, many = (desk(staff(1), staff(2), staff(3), **terms) for _ in range(2))
    arrivals = [arrival(country=country) for country in countries]
    assert [place(one, each) for each in arrivals] == place_all(many, arrivals)
    assert one.cursors == many.cursors

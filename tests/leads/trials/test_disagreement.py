"""The report finds the rule that sales goes by without having said so."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from leadbridge.demo.organisation import Cast
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.definition.starter import STARTER
from leads.handoff.models import Lead, Person
from leads.trials.disagreement import disagreement, proposed_content, wilson
from leads.trials.known import Window
from leads.trials.own_criteria import own_criteria
from tests.leads.trials.test_backtest import no_triggers

DAY = timedelta(days=1)


def decisions(cast: Cast, now: datetime, *, number: int, hidden: bool) -> None:
    """Leads that sales decided on: by a hidden rule with one in twenty astray, or by a coin."""
    random = Random(3)
    people = [Person(email=f"p{n}@x.example", email_key=f"p{n}@x.example") for n in range(number)]
    Person.objects.bulk_create(people)
    rows = []
    for person in people:
        size = random.choice([5, 12, 20, 30, 45, 49, 50, 51, 60, 90, 150, 240, 800])
        refused = random.random() < 0.3
        if hidden:
            refused = (size < 50) != (random.random() < 0.05)
        at = now - random.random() * 60 * DAY
        rows.append(Lead(
            person=person, stage="rejected" if refused else "working", last_action="capture",
            changed_at=at, marketer=cast.mia, marketing_team=cast.marketing, holder=cast.sam,
            team=cast.emea, origin="form", source=random.choice(["event", "web form", "partner"]),
            country=random.choice(["DE", "FR", "NL"]), employees=size, verdict="yes",
            industry=random.choice(["logistics", "toys", "retail"]), acted_at=at, captured_at=at,
            submitted_at=at, accepted_at=None if refused else at, decided_at=at,
            decision="reject" if refused else "accept", reason="bad_data" if refused else "",
        ))  # fmt: skip
    with no_triggers():
        Lead.objects.bulk_create(rows)


def test_a_hidden_rule_on_size_ranks_first_with_its_cut(cast: Cast, now: datetime) -> None:
    decisions(cast, now, number=500, hidden=True)
    found = disagreement(Window(now - 90 * DAY, now))
    assert found.decided == 500
    first = found.splits[0]
    assert (first.field, first.operator, first.value) == ("employees", "at_least", 50)
    assert first.met.decided + first.missed.decided == 500
    assert first.missed.refused > 10 * first.met.refused
    assert sum(number for _, _, number in found.cells) == 500


def test_the_criterion_on_the_hidden_rule_ranks_first_of_those_in_force(
    cast: Cast, now: datetime
) -> None:
    decisions(cast, now, number=500, hidden=True)
    window = Window(now - 90 * DAY, now)
    first, second, *_ = own_criteria(window, disagreement(window).splits)
    active = DefinitionVersion.objects.get(state="active")
    asked = {one["id"]: one["field"] for one in active.content["criteria"]}
    assert asked[first.id] == "employees"
    assert first.goes_by is not None
    assert first.goes_by.value == 50
    below = Lead.objects.filter(employees__lt=20)
    assert first.id != "size" or first.missed.decided == below.count()
    assert first.met.decided + first.missed.decided + first.unknown.decided == 500
    assert asked[second.id] == "employees" or second.weight < first.weight


def test_a_coin_gives_no_rule(cast: Cast, now: datetime) -> None:
    decisions(cast, now, number=500, hidden=False)
    assert disagreement(Window(now - 90 * DAY, now)).splits == []


def test_the_proposal_is_a_definition_with_the_new_cut(cast: Cast, now: datetime) -> None:
    decisions(cast, now, number=500, hidden=True)
    first = disagreement(Window(now - 90 * DAY, now)).splits[0]
    proposed = Definition.from_content(proposed_content(dict(STARTER), first))
    size = next(one for one in proposed.criteria if one.id == "size")
    assert size.kind == "gate"
    assert size.value == Decimal(50)
    assert len(proposed.criteria) == 10


def test_an_interval_is_the_published_one() -> None:
    low, high = wilson(1, 10)
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)
    assert wilson(0, 0) == (0.0, 1.0)

"""The verdict: examples that people would argue about, and properties that must always hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.definition.criteria import Definition
from leads.definition.starter import STARTER
from leads.definition.verdict import Verdict, judge

NOW = datetime(2026, 5, 12, 9, 2, tzinfo=UTC)
TIERS = {"fit": [20], "interest": [20], "cells": [[1, 2], [2, 3]], "fast_track": 1}


def define(*criteria: dict[str, Any], fit: int = 0, interest: int = 0) -> Definition:
    """A definition out of criteria; sentences and unknown rules are filled in where left out."""
    filled = [
        {"id": f"c{n}", "sentence": f"Sentence {n}", "unknown": "ask", **criterion}
        for n, criterion in enumerate(criteria)
    ]
    thresholds = {"fit": fit, "interest": interest}
    return Definition.from_content({"criteria": filled, "thresholds": thresholds, "tiers": TIERS})


def size(kind: str, operator: str, value: object, **more: object) -> dict[str, Any]:
    return {"kind": kind, "field": "employees", "operator": operator, "value": value, **more}


def asked(kind: str, *values: str, **more: object) -> dict[str, Any]:
    return {"kind": kind, "field": "request", "operator": "one_of", "value": [*values], **more}


def answer(definition: Definition, **facts: object) -> str:
    return judge(definition, facts, now=NOW).answer


# Examples


def test_a_demo_request_of_a_large_company_qualifies_in_the_first_tier() -> None:
    facts = {"email": "ines@northwind.example", "employees": 240, "request": "demo"}
    verdict = judge(Definition.from_content(STARTER), facts, now=NOW)
    assert (verdict.answer, verdict.tier, verdict.missing) == ("yes", 1, ())
    assert verdict.because == "Asked for a demo, a price or a call, and nothing stands against it."
    evidence = {line.id: line.evidence for line in verdict.lines}
    assert evidence["size"] == "Company has 240 people"


def test_a_newsletter_reader_does_not_qualify_and_nothing_is_asked() -> None:
    facts = {"email": "kim@gmail.com", "source": "newsletter"}
    verdict = judge(Definition.from_content(STARTER), facts, now=NOW)
    assert (verdict.answer, verdict.missing) == ("no", ())
    assert verdict.because.startswith("Not enough: fit -15 of 30 needed")


def test_a_demo_request_without_a_size_asks_for_the_size() -> None:
    facts = {"email": "ines@northwind.example", "request": "demo"}
    verdict = judge(Definition.from_content(STARTER), facts, now=NOW)
    assert (verdict.answer, verdict.missing) == ("unknown", ("employees",))
    assert verdict.because == "Cannot tell yet; still to be asked: number of people."


def test_a_student_is_ruled_out_and_an_international_director_is_not() -> None:
    starter = Definition.from_content(STARTER)
    facts = {"email": "a@b.example", "employees": 50, "request": "demo"}
    assert answer(starter, **facts, title="Student") == "no"
    assert answer(starter, **facts, title="Director, Internal Sales") == "yes"


def test_fit_never_makes_up_for_interest() -> None:
    both = define(
        size("fit", "at_least", 1, weight=90), asked("interest", "trial", weight=10),
        fit=10, interest=10,
    )  # fmt: skip
    assert answer(both, employees=5, request="demo") == "no"
    assert answer(both, employees=5, request="trial") == "yes"


@pytest.mark.parametrize(
    ("rule", "expected", "outcome"),
    [
        ("fail", "no", "not_met"),
        ("pass", "yes", "met"),
        ("neutral", "yes", "unknown"),
        ("ask", "unknown", "unknown"),
    ],
)
@pytest.mark.parametrize(("kind", "operator"), [("gate", "at_least"), ("barrier", "at_most")])
def test_a_missing_value_counts_by_its_rule(
    kind: str, operator: str, rule: str, expected: str, outcome: str
) -> None:
    verdict = judge(define(size(kind, operator, 20, unknown=rule)), {}, now=NOW)
    assert (verdict.answer, verdict.lines[0].outcome) == (expected, outcome)


def test_bands_of_one_field_cannot_all_be_met() -> None:
    bands = [
        size("fit", "between", [20, 200], weight=10),
        size("fit", "at_least", 201, weight=20),
    ]
    assert answer(define(*bands, fit=20)) == "unknown"
    assert answer(define(*bands, fit=30)) == "no"


def test_bands_that_cover_every_answer_need_no_question() -> None:
    bands = [size("fit", "at_most", 99, weight=10), size("fit", "at_least", 100, weight=20)]
    verdict = judge(define(*bands, fit=10), {}, now=NOW)
    assert verdict.answer == "yes"
    assert verdict.because == "Whatever is still open, no answer to it would change this."


def test_gates_that_exclude_each_other_are_a_no_before_anything_is_asked() -> None:
    assert answer(define(size("gate", "at_least", 20), size("gate", "at_most", 10))) == "no"
    at_google = {"field": "email_domain", "operator": "one_of", "value": ["gmail.com"]}
    own_domain = {"field": "free_email", "operator": "is_false"}
    assert answer(define({"kind": "gate", **at_google}, {"kind": "gate", **own_domain})) == "no"


def test_every_answer_is_a_yes_by_one_way_or_the_other() -> None:
    other = {"kind": "fit", "field": "request", "operator": "none_of", "value": ["demo"]}
    definition = define(asked("fast_track", "demo"), {**other, "weight": 10}, fit=10)
    assert judge(definition, {}, now=NOW).answer == "yes"


def test_two_answers_can_be_needed_for_both_sums() -> None:
    def either(field: str, one: str, other: str) -> list[dict[str, Any]]:
        test = {"field": field, "operator": "equals"}
        return [
            {**test, "value": one, "kind": "fit", "weight": 20},
            {**test, "value": other, "kind": "interest", "weight": 20},
        ]

    criteria = either("request", "demo", "price") + either("country", "DE", "FR")
    assert answer(define(*criteria, fit=20, interest=20)) == "unknown"
    assert answer(define(*criteria, fit=40, interest=20)) == "no"


@pytest.mark.parametrize(("employees", "met"), [(19, False), (20, True), (30, True), (31, False)])
def test_both_ends_of_a_range_belong_to_it(employees: int, met: bool) -> None:
    gate = define(size("gate", "between", [20, 30]))
    assert answer(gate, employees=employees) == ("yes" if met else "no")


def test_only_what_decides_is_asked() -> None:
    definition = define(
        size("gate", "at_least", 20),
        {"kind": "fit", "field": "title", "operator": "known", "weight": 20},
        asked("fast_track", "demo"),
        fit=10,
    )
    assert judge(definition, {"request": "demo"}, now=NOW).missing == ("employees",)
    assert judge(definition, {}, now=NOW).missing == ("employees", "title", "request")
    assert judge(definition, {"employees": 5}, now=NOW).missing == ()


def test_a_free_address_is_found_from_the_address_alone() -> None:
    free = define({"kind": "barrier", "field": "free_email", "operator": "is_true"})
    assert answer(free, email="Kim@GMail.com") == "no"
    assert answer(free, email="kim@acme.example", free_email=True) == "yes"
    assert judge(free, {"email": "not an address"}, now=NOW).missing == ("email",)


def test_interest_halves_with_every_half_life() -> None:
    trial = define(asked("interest", "trial", weight=40, half_life_days=10), interest=20)
    acted = NOW - timedelta(days=10)
    verdict = judge(trial, {"request": "trial", "acted_at": acted}, now=NOW)
    assert (verdict.interest, verdict.answer) == (Decimal(20), "yes")
    later = judge(trial, {"request": "trial", "acted_at": acted}, now=NOW + timedelta(minutes=30))
    assert later.answer == "no"
    ahead = judge(trial, {"request": "trial", "acted_at": NOW + timedelta(days=9)}, now=NOW)
    assert ahead.interest == 40


def test_days_are_counted_from_now() -> None:
    soon = define(
        {"kind": "gate", "field": "attributes.start", "operator": "in_next_days", "value": 90}
    )
    assert answer(soon, attributes={"start": "2026-08-10"}) == "yes"
    assert answer(soon, attributes={"start": "2026-08-11"}) == "no"
    assert answer(soon, attributes={"start": "soon"}) == "unknown"
    assert answer(soon, attributes=["start"]) == "unknown"


def test_texts_are_compared_without_case_width_and_spaces() -> None:
    director = define(
        {"kind": "gate", "field": "title", "operator": "contains", "value": ["Vice  President"]}
    )
    assert answer(director, title="senior ＶＩＣＥ president") == "yes"


def test_the_json_of_a_verdict_has_the_agreed_shape() -> None:
    answered = judge(define(size("gate", "at_least", 20)), {"employees": 1200}, now=NOW).as_json()
    assert answered["verdict"] == "yes"
    assert answered["criteria"] == [
        {
            "id": "c0",
            "sentence": "Sentence 0",
            "kind": "gate",
            "outcome": "met",
            "points": 0,
            "evidence": "Company has 1,200 people",
        }
    ]


# Properties

VALUES: Mapping[str, tuple[object, ...]] = {
    "employees": tuple(range(13)),
    "country": ("DE", "FR", "NL", "US"),
    "request": ("demo", "price", "contact", "trial"),
    "email": ("a@gmail.com", "a@web.de", "a@acme.example", "a@rival.example"),
    "attributes.start": tuple(date(2026, 5, 12) + timedelta(days=n) for n in range(-8, 9)),
}
_TESTS = st.one_of(
    st.builds(
        lambda op, n: ("employees", op, n), st.sampled_from(["at_least", "at_most"]),
        st.integers(1, 11),
    ),
    st.builds(lambda a, b: ("employees", "between", [min(a, b), max(a, b)]),
              st.integers(1, 11), st.integers(1, 11)),
    st.builds(
        lambda op, names: ("country", op, names), st.sampled_from(["one_of", "none_of"]),
        st.lists(st.sampled_from(["de", "fr", "NL"]), min_size=1, max_size=2),
    ),
    st.builds(lambda name: ("request", "equals", name), st.sampled_from(["demo", "price"])),
    st.sampled_from([("email_domain", "one_of", ["gmail.com", "rival.example"]),
                     ("email_domain", "none_of", ["acme.example"]),
                     ("free_email", "is_true", None), ("free_email", "is_false", None)]),
    st.builds(lambda op, n: ("attributes.start", op, n),
              st.sampled_from(["in_last_days", "in_next_days"]), st.integers(1, 6)),
)  # fmt: skip
_KINDS = st.sampled_from(["gate", "barrier", "fast_track", "fit", "interest"])


@st.composite
def definitions(draw: st.DrawFn, rules: tuple[str, ...] = ("ask",)) -> Definition:
    criteria: list[dict[str, Any]] = []
    for field, operator, value in draw(st.lists(_TESTS, min_size=1, max_size=6)):
        kind = draw(_KINDS)
        criterion = {"kind": kind, "field": field, "operator": operator}
        criterion["unknown"] = draw(st.sampled_from(rules))
        if value is not None:
            criterion["value"] = value
        if kind in ("fit", "interest"):
            criterion["weight"] = draw(st.sampled_from([-10, 5, 10, 20]))
        criteria.append(criterion)
    reach = {
        axis: sum(max(c.get("weight", 0), 0) for c in criteria if c["kind"] == axis)
        for axis in ("fit", "interest")
    }
    fit, interest = (draw(st.integers(0, reach[axis])) for axis in ("fit", "interest"))
    return define(*criteria, fit=fit, interest=interest)


@st.composite
def known_facts(draw: st.DrawFn) -> dict[str, object]:
    """Some fields known, some not."""
    names = draw(st.sets(st.sampled_from(sorted(VALUES))))
    return {name: draw(st.sampled_from(VALUES[name])) for name in sorted(names)}


def completions(definition: Definition, facts: Mapping[str, object]) -> list[str]:
    """The answers for every way to fill in what is missing: the slow, obvious oracle."""
    derived = {"email_domain": "email", "free_email": "email"}
    used = {derived.get(c.field, c.field) for c in definition.criteria}
    missing = sorted(used - set(facts))
    return [
        judge(definition, {**facts, **dict(zip(missing, values, strict=True))}, now=NOW).answer
        for values in product(*(VALUES[name] for name in missing))
    ]


@settings(deadline=None, max_examples=60)
@given(definitions(), known_facts())
def test_cannot_tell_is_said_exactly_when_answers_could_go_both_ways(
    definition: Definition, facts: dict[str, object]
) -> None:
    found = set(completions(definition, facts))
    assert found <= {"yes", "no"}
    expected = found.pop() if len(found) == 1 else "unknown"
    verdict = judge(definition, facts, now=NOW)
    assert verdict.answer == expected
    assert bool(verdict.missing) == (expected == "unknown")


@settings(deadline=None)
@given(definitions(rules=("fail", "pass", "neutral", "ask")), known_facts(), st.randoms())
def test_the_order_of_criteria_does_not_matter(
    definition: Definition, facts: dict[str, object], random: Any
) -> None:
    shuffled = list(definition.criteria)
    random.shuffle(shuffled)
    one = judge(definition, facts, now=NOW)
    other = judge(replace(definition, criteria=tuple(shuffled)), facts, now=NOW)
    assert _without_order(one) == _without_order(other)


def _without_order(verdict: Verdict) -> object:
    lines, missing = frozenset(verdict.lines), frozenset(verdict.missing)
    return (verdict.answer, lines, verdict.fit, verdict.interest, verdict.tier, missing)


@settings(deadline=None)
@given(definitions(rules=("fail", "pass", "neutral", "ask")), known_facts())
def test_lines_cover_every_criterion_once_and_add_up(
    definition: Definition, facts: dict[str, object]
) -> None:
    verdict = judge(definition, facts, now=NOW)
    assert [line.id for line in verdict.lines] == [c.id for c in definition.criteria]
    assert verdict.fit == sum(line.points for line in verdict.lines if line.kind == "fit")
    assert verdict.interest == sum(line.points for line in verdict.lines if line.kind == "interest")
    assert all(line.evidence for line in verdict.lines) and verdict.because


RANK = {"no": 0, "unknown": 1, "yes": 2}


@settings(deadline=None)
@given(definitions(rules=("fail", "pass", "neutral", "ask")), known_facts(), st.data())
def test_asking_less_never_makes_a_verdict_worse(
    definition: Definition, facts: dict[str, object], data: st.DataObject
) -> None:
    before = judge(definition, facts, now=NOW)
    easier = replace(definition, fit=max(definition.fit - 5, 0))
    assert RANK[judge(easier, facts, now=NOW).answer] >= RANK[before.answer]
    demands = [c for c in definition.criteria if c.kind in ("gate", "barrier")]
    if demands:
        dropped = data.draw(st.sampled_from(demands))
        rest = tuple(c for c in definition.criteria if c != dropped)
        after = judge(replace(definition, criteria=rest), facts, now=NOW)
        assert RANK[after.answer] >= RANK[before.answer]


@settings(deadline=None)
@given(definitions(), known_facts(), st.data())
def test_an_answer_once_certain_stays_whatever_is_learnt(
    definition: Definition, facts: dict[str, object], data: st.DataObject
) -> None:
    before = judge(definition, facts, now=NOW)
    name = data.draw(st.sampled_from(sorted(VALUES)))
    value = facts.get(name, data.draw(st.sampled_from(VALUES[name])))
    after = judge(definition, {**facts, name: value}, now=NOW)
    assert before.answer in ("unknown", after.answer)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.decimals() | st.datetimes() | st.dates()
    | st.sampled_from([10**2000, "9" * 6000, "\0", "\ud800", "abc", "\u0661"])
    | st.sampled_from([Decimal("sNaN"), Decimal("1e999999")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
NAMES = [
    "email", "phone", "title", "country", "employees", "industry", "source", "value", "request",
    "acted_at", "attributes", "attributes.start", "free_email", "message",
]  # fmt: skip


@settings(deadline=None)
@given(definitions(rules=("fail", "ask")), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_fact_ever_raises(definition: Definition, facts: dict[str, object]) -> None:
    for one in (definition, Definition.from_content(STARTER)):
        for line in judge(one, facts, now=NOW).lines:
            (line.evidence + line.sentence).encode()


@pytest.mark.parametrize(
    "employees", ["abc", [20], {"n": 20}, True, float("nan"), 10**400, -3, "", Decimal("sNaN")]
)
def test_what_is_no_number_of_people_is_not_known(employees: object) -> None:
    assert answer(define(size("gate", "at_least", 20)), employees=employees) == "unknown"


@pytest.mark.parametrize("employees", ["20", " 20.0 ", 20.0, Decimal(20)])
def test_a_number_written_as_text_is_a_number(employees: object) -> None:
    assert answer(define(size("gate", "at_least", 20)), employees=employees) == "yes"


# Several conditions


DEMO_OF_ICP = asked(
    "fast_track",
    "demo",
    also=[{"field": "attributes.icp", "operator": "is_true"},
          {"field": "employees", "operator": "at_least", "value": 50}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "outcome", "said", "missing"),
    [
        ({"request": "demo", "attributes.icp": True, "employees": 50}, "yes", "yes", ()),
        ({"request": "demo", "attributes.icp": False}, "no", "no", ()),
        ({"employees": 49}, "no", "no", ()),  # one that fails settles it, whatever is not known
        ({"request": "demo"}, "unknown", "unknown", ("attributes.icp", "employees")),
        ({"attributes.icp": True, "employees": 50}, "unknown", "unknown", ("request",)),
    ],
)
def test_conditions_of_one_criterion_hold_together_or_not_at_all(
    facts: dict[str, object], outcome: str, said: str, missing: tuple[str, ...]
) -> None:
    verdict = judge(define(DEMO_OF_ICP, fit=1), facts, now=NOW)
    assert (verdict.answer, verdict.missing) == (said, missing)
    assert verdict.lines[0].outcome == {"yes": "met", "no": "not_met"}.get(outcome, "unknown")


def test_the_evidence_names_what_each_condition_found() -> None:
    facts = {"request": "demo", "attributes.icp": True}
    [line] = judge(define(DEMO_OF_ICP, fit=1), facts, now=NOW).lines
    assert line.evidence == (
        "Asked for demo; Icp is yes; Number of people is not known; to be asked"
    )


def test_a_barrier_stands_only_where_all_its_conditions_find_the_offender() -> None:
    barrier = asked("barrier", "trial", also=[{"field": "free_email", "operator": "is_true"}])
    definition = define(barrier)
    assert answer(definition, request="trial", email="a@gmail.com") == "no"
    assert answer(definition, request="trial", email="a@acme.example") == "yes"
    assert answer(definition, request="demo") == "yes"
    assert answer(definition, request="trial") == "unknown"

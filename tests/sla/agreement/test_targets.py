"""Targets: the most specific wins, ties are refused, and an amount of time is never ambiguous."""

import copy
import json
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from sla.agreement.starter import HOUSE_DEFAULTS, STARTER
from sla.agreement.targets import KINDS, Agreement, Amount, Unit, format_amount, parse_amount


def special(amount: str, **selectors: object) -> dict[str, Any]:
    return {"kind": "accept", "amount": amount, **selectors}


def agreement(*exceptions: dict[str, Any]) -> Agreement:
    return Agreement.from_content({"exceptions": list(exceptions)})


@pytest.mark.parametrize(
    ("text", "value", "unit", "seconds"),
    [
        ("90s", 90, Unit.SECONDS, 90),
        ("60m", 60, Unit.MINUTES, 3_600),
        (" 8 h ", 8, Unit.HOURS, 28_800),
        ("2bd", 2, Unit.BUSINESS_DAYS, None),
        ("3cd", 3, Unit.CALENDAR_DAYS, None),
    ],
)
def test_an_amount_is_read(text: str, value: int, unit: Unit, seconds: int | None) -> None:
    assert parse_amount(text) == Amount(value, unit)
    assert parse_amount(text).business_seconds == seconds


def test_a_bare_day_is_refused_and_both_kinds_of_day_are_offered() -> None:
    with pytest.raises(DomainError) as caught:
        parse_amount("2d")
    assert caught.value.code == "invalid_amount"
    assert "2bd for business days or 2cd for calendar days" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8",
        "h",
        "-1h",
        "0m",
        "1.5h",
        "8H",
        "1h30m",
        "8 w",
        "\u0668h",
        "9" * 20 + "h",
        "8h\0",
        "999999cd",
        None,
        8,
        True,
        ["8h"],
    ],
)
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(DomainError) as caught:
        parse_amount(text)
    assert caught.value.code == "invalid_amount"
    caught.value.message.encode()


@given(st.integers(1, 500), st.sampled_from(Unit))
def test_an_amount_comes_back_as_written(value: int, unit: Unit) -> None:
    assert parse_amount(format_amount(Amount(value, unit))) == Amount(value, unit)


def test_an_amount_is_said_in_words() -> None:
    assert parse_amount("4h").in_words == "4 working hours"
    assert parse_amount("1bd").in_words == "1 business day"


@pytest.mark.parametrize(
    ("kind", "tiers"),
    [
        ("triage", ["15m", "8h", "8h"]),
        ("accept", ["1h", "4h", "8h"]),
        ("first_touch", ["1h", "8h", "16h"]),
        ("next_step", ["5bd", "7bd", "10bd"]),
        ("decision", ["10bd", "15bd", "15bd"]),
        ("rework", ["2bd", "2bd", "2bd"]),
    ],
)
def test_the_starter_promises_by_tier(kind: str, tiers: list[str]) -> None:
    starter = Agreement.from_content(STARTER)
    found = [str(starter.target_for(kind=kind, tier=tier).amount) for tier in (1, 2, 3)]
    assert found == tiers


def test_the_starter_comes_back_as_it_was_written() -> None:
    read = Agreement.from_content(json.loads(json.dumps(STARTER)))
    assert read.content() == STARTER
    assert Agreement.from_content(read.content()) == read


def test_every_kind_has_a_default_and_the_paper_shows_it() -> None:
    short = Agreement.from_content({"defaults": {"accept": "60m"}})
    assert str(short.target_for(kind="accept").amount) == "60m"
    written = short.content()["defaults"]
    assert isinstance(written, dict) and list(written) == list(KINDS) == list(HOUSE_DEFAULTS)


def test_the_most_specific_target_wins() -> None:
    found = agreement(
        special("4h", tier=1),
        special("2h", tier=1, source="web"),
        special("1h", tier=1, source="web", team="emea"),
    )
    amounts = [
        str(found.target_for(kind="accept", tier=1, source=source, team=team).amount)
        for source, team in [("list", "emea"), ("web", "americas"), ("web", "emea")]
    ]
    assert amounts == ["4h", "2h", "1h"]
    assert str(found.target_for(kind="accept", tier=2, source="web").amount) == "8h"
    assert str(found.target_for(kind="first_touch", tier=1).amount) == "16h"


def test_a_tie_is_refused_unless_something_closer_decides() -> None:
    tie = [special("1h", tier=1), special("2h", source="web")]
    with pytest.raises(DomainError) as caught:
        agreement(*tie)
    assert caught.value.code == "ambiguous_target"
    assert "accept for tier 1 and accept for source web" in caught.value.message
    closer = agreement(*tie, special("3h", tier=1, source="web"))
    assert str(closer.target_for(kind="accept", tier=1, source="web").amount) == "3h"
    apart = agreement(special("1h", tier=1), special("2h", tier=2))
    assert str(apart.target_for(kind="accept", tier=2).amount) == "2h"


def test_an_unknown_kind_of_clock_is_refused() -> None:
    with pytest.raises(DomainError) as caught:
        agreement().target_for(kind="coffee")
    assert caught.value.code == "unknown_clock_kind"


def test_a_new_kind_needs_a_default() -> None:
    with pytest.raises(DomainError) as caught:
        Agreement.from_content({}, kinds=[*KINDS, "coffee"])
    assert "defaults, coffee: this kind of clock needs a target" in caught.value.message
    with_it = Agreement.from_content({"defaults": {"coffee": "5m"}}, kinds=[*KINDS, "coffee"])
    assert str(with_it.target_for(kind="coffee").amount) == "5m"


@pytest.mark.parametrize(
    ("content", "code", "cure"),
    [
        ([], "invalid_agreement", "agreement: expected an object"),
        ({"defaults": {"acept": "8h"}}, "invalid_agreement", "“acept” is not known here"),
        ({"defaults": {"accept": "1d"}}, "invalid_amount", "defaults, accept, amount: “1d” is no"),
        ({"defaults": {"accept": {}}}, "invalid_agreement", "“amount” is missing"),
        ({"exceptions": [special("1h")]}, "invalid_agreement", "name a tier, a source or a team"),
        ({"exceptions": [special("1h", tier=4)]}, "invalid_agreement", "exception 1, tier"),
        ({"exceptions": [special("1h", team=7)]}, "invalid_agreement", "exception 1, team"),
        (
            {"defaults": {"accept": {"amount": "8h", "attainment": 90}}},
            "invalid_agreement",
            "defaults, accept, attainment: expected a number from 0 to 1, got 90",
        ),
        (
            {"defaults": {"accept": {"amount": "8h", "at_risk_share": 0}}},
            "invalid_agreement",
            "expected a share as 0.75",
        ),
    ],
)
def test_a_malformed_agreement_is_named_with_its_cure(content: Any, code: str, cure: str) -> None:
    with pytest.raises(DomainError) as caught:
        Agreement.from_content(content)
    assert caught.value.code == code
    assert cure in caught.value.message


def test_shares_are_exact() -> None:
    found = Agreement.from_content(
        {"defaults": {"accept": {"amount": "8h", "at_risk_share": 0.5, "attainment": 0.9}}}
    ).target_for(kind="accept")
    assert (found.at_risk_share, found.attainment) == (Decimal("0.5"), Decimal("0.9"))
    assert Agreement.from_content({}).target_for(kind="accept").at_risk_share == Decimal("0.75")


TIERS, SOURCES, TEAMS = (None, 1, 2), (None, "web", "list"), (None, "emea", "apac")
_EXCEPTIONS = st.lists(
    st.tuples(st.sampled_from(TIERS), st.sampled_from(SOURCES), st.sampled_from(TEAMS)).filter(any),
    max_size=7,
)


@settings(deadline=None)
@given(_EXCEPTIONS)
def test_a_tie_is_refused_exactly_when_some_lead_would_meet_it(
    chosen: list[tuple[int | None, str | None, str | None]],
) -> None:
    def winners(lead: tuple[object, ...]) -> list[int]:
        matching = {
            n: sum(part is not None for part in one)
            for n, one in enumerate(chosen)
            if all(part is None or part == own for part, own in zip(one, lead, strict=True))
        }
        best = max(matching.values(), default=0)
        return [n for n, count in matching.items() if count == best]

    leads = list(product(TIERS, SOURCES, TEAMS))
    content = [
        special(f"{n + 1}m", tier=tier, source=source, team=team)
        for n, (tier, source, team) in enumerate(chosen)
    ]
    if any(len(winners(lead)) > 1 for lead in leads):
        with pytest.raises(DomainError) as caught:
            agreement(*content)
        assert caught.value.code == "ambiguous_target"
        return
    found = agreement(*content)
    for tier, source, team in leads:
        (winner,) = winners((tier, source, team)) or [-1]
        target = found.target_for(kind="accept", tier=tier, source=source, team=team)
        assert str(target.amount) == (f"{winner + 1}m" if winner >= 0 else "8h")


@settings(deadline=None)
@given(
    st.sampled_from(["defaults", "exceptions"]),
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text() | st.sampled_from([10**2000, "\ud800"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["accept", "kind", "amount", "tier", "team", "attainment"]), inner
            )
        ),
        max_leaves=6,
    ),
)
def test_hostile_content_is_refused_or_read_and_never_raises_otherwise(
    part: str, poison: object
) -> None:
    content = copy.deepcopy(STARTER)
    content[part] = poison
    try:
        read = Agreement.from_content(content)
    except DomainError as error:
        error.message.encode()
    else:
        assert Agreement.from_content(read.content()) == read

"""What is typed into the form is what is agreed, and a refusal finds its input."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.kernel.errors import DomainError
from sla.agreement.sheet import press, read_texts, texts_of
from sla.agreement.starter import STARTER
from sla.agreement.targets import KINDS, Agreement
from tests.sla.agreement.contents import contents

PARTS = ("amount", "kept", "risk")
TEXTS = texts_of(Agreement.from_content(STARTER))
# Inputs of which the starter says nothing, so that no text is kept for them.
BLANK = {f"t-{kind}-{tier}-{part}" for kind in KINDS for tier in "123" for part in PARTS} | {
    f"l-{row}-{do}" for row in "123" for do in ("offer", "reassign", "manager")
}


@settings(deadline=None)
@given(contents)
def test_a_form_sent_back_untouched_changes_nothing(content: dict[str, Any]) -> None:
    agreement = Agreement.from_content(content)
    assert read_texts(texts_of(agreement)) == agreement.content()


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(TEXTS)), st.text(max_size=12), max_size=6))
def test_whatever_is_typed_is_read_or_refused(typed: dict[str, str]) -> None:
    try:
        read_texts({**TEXTS, **typed})
    except DomainError as error:
        error.message.encode()
        known = {*TEXTS, *BLANK}
        assert error.field in known or error.field == ""


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("t-accept-all-amount", "8", "“8” is no amount of time"),
        ("t-accept-1-amount", "1d", "choose 1bd for business days"),
        ("t-accept-1-kept", "950", "expected a percentage above 0 and up to 100"),
        ("t-accept-risk", "x", "expected a percentage"),
        ("t-accept-3-kept", "90", ""),
        ("a-1-on", "2bd, 1bd", "must be later than"),
        ("a-2-channels", "9", "expected a whole number from 1 to 3"),
        ("a-2-days", "many", "expected a whole number"),
        ("l-1-offer", "0.5", "expected a number from 1 to 20"),
        ("l-1-manager", "3", "must come later than “reassign”"),
        ("l-2-manager", "soon", "expected a number from 1 to 20, got “soon”"),
        ("l-3-offer", "2", "is for accept and first_touch only"),
        ("l-3-kind", "accept", "as well; keep one of them"),
        ("hops", "eleven", "expected a whole number from 0 to 10"),
        ("p-1-code", "Long lunch", "use small letters"),
        ("p-3-cap", "", "is no amount of time"),
        ("absence", "ignore", "expected one of reoffer"),
        ("surge-per_day", "0", "expected a whole number from 1"),
        ("m-acceptance", "0", "expected a percentage above 0"),
        ("m-per_month", "lots", "expected a whole number from 1"),
        ("review_on", "next week", "is no date"),
    ],
)
def test_a_refusal_names_the_input(name: str, text: str, words: str) -> None:
    if not words:
        typed = {**TEXTS, name: text, "t-accept-3-amount": ""}
        name, words = "t-accept-3-amount", "Give a time as well"
    else:
        typed = {**TEXTS, name: text}
    with pytest.raises(DomainError) as caught:
        read_texts(typed)
    assert caught.value.field == name
    assert words.lower() in caught.value.message.lower()


def test_a_step_of_the_ladder_may_be_typed_in_any_input() -> None:
    typed: Any = read_texts({**TEXTS, "l-1-offer": "5", "l-1-reassign": "", "l-1-manager": "2,5"})
    assert typed["ladder"][0]["steps"][2:] == [
        {"do": "manager", "at": 2.5},
        {"do": "offer", "at": 5},
    ]


def test_rows_are_added_and_removed_and_the_rest_stays_as_typed() -> None:
    typed = {**TEXTS, "p-1-label": "As typed", "hops": "nonsense"}
    more = press(typed, "add pause")
    assert more is not None
    assert (more["pauses"], more["p-1-label"], more["hops"]) == ("4", "As typed", "nonsense")
    less = press(more, "remove pause 2")
    assert less is not None
    assert less["pauses"] == "3"
    assert [less.get(f"p-{n}-code", "") for n in (1, 2, 3)] == ["asked_for_date", "absence", ""]
    assert press(typed, "save") is None
    assert press(typed, "remove rule 77") == typed


def test_an_exception_for_a_team_is_a_row_below_the_grid() -> None:
    added = press(TEXTS, "add exception")
    assert added is not None
    typed = {
        **added,
        "e-1-kind": "accept",
        "e-1-tier": "1",
        "e-1-team": "emea",
        "e-1-amount": "30m",
    }
    content = read_texts(typed)
    found = Agreement.from_content(content).target_for(kind="accept", tier=1, team="emea")
    assert str(found.amount) == "30m"
    assert texts_of(Agreement.from_content(content))["e-1-team"] == "emea"
    with pytest.raises(DomainError) as caught:
        read_texts({**typed, "e-1-tier": "", "e-1-team": ""})
    assert caught.value.field == "e-1-kind"

"""What changes between two agreements, said so that nothing that is signed goes unsaid."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from sla.agreement.difference import changes
from sla.agreement.starter import HOUSE_LADDER, HOUSE_PAUSES, STARTER
from sla.agreement.targets import Agreement
from tests.sla.agreement.contents import contents

BEFORE = Agreement.from_content(STARTER)
DEFAULTS: Any = STARTER["defaults"]
ON = ["1bd", "2bd", "4bd"]


def told(**parts: object) -> list[str]:
    """What the starter with other parts says otherwise."""
    after = Agreement.from_content({**deepcopy(STARTER), **parts})
    return [change.sentence for change in changes(BEFORE, after)]


def without(place: int) -> list[dict[str, Any]]:
    listed: Any = STARTER["exceptions"]
    return [one for number, one in enumerate(listed) if number != place]


def accept_steps(*steps: dict[str, object]) -> list[dict[str, object]]:
    told: list[dict[str, object]] = [{"do": "remind"}, {"do": "tell"}]
    return [{"kind": "accept", "steps": [*told, *steps]}, *HOUSE_LADDER[1:]]


@settings(deadline=None)
@given(contents, contents)
def test_two_agreements_that_differ_never_read_alike(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    before, after = Agreement.from_content(one), Agreement.from_content(other)
    found = changes(before, after)
    assert (found == []) == (before == after)
    assert len(set(found)) == len(found)
    assert changes(before, before) == []


def test_the_order_in_which_exceptions_were_typed_says_nothing() -> None:
    turned = {**STARTER, "exceptions": without(99)[::-1], "ladder": HOUSE_LADDER[::-1]}
    assert Agreement.from_content(turned).content() == BEFORE.content()


@pytest.mark.parametrize(
    ("parts", "sentences"),
    [
        (
            {"exceptions": [*without(2), {"kind": "accept", "tier": 2, "amount": "1h"}]},
            [
                "Accept, tier 2: 1 working hour instead of 4 working hours",
                "Accept, tier 2: no share of kept promises is agreed any more",
            ],
        ),
        (
            {"exceptions": without(0)},
            ["Triage, tier 1: 8 working hours instead of 15 working minutes"],
        ),
        (
            {"exceptions": without(7)},
            [
                "Next step, tier 1: 10 business days instead of 5 business days",
                "Next step, tier 1: to be kept in 85 % of cases instead of 90 %",
            ],
        ),
        (
            {
                "exceptions": [
                    *without(99),
                    {"kind": "rework", "team": "emea", "amount": "2bd", "attainment": 0.9},
                ]
            },
            ["Rework, team emea: named by itself now, still 2 business days"],
        ),
        (
            {"defaults": {**DEFAULTS, "accept": {"amount": "6h", "at_risk_share": 0.5}}},
            [
                "Accept, everything else: 6 working hours instead of 8 working hours",
                "Accept, everything else: no share of kept promises is agreed any more",
                "Accept, everything else: at risk after 50 % of the time instead of 75 %",
            ],
        ),
        (
            {"defaults": {**DEFAULTS, "ruling": {"amount": "1bd"}}},
            ["Ruling: 1 business day instead of 3 business days"],
        ),
        (
            {"ladder": accept_steps({"do": "offer", "at": 2.5})},
            [
                (
                    "The ladder of accept offers the lead to the pool at 2.5 times the target "
                    "instead of twice the target"
                ),
                (
                    "The ladder of accept no longer gives the lead to somebody who has not had "
                    "it at three times the target"
                ),
                (
                    "The ladder of accept no longer calls on the manager personally at four "
                    "times the target"
                ),
            ],
        ),
        (
            {"ladder": [*HOUSE_LADDER, {"tier": 1, "steps": [{"do": "tell"}]}]},
            ["The ladder of tier 1 no longer reminds the holder when the target is at risk"],
        ),
        (
            {"ladder": [*HOUSE_LADDER, {**HOUSE_LADDER[0], "tier": 1}]},
            ["The ladder of accept, tier 1 is named by itself now, with the same steps"],
        ),
        ({"hops": 0}, ["Giving one lead to somebody else: never instead of at most twice"]),
        (
            {"attempts": {"1": {"on": [*ON, "7bd"], "channels": 3, "days": 2}}},
            [
                "Attempts, tier 1: 5 instead of 6",
                (
                    "Attempts, tier 1: attempt 5 is due 7 business days after the first touch "
                    "instead of 6 business days"
                ),
                "Attempts, tier 1: by at least 3 channels instead of 2",
                "Attempts, tier 1: on at least 2 different days instead of 4",
            ],
        ),
        (
            {"pauses": HOUSE_PAUSES[1:]},
            ["No pause any more: Prospect asked to be contacted on a date"],
        ),
        ({"pauses": HOUSE_PAUSES[::-1]}, ["The pauses are listed in another order"]),
        (
            {
                "pauses": [
                    *HOUSE_PAUSES[:2],
                    {**HOUSE_PAUSES[2], "cap": "10bd", "kinds": ["accept"], "label": "Away"},
                ]
            },
            [
                "Pause “Holder is away” is called “Away” now",
                "Pause “Away”: at most 10 business days instead of 30 business days",
                "Pause “Away”: on accept instead of accept, first touch, attempts and decision",
            ],
        ),
        (
            {"absence": "reoffer"},
            [
                (
                    "When somebody is away, their open leads are offered to the pool again; "
                    "before, their open leads go to whoever covers for them"
                )
            ],
        ),
        (
            {"relief": {"surge": {"per_day": 40}, "late": False}},
            [
                (
                    "The excess gets the targets of tier 3 at more than 60 leads on one day (40 "
                    "planned, times 1.5)"
                ),
                "A lead that sales touched late counts against marketing’s conversion",
            ],
        ),
        (
            {"marketing": {"volume": {"measure": "leads", "per_month": 1200}, "overrides": None}},
            [
                "Marketing promises 1,200 leads a month, never more than 20 % off an even pace",
                (
                    "Marketing no longer promises that at most 10 % of the leads handed over "
                    "are sent against the definition"
                ),
            ],
        ),
        (
            {"marketing": {"acceptance": 0.9}},
            [
                (
                    "Marketing promises that at least 90 % of the leads handed over are accepted "
                    "instead of 85 %"
                )
            ],
        ),
        ({"review_on": "2027-02-01"}, ["Both look at it again on 1 February 2027"]),
    ],
)
def test_a_change_is_said_in_a_plain_sentence(
    parts: dict[str, object], sentences: list[str]
) -> None:
    assert told(**parts) == sentences

"""The terms beside the targets: ladder, attempts, pauses, relief, marketing's promises."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leads.work.models import Channel
from sla.agreement.attempts import MOST_CHANNELS
from sla.agreement.ladder import Step
from sla.agreement.life import AGREEMENT
from sla.agreement.starter import STARTER
from sla.agreement.targets import KINDS, PARTS, Agreement, parse_amount
from tests.sla.agreement.contents import contents

REMIND, TELL = Step("remind", Decimal(0)), Step("tell", Decimal(1))
TOLD: list[dict[str, object]] = [{"do": "remind"}, {"do": "tell"}]


def read(**parts: object) -> Agreement:
    return Agreement.from_content(parts)


def refusal(**parts: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        read(**parts)
    return caught.value


@settings(deadline=None)
@given(contents)
def test_any_agreement_comes_back_as_it_was_written(content: dict[str, Any]) -> None:
    agreement = Agreement.from_content(content)
    written = json.loads(json.dumps(agreement.content()))
    assert Agreement.from_content(written) == agreement
    assert Agreement.from_content(written).content() == written
    assert content_hash(written) == content_hash(agreement.content())


def test_an_agreement_of_targets_alone_still_reads_and_gets_the_terms_of_the_house() -> None:
    old = {name: STARTER[name] for name in ("defaults", "exceptions")}
    assert Agreement.from_content(old) == Agreement.from_content(STARTER)
    assert list(Agreement.from_content(old).content()) == list(PARTS) == list(STARTER)


def test_the_house_ladder_moves_a_lead_nobody_accepts() -> None:
    found = read()
    assert found.ladder_for("accept", 1) == (
        REMIND,
        TELL,
        Step("offer", Decimal(2)),
        Step("reassign", Decimal(3)),
        Step("manager", Decimal(4)),
    )
    assert found.ladder_for("first_touch", None) == (REMIND, TELL, Step("manager", Decimal(5)))
    others = set(KINDS) - {"accept", "first_touch"}
    assert {found.ladder_for(kind, 2) for kind in others} == {(REMIND, TELL)}
    assert found.hops == 2


def test_the_closest_rule_of_the_ladder_wins() -> None:
    def rule(at: float, **named: object) -> dict[str, object]:
        return {**named, "steps": [*TOLD, {"do": "manager", "at": at}]}

    found = read(
        ladder=[
            {"steps": TOLD},
            {"tier": 1, "steps": [{"do": "tell"}]},
            rule(3, kind="accept"),
            rule(2.5, kind="accept", tier=1),
        ]
    )
    assert found.ladder_for("accept", 1)[-1] == Step("manager", Decimal("2.5"))
    assert found.ladder_for("accept", 2)[-1] == Step("manager", Decimal(3))
    assert found.ladder_for("accept", None)[-1] == Step("manager", Decimal(3))
    assert found.ladder_for("rework", 1) == (TELL,)
    assert found.ladder_for("rework", 3) == (REMIND, TELL)


def test_a_ladder_without_a_rule_for_the_rest_gets_that_of_the_house() -> None:
    found = read(ladder=[{"kind": "accept", "steps": TOLD}])
    assert found.ladder_for("first_touch", 1) == (REMIND, TELL)
    assert {"steps": TOLD} in found.ladder.content()


@pytest.mark.parametrize(
    ("rules", "place", "cure"),
    [
        ([{"steps": [{"do": "remind"}]}], "ladder, rule 1, steps", "a ladder that names nobody"),
        ([{"steps": []}], "ladder, rule 1, steps", "a ladder that names nobody"),
        ([{"steps": TOLD}] * 2, "ladder, rule 2", "rule 1 is for everything else as well"),
        (
            [{"kind": "accept", "tier": 1, "steps": TOLD}] * 2,
            "ladder, rule 2",
            "rule 1 is for accept, tier 1 as well",
        ),
        ([{"steps": TOLD[::-1]}], "ladder, rule 1, step 2", "must come later than “tell”"),
        ([{"steps": [*TOLD, TOLD[1]]}], "ladder, rule 1, step 3", "“tell” is there already"),
        ([{"steps": [{"do": "tell", "at": 2}]}], "ladder, rule 1, step 1, at", "leave its time"),
        ([{"steps": [{"do": "shout"}]}], "ladder, rule 1, step 1, do", "expected one of remind"),
        ([{"kind": "acept", "steps": TOLD}], "ladder, rule 1, kind", "expected one of triage"),
        ([{"tier": 4, "steps": TOLD}], "ladder, rule 1, tier", "a whole number from 1 to 3"),
        (
            [{"kind": "rework", "steps": [*TOLD, {"do": "offer", "at": 2}]}],
            "ladder, rule 1, step 3, do",
            "“offer” is for accept and first_touch only",
        ),
        (
            [{"steps": [*TOLD, {"do": "manager", "at": 2}]}],
            "ladder, rule 1, step 3, do",
            "name one of them as kind",
        ),
    ],
)
def test_a_bad_ladder_is_refused_with_its_place_and_cure(
    rules: list[dict[str, object]], place: str, cure: str
) -> None:
    error = refusal(ladder=rules)
    assert (error.code, error.field) == ("invalid_agreement", place)
    assert cure in error.message


@pytest.mark.parametrize("at", [None, 1, 0.5, 20.5, 2.005, "2", float("nan")])
def test_a_step_comes_after_more_than_one_target_and_at_most_twenty(at: object) -> None:
    steps = [*TOLD, {"do": "offer", "at": at}]
    error = refusal(ladder=[{"kind": "accept", "steps": steps}])
    assert error.field == "ladder, rule 1, step 3, at"


def test_steps_climb() -> None:
    steps = [*TOLD, {"do": "offer", "at": 3}, {"do": "manager", "at": 3}]
    error = refusal(ladder=[{"kind": "accept", "steps": steps}])
    assert "“manager” must come later than “offer”" in error.message


def test_the_house_asks_for_six_attempts_and_for_four_of_a_cold_lead() -> None:
    found = read()
    assert [found.attempts_for(tier).count for tier in (1, 2, 3, None)] == [6, 6, 4, 4]
    last = [str(found.attempts_for(tier).on[-1]) for tier in (1, 2, 3)]
    assert last == ["10bd", "15bd", "15bd"]
    assert (found.attempts_for(1).channels, found.attempts_for(1).days) == (2, 4)


def test_a_plan_of_one_tier_leaves_the_others_as_they_are() -> None:
    found = read(attempts={"1": {"on": ["4h", "1bd"], "channels": 1, "days": 2}})
    assert found.attempts_for(1).on == (parse_amount("4h"), parse_amount("1bd"))
    assert found.attempts_for(2) == read().attempts_for(2)


@pytest.mark.parametrize(
    ("plan", "place", "cure"),
    [
        ({"on": ["2bd", "2bd"]}, "on, attempt 3", "must be later than “2bd”"),
        ({"on": ["2bd", "4h"]}, "on, attempt 3", "hours come before days"),
        ({"on": ["90m", "1h"]}, "on, attempt 3", "“1h” must be later than “90m”"),
        ({"on": ["1bd", "3cd"]}, "on", "not both"),
        ({"on": ["1d"]}, "on, attempt 2", "1bd for business days"),
        ({"on": ["1bd"] * 20}, "on", "0 to 19 entries"),
        ({"on": ["1bd"], "channels": 3}, "channels", "from 1 to 2"),
        ({"on": ["1bd"], "days": 3}, "days", "from 1 to 2"),
    ],
)
def test_a_bad_plan_is_refused_with_its_place_and_cure(
    plan: dict[str, object], place: str, cure: str
) -> None:
    error = refusal(attempts={"2": {"channels": 1, "days": 1, **plan}})
    assert error.field == f"attempts, tier 2, {place}"
    assert cure in error.message


def test_a_pause_is_found_by_its_code() -> None:
    pause = read().pause_for("asked_for_date")
    assert (str(pause.cap), pause.kinds) == ("30bd", ("first_touch", "attempts", "decision"))
    with pytest.raises(DomainError) as caught:
        read(pauses=[]).pause_for("lunch")
    assert caught.value.code == "unknown_pause"
    assert "no pause “lunch”; it knows none" in caught.value.message


PAUSE = {"code": "lunch", "label": "Lunch", "cap": "1h", "kinds": ["accept"]}


@pytest.mark.parametrize(
    ("pauses", "place", "cure"),
    [
        ([PAUSE, PAUSE], "pause 2, code", "“lunch” is there already"),
        ([PAUSE | {"code": "Long lunch"}], "pause 1, code", "use small letters"),
        ([PAUSE | {"cap": "1d"}], "pause 1, cap", "1cd for calendar days"),
        ([PAUSE | {"kinds": []}], "pause 1, kinds", "expected 1 to 5 entries"),
        ([PAUSE | {"kinds": ["next_step"]}], "pause 1, kinds", "expected one of accept"),
        ([{"code": "lunch"}], "pause 1", "“label” is missing"),
        ([PAUSE | {"label": " "}], "pause 1, label", "expected a text"),
    ],
)
def test_a_bad_pause_is_refused_with_its_place_and_cure(
    pauses: list[dict[str, object]], place: str, cure: str
) -> None:
    error = refusal(pauses=pauses)
    assert error.field == place
    assert cure in error.message


def test_pausing_while_somebody_is_away_needs_a_pause_of_that_name() -> None:
    assert read(absence="pause").absence == "pause"
    assert "add one" in refusal(absence="pause", pauses=[PAUSE]).message
    assert refusal(absence="ignore").field == "absence"


def test_a_surge_is_named_or_there_is_none() -> None:
    assert read().surge is None
    surge = read(relief={"surge": {"per_day": 40}}).surge
    assert surge is not None
    assert (surge.per_day, surge.factor) == (40, Decimal("1.5"))
    assert read(relief={"late": False}).relief.non_conforming is True


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"relief": {"surge": {"per_day": 0}}}, "relief, surge, per_day"),
        ({"relief": {"surge": {"per_day": 5, "factor": 0.9}}}, "relief, surge, factor"),
        ({"relief": {"late": 1}}, "relief, late"),
        ({"relief": {"outage": True}}, "relief"),
        ({"marketing": {"conformity": 95}}, "marketing, conformity"),
        (
            {"marketing": {"volume": {"measure": "likes", "per_month": 9}}},
            "marketing, volume, measure",
        ),
        ({"marketing": {"volume": {"measure": "leads"}}}, "marketing, volume"),
        ({"hops": 11}, "hops"),
        ({"hops": True}, "hops"),
        ({"review_on": "20261123"}, "review_on"),
        ({"review_on": "2026-02-30"}, "review_on"),
        ({"review_on": 20261123}, "review_on"),
        ({"reviews": "2026-11-23"}, "agreement"),
    ],
)
def test_a_bad_term_is_refused_by_its_name(parts: dict[str, object], place: str) -> None:
    error = refusal(**parts)
    assert (error.code, error.field) == ("invalid_agreement", place)


def test_marketing_promises_what_the_house_promises_unless_told_otherwise() -> None:
    found = read(marketing={"overrides": None, "volume": {"measure": "leads", "per_month": 200}})
    assert found.marketing.overrides is None
    assert found.marketing.conformity == Decimal("0.95")
    assert found.marketing.volume is not None
    assert found.marketing.volume.tolerance == Decimal("0.2")
    assert read(review_on="2027-02-01").review_on == date(2027, 2, 1)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"defaults": {"attempts": "14bd"}}, "defaults, attempts"),
        (
            {"exceptions": [{"kind": "attempts", "source": "fair", "amount": "12bd"}]},
            "exceptions, attempts for source fair",
        ),
        ({"attempts": {"1": {"on": ["2h", "9h"], "channels": 1, "days": 1}},
          "exceptions": [{"kind": "attempts", "tier": 1, "amount": "8h"}]}, "tier 1"),
    ],
)  # fmt: skip
def test_a_target_for_attempts_that_ends_before_the_last_of_them_is_refused(
    parts: dict[str, Any], place: str
) -> None:
    with pytest.raises(DomainError) as caught:
        AGREEMENT.clean(parts)
    assert caught.value.code == "invalid_agreement"
    assert place in caught.value.message
    # What was signed before is still read.
    assert Agreement.from_content(parts).content()["attempts"]


def test_a_target_for_attempts_may_end_with_the_last_or_count_in_another_unit() -> None:
    for parts in (
        {},
        {"defaults": {"attempts": "15bd"}},
        {"defaults": {"attempts": "200h"}},
        {"exceptions": [{"kind": "attempts", "tier": 1, "amount": "10bd"}],
         "defaults": {"attempts": "15bd"}},
    ):  # fmt: skip
        AGREEMENT.clean(parts)


def test_attempts_go_by_no_more_channels_than_a_touch_can_have() -> None:
    assert len(Channel) == MOST_CHANNELS

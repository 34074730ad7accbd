"""The backtest counts what a slow loop over the same leads counts, with the values known then."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.definition.starter import STARTER
from leads.definition.verdict import judge
from leads.handoff.actions import submit_lead
from leads.handoff.episodes import join_lead
from leads.handoff.judging import facts_of
from leads.handoff.models import Lead, Person
from leads.trials.actions import ask_backtest, run_backtest
from leads.trials.backtest import MOST_NAMED, judge_past, report, warning
from leads.trials.known import Window, leads_in
from leads.trials.models import Backtest
from tests.leads.handoff import scenes

DAY = timedelta(days=1)
STRICT: dict[str, Any] = {
    **STARTER,
    "criteria": [
        one | {"value": 100} if one["id"] == "size" else one
        for one in STARTER["criteria"]  # type: ignore[attr-defined]
    ],
}
ENDS = ("won", "lost", "opportunity", "working", "rejected", "recycled", "disqualified")


def past(cast: Cast, now: datetime, *, leads: int, seed: int) -> None:
    """Leads of ninety days that ended in every way; triggers guard single acts, so they are off."""
    random = Random(seed)
    people = [
        Person(email=random.choice(["", f"a{n}@gmail.com", f"a{n}@x.example"]), phone="030 901820")
        for n in range(leads)
    ]
    Person.objects.bulk_create(people)
    rows = []
    for person in people:
        at = now - random.random() * 90 * DAY
        handed = random.random() < 0.7
        stage = random.choice((*ENDS, "submitted")) if handed else random.choice(["captured"])
        decided = handed and stage != "submitted"
        ended = stage in ("won", "lost", "disqualified")
        rows.append(Lead(
            person=person, stage=stage, last_action="capture", changed_at=at, origin="form",
            marketer=cast.mia, marketing_team=cast.marketing, holder=cast.sam, team=cast.emea,
            source=random.choice(["event", "web form"]), title=random.choice(["", "CEO", "Intern"]),
            employees=random.choice([None, 5, 20, 60, 150, 300]), company=f"C {at}",
            industry=random.choice(["", "Logistics", "toys"]), captured_at=at - DAY,
            request=random.choice(["", "demo", "trial"]), acted_at=at - random.random() * 40 * DAY,
            submitted_at=at if handed else None, verdict="yes", park_until=now,
            decision=("reject" if stage == "rejected" else "accept") if decided else "",
            accepted_at=at if decided else None, closed_at=at if ended else None,
            reason=random.choice(["bad_data", "other"]) if stage in (
                "rejected", "recycled", "lost", "disqualified") else "",
            value=random.choice([None, Decimal(1000), Decimal("2500.50")]),
        ))  # fmt: skip
    with no_triggers():
        Lead.objects.bulk_create(rows)


def no_triggers() -> Any:
    """Rows are written as they stand."""
    import pgtrigger

    return pgtrigger.ignore("leads.Lead:begins_captured")


def by_hand(
    draft: Definition, in_force: Definition, window: Window, *, turns: bool
) -> dict[str, Any]:
    """The same report by a loop, lead by lead; `turns`: also what each criterion alone turns."""
    outcomes: Counter[tuple[str, str, str, str]] = Counter()
    missed, let_in, turned = [], [], Counter[tuple[int, str]]()
    for lead in Lead.objects.select_related("person"):
        at = lead.submitted_at or lead.captured_at
        if not window.since <= at < window.until:
            continue
        facts = facts_of(lead)
        new, old = (judge(one, facts, now=at).answer for one in (draft, in_force))
        outcome = {"accepted": "working", "submitted": "waiting"}.get(lead.stage, lead.stage)
        outcome = outcome if lead.submitted_at else "never_tried"
        outcomes[outcome, lead.reason if outcome == "rejected" else "", new, old] += 1
        if outcome == "won" and new != "yes":
            missed.append(lead.pk)
        if outcome == "rejected" and new == "yes":
            let_in.append(lead.pk)
        for place, without in enumerate(draft.each_without_one() if turns else ()):
            other = judge(without, facts, now=at).answer
            if (other == "yes") != (new == "yes"):
                turned[place, "keeps_out" if other == "yes" else "lets_in"] += 1
    return {"outcomes": outcomes, "missed": missed, "let_in": let_in, "turned": turned}


def both_ways(
    cast: Cast, now: datetime, *, leads: int, seed: int, turns: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report of the query, held to the counts of the loop; and the loop's."""
    past(cast, now, leads=leads, seed=seed)
    draft, in_force = Definition.from_content(STRICT), Definition.from_content(STARTER)
    window = Window(now - 60 * DAY, now)
    result = report(draft, in_force, window, judge_past(draft, in_force, window))
    slow = by_hand(draft, in_force, window, turns=turns)
    assert leads // 2 < result["leads"] < leads
    assert result["leads"] == slow["outcomes"].total()
    assert sum(row["leads"] for row in result["outcomes"]) == result["leads"]
    for row in result["outcomes"]:
        those = {
            key: n
            for key, n in slow["outcomes"].items()
            if key[:2] == (row["outcome"], row["reason"])
        }
        assert row["leads"] == sum(those.values())
        for place, by in ((2, "draft"), (3, "in_force")):
            told = Counter[str]()
            for key, n in those.items():
                told[key[place]] += n
            assert row[by] == {answer: told[answer] for answer in ("yes", "no", "unknown")}
    return result, slow


def test_the_numbers_are_those_of_a_slow_loop(cast: Cast, now: datetime) -> None:
    result, slow = both_ways(cast, now, leads=2_000, seed=7, turns=True)
    assert result["wins_missed"]["leads"] == len(slow["missed"]) > 10
    assert sorted(result["wins_missed"]["ids"]) == sorted(slow["missed"])
    assert result["rejected_let_in"]["leads"] == len(slow["let_in"]) > 10
    for place, row in enumerate(result["criteria"]):
        assert row["keeps_out"] == slow["turned"][place, "keeps_out"], row
        assert row["lets_in"] == slow["turned"][place, "lets_in"], row
    weeks = result["weeks"]["each"]
    assert sum(week["draft"] for week in weeks) == result["qualify"]["draft"]["yes"]
    assert sum(week["handed_over"] for week in weeks) == result["tried"]


def test_the_numbers_of_ten_thousand_leads_are_those_of_a_loop_over_them(
    cast: Cast, now: datetime
) -> None:
    result, slow = both_ways(cast, now, leads=10_000, seed=9, turns=False)
    for name, those in (("wins_missed", "missed"), ("rejected_let_in", "let_in")):
        ids = result[name]["ids"]
        assert result[name]["leads"] == len(slow[those]) > 10, name
        assert len(set(ids)) == min(len(slow[those]), MOST_NAMED), "named as many as there is room"
        assert set(ids) <= set(slow[those])


def test_a_past_in_parts_adds_up_to_the_whole(cast: Cast, now: datetime) -> None:
    past(cast, now, leads=300, seed=8)
    draft, window = Definition.from_content(STRICT), Window(now - 60 * DAY, now)
    whole = report(draft, None, window, judge_past(draft, None, window))
    leads, held = leads_in(window)
    cut = held.parts(7)
    assert [leads_in(part)[0] for part in cut] != [leads, 0, 0, 0, 0, 0, 0]
    assert sum(leads_in(part)[0] for part in cut) == leads
    parts = [group for part in cut for group in judge_past(draft, None, part)]
    assert report(draft, None, window, parts) == whole
    assert whole["qualify"]["in_force"] is None


def outcomes_of(result: dict[str, Any]) -> dict[str, int]:
    return {row["outcome"]: row["leads"] for row in result["outcomes"] if row["leads"]}


def gate(field: str, operator: str, value: object = None) -> Definition:
    """A definition of one gate that fails on what is not known."""
    criterion = {"id": "c", "kind": "gate", "sentence": "It is so", "field": field,
                 "operator": operator, "unknown": "fail"}  # fmt: skip
    return Definition.from_content({
        "criteria": [criterion | ({} if value is None else {"value": value})],
        "thresholds": {"fit": 0, "interest": 0},
        "tiers": {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1},
    })  # fmt: skip


def passing(definition: Definition, now: datetime) -> int:
    """How many leads of the last thirty days it lets pass."""
    window = Window(now - 30 * DAY, now + 30 * DAY)
    result = report(definition, None, window, judge_past(definition, None, window))
    answer: int = result["qualify"]["draft"]["yes"]
    return answer


def test_what_a_person_told_later_was_not_known_then(cast: Cast, now: datetime) -> None:
    lead = scenes.captured(
        cast, now, employees=None, attributes={"plan": "pro"}, phone="", industry=""
    )
    submit_lead(lead_id=lead.pk, actor=cast.mia, now=now, override_reason="They asked me so.")
    later = scenes.packet(employees=500, attributes={"seats": 9}, industry="toys")
    join_lead(lead_id=lead.pk, packet=later, actor=None, now=now + DAY)
    assert Lead.objects.get(pk=lead.pk).employees == 500
    for field in ("employees", "attributes.seats", "phone", "industry"):
        assert passing(gate(field, "known"), now) == 0, field
    assert passing(gate("attributes.plan", "known"), now) == 1
    assert passing(gate("acted_at", "at_most", now.date().isoformat()), now) == 1


def test_what_a_person_told_before_the_handover_was_known(cast: Cast, now: datetime) -> None:
    lead = scenes.captured(cast, now, employees=None, request="")
    join_lead(lead_id=lead.pk, packet=scenes.packet(request="demo"), actor=None, now=now + DAY)
    submit_lead(lead_id=lead.pk, actor=cast.mia, now=now + 2 * DAY)
    assert passing(gate("employees", "at_least", 240), now) == 1
    assert passing(gate("request", "equals", "demo"), now) == 1


def test_a_request_that_a_later_one_replaced_is_the_one_that_counts(
    cast: Cast, now: datetime
) -> None:
    lead = scenes.rejected(cast, now)
    join_lead(lead_id=lead.pk, packet=scenes.packet(request="price"), actor=None, now=now + DAY)
    assert Lead.objects.get(pk=lead.pk).request == "price"
    assert passing(gate("request", "equals", "demo"), now) == 1
    assert passing(gate("request", "equals", "price"), now) == 0


def test_the_value_of_a_deal_is_not_the_value_that_was_expected(cast: Cast, now: datetime) -> None:
    scenes.won(cast, now, value=Decimal(70))
    assert passing(gate("value", "at_most", 70), now) == 1
    scenes.won(cast, now, value=None)
    assert passing(gate("value", "known"), now) == 1


def asked(cast: Cast, now: datetime, content: Any = None) -> Backtest:
    """A backtest of a draft of the next version, asked for by Ana."""
    active = DefinitionVersion.objects.get(state="active")
    draft = DefinitionVersion.objects.create(
        version=active.version + 1, content=content or STRICT, based_on=active, drafted_by=cast.ana
    )
    return ask_backtest(document_id=draft.pk, actor=cast.ana, now=now)


def test_a_backtest_is_kept_with_the_text_it_was_made_of(cast: Cast, now: datetime) -> None:
    scenes.won(cast, now - DAY)
    scenes.captured(cast, now - DAY, employees=50)
    backtest = asked(cast, now)
    assert run_backtest(backtest_id=backtest.pk, now=now)
    backtest.refresh_from_db()
    assert (backtest.state, backtest.leads, backtest.share) == ("done", 2, 100)
    assert outcomes_of(backtest.result) == {"won": 1, "never_tried": 1}
    assert backtest.result["qualify"] == {
        "draft": {"yes": 1, "no": 1, "unknown": 0}, "in_force": {"yes": 2, "no": 0, "unknown": 0},
    }  # fmt: skip
    assert not run_backtest(backtest_id=backtest.pk, now=now), "it is done only once"
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Backtest.objects.filter(pk=backtest.pk).update(share=1)


def test_the_same_text_is_tried_once_at_a_time(cast: Cast, now: datetime) -> None:
    first = asked(cast, now)
    again = ask_backtest(document_id=first.document_id, actor=cast.max, now=now)
    assert again == first
    run_backtest(backtest_id=first.pk, now=now)
    assert ask_backtest(document_id=first.document_id, actor=cast.max, now=now) != first


def test_a_run_that_was_lost_with_its_worker_is_done_by_the_next(cast: Cast, now: datetime) -> None:
    backtest = asked(cast, now)
    Backtest.objects.update(state="running", started_at=now)
    assert not run_backtest(backtest_id=backtest.pk, now=now + timedelta(minutes=5))
    assert run_backtest(backtest_id=backtest.pk, now=now + timedelta(minutes=30))


def test_a_seller_who_reads_no_figures_may_not_ask(cast: Cast, now: datetime) -> None:
    active = DefinitionVersion.objects.get(state="active")
    with pytest.raises(DomainError) as refused:
        ask_backtest(document_id=active.pk, actor=cast.sam, now=now)
    assert refused.value.status == 403
    assert not Backtest.objects.exists()


def test_what_no_query_can_weigh_fails_in_words(cast: Cast, now: datetime) -> None:
    def either(field: str) -> list[dict[str, Any]]:
        test = {"field": field, "operator": "equals", "unknown": "ask", "sentence": "So"}
        return [
            {**test, "id": f"{field.removeprefix('attributes.')}_{n}", "value": str(n),
             "kind": "fit" if n % 2 else "interest", "weight": 10 + n}
            for n in range(2)
        ]  # fmt: skip

    criteria = [one for n in range(14) for one in either(f"attributes.a{n}")]
    backtest = asked(cast, now, {**STRICT, "criteria": criteria})
    assert run_backtest(backtest_id=backtest.pk, now=now)
    backtest.refresh_from_db()
    assert backtest.state == "failed"
    assert backtest.error.startswith("Too many criteria are asked of people at once")


def test_a_definition_that_decides_nothing_is_warned_of(cast: Cast, now: datetime) -> None:
    scenes.submitted(cast, now)
    window = Window(now - DAY, now + DAY)

    def said(definition: Definition) -> str:
        return warning(report(definition, None, window, judge_past(definition, None, window)))

    assert said(gate("reachable", "is_true")).startswith("Every lead would qualify: 1 of 1.")
    assert said(gate("employees", "at_least", 1000)) == "No lead would qualify: 0 of 1."
    scenes.submitted(cast, now, employees=2000)
    assert said(gate("employees", "at_least", 1000)) == ""


def test_an_empty_window_is_refused_by_the_database(cast: Cast, now: datetime) -> None:
    backtest = asked(cast, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Backtest.objects.filter(pk=backtest.pk).update(since=now)

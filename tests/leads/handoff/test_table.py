"""Every action at every stage by everybody: it works as the table says, or it is refused with the
right code and nothing has changed."""

from collections.abc import Callable
from datetime import datetime

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import viewer_of
from leads.handoff.models import Lead
from leads.handoff.parties import actions_for, permit
from leads.handoff.stages import OPEN_STAGES, TABLE, Action, Stage, allowed_changes, row_for
from tests.leads.handoff.scenes import (
    MINUTE,
    as_if_never,
    asked,
    at_stage,
    captured,
    disputed,
    do,
    paused,
    pooled,
    snapshot,
    status_asked,
)

# Written out by hand from the design, so that the table in code has something to be held against.
MARKETING = {"mia", "ana"}
HEADS_AND_MANAGERS = {"ana", "max", "lena"}
SYSTEM = {"system"}
EVERYBODY = ("mia", "ana", "sam", "dora", "max", "nora", "lena", "olu", "system")
MARKETING_STAGES = {"captured", "nurturing", "rejected", "recycled"}
WORKED = {"accepted", "working", "opportunity"}
ALL_OPEN = MARKETING_STAGES | WORKED | {"submitted"}

# action: [(stages it starts from, stage it leads to, who may)]; Sam holds what sales holds.
DESIGN: dict[str, list[tuple[set[str], str, set[str]]]] = {
    "submit": [(MARKETING_STAGES, "submitted", MARKETING | SYSTEM)],
    "nurture": [({"captured", "rejected", "recycled"}, "nurturing", MARKETING)],
    "accept": [({"submitted"}, "accepted", {"sam", "max"})],
    "reject": [({"submitted"}, "rejected", {"sam", "max"})],
    "touch": [
        ({"submitted", "accepted", "working"}, "working", {"sam"}),
        ({"opportunity"}, "opportunity", {"sam"}),
    ],
    "qualify": [({"working"}, "opportunity", {"sam"})],
    "win": [({"opportunity"}, "won", {"sam"})],
    "lose": [({"opportunity"}, "lost", {"sam"})],
    "recycle": [(WORKED | {"lost"}, "recycled", {"sam"})],
    "disqualify": [
        (MARKETING_STAGES, "disqualified", MARKETING),
        (WORKED, "disqualified", {"sam"}),
    ],
    "reassign": [(WORKED | {"submitted"}, "same", {"max"} | SYSTEM)],
    "entrust": [(ALL_OPEN, "same", SYSTEM)],
    "dispute": [({"rejected"}, "same", MARKETING)],
    "rule": [({"rejected"}, "same", HEADS_AND_MANAGERS)],
    "ask": [(WORKED | {"submitted"}, "same", {"sam", "max"})],
    "answer": [(ALL_OPEN, "same", MARKETING)],
    "ask_status": [(WORKED | {"submitted"}, "same", MARKETING)],
    "report": [(WORKED | {"submitted"}, "same", {"sam", "max"})],
    "debrief": [({"won", "lost"}, "same", {"sam", "max"})],
    "waive": [(WORKED, "same", {"max"})],
    "pause": [(WORKED | {"submitted"}, "same", {"sam", "max"} | SYSTEM)],
    "resume": [(WORKED | {"submitted"}, "same", {"sam", "max"} | SYSTEM)],
    "reopen": [({"disqualified", "won", "lost"}, "same", HEADS_AND_MANAGERS | SYSTEM)],
    "merge": [
        (ALL_OPEN | {"won", "lost", "disqualified"}, "merged", MARKETING | HEADS_AND_MANAGERS)
    ],
    "erase": [(ALL_OPEN | {"won", "lost", "disqualified", "merged"}, "erased", {"olu"})],
}
# What answers another act: possible only where that act was done (see the tests below).
ANSWERS = {"rule", "answer", "report", "resume"}
STATUS = {"forbidden": 403, "already_decided": 409, "not_allowed": 409}
DECIDED = {"accepted", "working", "opportunity", "rejected", "recycled", "won", "lost"}
UNDOABLE_STAGES = {  # the last act was Sam's decision, or Mia's
    "nurturing": "mia",
    "submitted": "mia",
    "rejected": "sam",
    "accepted": "sam",
    "opportunity": "sam",
    "recycled": "sam",
    "won": "sam",
    "lost": "sam",
    "disqualified": "sam",
}


def expected(action: str, stage: str, who: str) -> tuple[str, str]:
    """("to", stage) or ("code", code of the refusal)."""
    if action in ANSWERS:
        return "code", "not_allowed"
    for stages, to, by in DESIGN[action]:
        if stage in stages:
            return ("to", stage if to == "same" else to) if who in by else ("code", "forbidden")
    if action == "erase":  # asked of a person, not of a lead: done already, so nothing is done
        return ("nothing", "") if who == "olu" else ("code", "forbidden")
    if action in ("accept", "reject") and stage in DECIDED | {"disqualified"}:
        return "code", "already_decided"
    return "code", "not_allowed"


@pytest.mark.parametrize("stage", list(Stage))
def test_everybody_gets_what_the_table_says(cast: Cast, now: datetime, stage: Stage) -> None:
    lead = at_stage(cast, stage, now)
    other = captured(cast, now)
    before = snapshot(lead, other)
    for action in map(Action, sorted(DESIGN)):
        for who in EVERYBODY:
            actor = None if who == "system" else getattr(cast, who)
            kind, value = expected(action, stage, who)
            if kind == "code":
                with pytest.raises(DomainError) as refusal:
                    do(action, lead, actor, now + MINUTE, cast, survivor_id=other.pk)
                told = refusal.value
                assert (told.code, told.status) == (value, STATUS[value]), (action, who)
                continue
            with as_if_never():
                after = do(action, lead, actor, now + MINUTE, cast, survivor_id=other.pk)
                if kind == "nothing":
                    assert snapshot(lead, other) == before
                    continue
                assert after.stage == value, (action, who)
                added = after.events.exclude(pk__in=[row["id"] for row in before["events"]])
                told_of = added.get()
                assert (told_of.action, told_of.actor) == (action, actor)
                assert (told_of.from_stage, told_of.to_stage) == (stage, value)
        assert snapshot(lead, other) == before, action


@pytest.mark.parametrize("stage", list(Stage))
def test_only_the_maker_takes_a_decision_back(cast: Cast, now: datetime, stage: Stage) -> None:
    lead = at_stage(cast, stage, now)
    before = snapshot(lead)
    for who in EVERYBODY[:-1]:
        with as_if_never():
            if UNDOABLE_STAGES.get(stage) == who:
                assert do(Action.UNDO, lead, getattr(cast, who), now + MINUTE, cast).stage != stage
                continue
            with pytest.raises(DomainError, match="last decision") as refusal:
                do(Action.UNDO, lead, getattr(cast, who), now + MINUTE, cast)
            assert (refusal.value.code, refusal.value.status) == ("not_allowed", 409)
            assert snapshot(lead) == before


@pytest.mark.parametrize(
    ("scene", "action", "may"),
    [
        (disputed, "rule", HEADS_AND_MANAGERS),
        (asked, "answer", MARKETING),
        (status_asked, "report", {"sam", "max"}),
        (paused, "resume", {"sam", "max"} | SYSTEM),
    ],
)
def test_an_act_is_answered_by_those_whom_the_table_names(
    cast: Cast, now: datetime, scene: Callable[[Cast, datetime], Lead], action: str, may: set[str]
) -> None:
    lead = scene(cast, now)
    before = snapshot(lead)
    for who in EVERYBODY:
        actor = None if who == "system" else getattr(cast, who)
        with as_if_never():
            if actor is not None:
                offered = actions_for(lead, viewer_of(actor), now + MINUTE)
                assert (action in offered) == (who in may), who
            if who in may:
                after = do(Action(action), lead, actor, now + MINUTE, cast)
                assert (after.stage, after.holder_id) == (lead.stage, lead.holder_id)
                continue
            with pytest.raises(DomainError) as refusal:
                do(Action(action), lead, actor, now + MINUTE, cast)
            assert (refusal.value.code, refusal.value.status) == ("forbidden", 403), who
            assert snapshot(lead) == before


def test_nobody_settles_a_dispute_by_hand(cast: Cast, now: datetime) -> None:
    lead = disputed(cast, now)
    for actor in (None, cast.max, cast.olu):
        with pytest.raises(DomainError, match="both sides") as refusal:
            permit(lead, Action.SETTLE, actor=actor, now=now)
        assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize("action", ["accept", "reject", "touch"])
def test_a_lead_in_a_pool_is_for_its_members_and_managers(
    cast: Cast, now: datetime, action: str
) -> None:
    may = {"sam", "dora"} | ({"max"} if action != "touch" else set())
    lead = pooled(cast, now)
    assert lead.holder is None
    before = snapshot(lead)
    for who in EVERYBODY:
        actor = None if who == "system" else getattr(cast, who)
        with as_if_never():
            if who in may:
                after = do(Action(action), lead, actor, now + MINUTE, cast)
                assert after.holder == (cast.mia if action == "reject" else actor)
                continue
            with pytest.raises(DomainError) as refusal:
                do(Action(action), lead, actor, now + MINUTE, cast)
            assert refusal.value.code == "forbidden"
            assert snapshot(lead) == before


@pytest.mark.parametrize("stage", list(Stage))
def test_the_names_offered_to_a_person_are_those_that_work(
    cast: Cast, now: datetime, stage: Stage
) -> None:
    lead = at_stage(cast, stage, now)
    for who in EVERYBODY[:-1]:
        offered = set(actions_for(lead, viewer_of(getattr(cast, who)), now + MINUTE))
        works = {action for action in DESIGN if expected(action, stage, who)[0] == "to"}
        if UNDOABLE_STAGES.get(stage) == who:
            works.add("undo")
        assert offered == works, who


def test_the_table_names_one_line_for_each_action_and_stage() -> None:
    seen: set[tuple[Action, Stage | None]] = set()
    for row in TABLE:
        for stage in row.from_ or {None}:
            assert (row.action, stage) not in seen
            seen.add((row.action, stage))
            assert row_for(row.action, stage) is row


def test_the_guard_of_the_database_allows_no_more_than_the_table() -> None:
    for action, old, new in allowed_changes():
        if action == Action.UNDO:
            assert any(row.to == old and new in row.from_ for row in TABLE)
        else:
            row = row_for(Action(action), Stage(old))
            assert row is not None
            assert row.to == new


def test_an_open_lead_is_one_on_which_somebody_owes_something(cast: Cast, now: datetime) -> None:
    for stage in Stage:
        lead = at_stage(cast, stage, now)
        assert lead.is_open == (stage in OPEN_STAGES)
        assert lead.is_open == bool(lead.next_kind)
        assert lead.is_open == Lead.objects.open().filter(pk=lead.pk).exists()

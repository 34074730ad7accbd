"""Many leads judged together have the verdicts that each would have had by itself."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leads.definition import judge as judging
from leads.definition.criteria import Definition
from leads.definition.judge import Judge
from leads.definition.verdict import judge
from tests.leads.definition.test_verdict import NOW, asked, define, definitions, known_facts, size

ALIKE = st.sampled_from([1, True, 1.0, "1", "yes", " DE", "de", None, ["a"], {"b": 1}])


@settings(deadline=None, max_examples=60)
@given(
    definitions(rules=("fail", "pass", "neutral", "ask")),
    st.lists(
        st.tuples(known_facts(), st.sampled_from(["employees", "country"]), ALIKE), max_size=12
    ),
)
def test_whoever_is_judged_after_others_has_the_same_verdict(
    definition: Definition, told: list[tuple[dict[str, Any], str, object]]
) -> None:
    together = Judge(definition)
    for facts, name, odd in [(facts, "", None) for facts, _, _ in told] + told:
        said = {**facts, name: odd} if name else facts
        assert together.judge(said, NOW) == judge(definition, said, now=NOW)


def test_what_fades_and_what_a_day_changes_is_judged_anew() -> None:
    definition = define(
        asked("interest", "trial", weight=20, half_life_days=1),
        {"kind": "fit", "field": "acted_at", "operator": "in_last_days", "value": 3, "weight": 5},
        interest=10,
    )
    together = Judge(definition)
    for hours in (0, 1, 30, 30, 80, 0):
        now = NOW + timedelta(hours=hours)
        for days in (0, 1, 2):
            facts = {"request": "trial", "acted_at": NOW - timedelta(days=days)}
            assert together.judge(facts, now) == judge(definition, facts, now=now)


def test_what_is_remembered_is_bounded() -> None:
    together = Judge(define(size("fit", "at_least", 5, weight=1)))
    for number in range(judging.MOST_VERDICTS + 10):
        together.judge({"employees": number}, NOW)
    assert len(together._verdicts) == 10

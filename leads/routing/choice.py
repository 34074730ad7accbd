"""The choice itself, without a database: which rule matches, who is next, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadbridge.kernel.errors import DomainError

OPERATORS = ("equals", "one_of", "at_least", "at_most", "known")


@dataclass(frozen=True)
class Choice:
    """Who gets a lead, and the reasons: the rule, the turn, and why not the others."""

    team_id: int
    holder_id: int | None
    rule: str
    because: str
    passed_over: tuple[tuple[str, str], ...] = ()

    def explanation(self) -> dict[str, object]:
        """As kept on the lead."""
        return {
            "rule": self.rule,
            "because": self.because,
            "passed_over": [list(pair) for pair in self.passed_over],
        }


def matches(conditions: Sequence[Mapping[str, object]], facts: Mapping[str, object]) -> bool:
    """Do all conditions hold? An unknown fact fulfils none."""
    return all(_holds(condition, facts) for condition in conditions)


def _holds(condition: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    fact = facts.get(str(condition.get("field")))
    wanted = condition.get("value")
    if fact in (None, ""):
        return False
    match condition.get("operator"):
        case "known":
            return True
        case "equals":
            return str(fact).casefold() == str(wanted).casefold()
        case "one_of" if isinstance(wanted, list):
            return str(fact).casefold() in {str(value).casefold() for value in wanted}
        case "at_least" if isinstance(fact, int) and isinstance(wanted, int):
            return fact >= wanted
        case "at_most" if isinstance(fact, int) and isinstance(wanted, int):
            return fact <= wanted
        case _:
            return False


def check_conditions(conditions: object) -> None:
    """DomainError `invalid_rule` for conditions that could never be asked."""
    if not isinstance(conditions, list):
        raise DomainError("invalid_rule", "Conditions are a list.", field="conditions")
    for condition in conditions:
        if not isinstance(condition, dict) or condition.get("operator") not in OPERATORS:
            raise DomainError(
                "invalid_rule",
                f"A condition names a field and one of: {', '.join(OPERATORS)}.",
                field="conditions",
            )


@dataclass(frozen=True)
class Candidate:
    """Somebody of a team. `gone`: why they get nothing now; `had_it`: they held this very lead."""

    id: int
    name: str
    gone: str = ""
    had_it: bool = False


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, None where nobody can take it, and why not the others."""

    chosen: int | None
    passed_over: tuple[tuple[str, str], ...]


def take_turn(candidates: Sequence[Candidate], last: int | None) -> Turn:
    """Next in turn of those who are here; who had this lead before only where nobody else is."""
    here = [one for one in candidates if not one.gone]
    fresh = [one for one in here if not one.had_it]
    chosen = next_in_turn([one.id for one in fresh or here], last)
    ordered = sorted(candidates, key=lambda one: (not one.gone, one.id))
    return Turn(
        chosen, tuple((one.name, _why_not(one, fresh)) for one in ordered if one.id != chosen)
    )


def _why_not(one: Candidate, fresh: Sequence[Candidate]) -> str:
    if one.gone:
        return one.gone
    return "had it before" if one.had_it and fresh else "not their turn"


def next_in_turn(members: Sequence[int], last: int | None) -> int | None:
    """The member after the one who got the last lead, in the order of their ids; None if nobody."""
    if not members:
        return None
    ordered = sorted(members)
    later = [member for member in ordered if last is not None and member > last]
    return later[0] if later else ordered[0]

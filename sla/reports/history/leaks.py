"""The seven leaks of a past (DOMAIN, Annex A): where its leads were lost. Pure.

Ages are seen from the last instant that the file knows, because a past that ended years ago leaks
no longer. What the file cannot tell is said, and never counted as none.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

from sla.reports.history.pasts import Outcome, Past

NAMED = 10
_CLOSED = frozenset({Outcome.LOST, Outcome.DISQUALIFIED, Outcome.REJECTED})


@dataclass(frozen=True)
class Leak:
    """A way of losing leads, and the rule that catches it. `silent`: why a file of handoffs does
    not tell, empty where it does."""

    key: str
    label: str
    rule: str
    silent: str = ""


LEAKS = (
    Leak("unassigned", "Nobody's", "Routing: a lead without a holder goes to a team's pool and the "
         "accept clock runs there too."),
    Leak("inactive", "Held by somebody who has left", "Leaving: what they hold is given on the day "
         "they leave."),
    Leak("undecided", "Never accepted nor refused", "The accept clock, then the ladder: offer to "
         "the pool, reassign, manager."),
    Leak("untouched", "Accepted, never followed up", "The clock of the first touch."),
    Leak("one_and_done", "Tried once, then given up", "The attempts that the agreement asks for.",
         "A row tells the first follow-up alone."),
    Leak("no_next_step", "Followed up, with no end", "The clocks of the next step and of the "
         "decision."),
    Leak("no_date", "Parked without a date", "No park without a date; the clock of the review.",
         "A row does not tell of parks."),
    Leak("no_reason", "Closed without a reason", "A coded reason is asked for at every end."),
)  # fmt: skip


@dataclass
class Found:
    """What leaked in one way: how many, how long ago, how much, and ten by name."""

    count: int = 0
    value: Decimal = Decimal(0)
    handed: list[datetime] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    def add(self, past: Past) -> None:
        """One more lead."""
        self.count += 1
        self.value += past.value or 0
        self.handed.append(past.handed_off_at)
        if len(self.named) < NAMED:
            self.named.append(_name(past))

    def median_age(self, at: datetime) -> timedelta | None:
        """How old the middle one is at an instant."""
        if not self.handed:
            return None
        ages = [(at - one).total_seconds() for one in self.handed]
        return timedelta(seconds=median(ages))


@dataclass
class Leakage:
    """Counts the leaks of a past as its leads come; `gone` are names of people who have left."""

    gone: Collection[str] = ()
    found: dict[str, Found] = field(default_factory=lambda: {one.key: Found() for one in LEAKS})
    leads: int = 0
    last: datetime | None = None

    def add(self, past: Past) -> None:
        """Look at one more lead; it leaks in one way at most, the earliest."""
        self.leads += 1
        known = (past.handed_off_at, past.accepted_at, past.followed_up_at, past.outcome_at)
        latest = max(at for at in known if at is not None)
        self.last = max(self.last, latest) if self.last else latest
        key = leak_of(past, {name.casefold() for name in self.gone})
        if key:
            self.found[key].add(past)


def leak_of(past: Past, gone: Collection[str]) -> str:
    """Where this lead was lost; empty where it was not, or where nobody can tell."""
    return next((key for key, holds in _TESTS if holds(past, gone)), "")


def _open(past: Past) -> bool:
    return past.outcome is Outcome.OPEN


_TESTS: tuple[tuple[str, Callable[[Past, Collection[str]], bool]], ...] = (
    ("inactive", lambda past, gone: _open(past) and past.holder.casefold() in gone),
    ("unassigned", lambda past, gone: _open(past) and not (past.holder or past.accepted_at)
     and past.followed_up_at is None),
    ("undecided", lambda past, gone: _open(past) and past.accepted_at is None
     and past.followed_up_at is None),
    ("untouched", lambda past, gone: _open(past) and past.followed_up_at is None),
    ("no_next_step", lambda past, gone: _open(past)),
    ("no_reason", lambda past, gone: past.outcome in _CLOSED
     and _plain(past.said) in ("", past.outcome.value)),
)  # fmt: skip


def _plain(said: str) -> str:
    """What was said of an end without “closed”, which gives no reason: "Closed lost" is "lost"."""
    return said.casefold().replace("closed", "").strip(" -_")


def _name(past: Past) -> str:
    person = " ".join(filter(None, (past.texts.get("first_name"), past.texts.get("last_name"))))
    said = ", ".join(filter(None, (person, past.texts.get("company"))))
    return f"{past.external_id} ({said})" if said else past.external_id

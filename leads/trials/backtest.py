"""The backtest: what a definition would have said of past leads, beside what became of them.

One query judges every lead by the draft and by the version in force with the values known then, and
counts; what follows here only adds up. Leads of which every criterion found the same are counted
first and weighed then, once for all of them. A lead that the old rule kept back was never worked:
it has no outcome, so it is told apart as never tried, and is neither a loss nor a win.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import nlargest
from typing import Any

from django.db import connection, transaction

from leads.definition.compiled import weigh
from leads.definition.criteria import Definition
from leads.definition.sql_outcomes import MET, NOT_MET, TODAY, Compiled, Reading
from leads.trials.known import UNKNOWABLE, Window, leads_known_then

OUTCOMES = {
    "won": "Won",
    "lost": "Lost",
    "opportunity": "Opportunity, open",
    "working": "Accepted, being worked",
    "recycled": "Accepted, given back for later",
    "disqualified": "Disqualified",
    "rejected": "Rejected by sales",
    "waiting": "Waiting for sales",
    "never_tried": "Never tried",
}
ANSWERS = ("yes", "no", "unknown")
MOST_NAMED = 200
TURNS_IN, TURNS_OUT, TURNS_NOT = "+", "-", "0"

_ALIKE = """
    SELECT outcome, refusal, ({today} - 1) / 7 AS week, {keys}, count(*) AS leads,
        sum(won_value) AS value,
        string_agg(id::text, ' ') FILTER (WHERE outcome IN ('won', 'rejected')) AS ids
    FROM ({judged}) j GROUP BY outcome, refusal, ({today} - 1) / 7, {keys}
"""
# The marks say, criterion by criterion, whether the lead would qualify without it and does not
# with it (+), the other way round (-), or neither (0). Only leads that are named travel as ids.
_COUNT = """
    SELECT outcome, refusal, week, d_answer, {b_answer} AS b_answer, {marks} AS marks,
        sum(leads)::bigint, coalesce(sum(value), 0),
        string_agg(ids, ' ') FILTER (WHERE outcome = 'won' AND d_answer <> 'yes'
            OR outcome = 'rejected' AND d_answer = 'yes'){counts}
    FROM ({weighed}) w
    GROUP BY 1, 2, 3, 4, 5, 6
"""
_SETTINGS = (
    # Compiling this many expressions takes the database longer than it saves.
    "SET LOCAL jit = off",
    # What is alike fits into memory: nothing has to be sorted, and nothing written.
    "SET LOCAL work_mem = '64MB'",
    # Every lead costs much and few rows come back: all the cores the database may use are of use.
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL parallel_tuple_cost = 0",
)


@dataclass(frozen=True)
class Group:
    """Leads of which everything that is counted is alike."""

    outcome: str
    refusal: str
    week: int
    draft: str
    in_force: str
    marks: str
    leads: int
    value: Decimal
    named: list[int]
    outcomes: tuple[int, ...]

    @property
    def tried(self) -> bool:
        """Was it handed over at all?"""
        return self.outcome != "never_tried"


def judge_past(draft: Definition, in_force: Definition | None, window: Window) -> list[Group]:
    """Every lead of the window judged by both, in one query."""
    statement = statement_of(draft, in_force, window)
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)
        cursor.execute(statement.sql, statement.parameters)
        rows = cursor.fetchall()
    return [Group(*row[:8], _ids(row[8]), row[9:]) for row in rows]  # type: ignore[call-arg]


def _ids(listed: str | None) -> list[int]:
    return nlargest(MOST_NAMED, map(int, (listed or "").split()))


def statement_of(draft: Definition, in_force: Definition | None, window: Window) -> Compiled:
    """That query."""
    criteria = [one for each in (draft, in_force) if each for one in each.criteria]
    asked = [condition for one in criteria for condition in one.conditions]
    known = leads_known_then(window, with_value=any(one.field == "value" for one in asked))
    reading = Reading(known, window.days)
    new, old = reading.found_by(draft), reading.found_by(in_force or draft)
    judged = reading.compiled()
    keys = ", ".join(dict.fromkeys((*new.keys, *old.keys)))
    weighed = _ALIKE.format(judged=judged.sql, today=TODAY, keys=keys)
    if in_force is not None:
        weighed = weigh(old, weighed, prefix="b_")
    weighed = weigh(new, weighed, alone=True)
    every = range(len(draft.criteria))
    marks = " || ".join(
        f"CASE WHEN d_without{n} = 'yes' AND d_answer <> 'yes' THEN '{TURNS_IN}' "
        f"WHEN d_without{n} <> 'yes' AND d_answer = 'yes' THEN '{TURNS_OUT}' "
        f"ELSE '{TURNS_NOT}' END"
        for n in every
    )
    counts = "".join(
        f", coalesce(sum(leads) FILTER (WHERE {column} = {code}), 0)::bigint"
        for column in new.outcomes
        for code in (MET, NOT_MET)
    )
    b_answer = "b_answer" if in_force else "''"
    sql = _COUNT.format(weighed=weighed, marks=marks, counts=counts, b_answer=b_answer)
    return Compiled(sql, judged.parameters)


def report(
    draft: Definition, in_force: Definition | None, window: Window, groups: list[Group]
) -> dict[str, Any]:
    """The result as JSON: counts, and ids of the leads that are named."""
    tried = [one for one in groups if one.tried]
    missed = [one for one in tried if one.outcome == "won" and one.draft != "yes"]
    let_in = [one for one in tried if one.outcome == "rejected" and one.draft == "yes"]
    return {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "leads": _total(groups),
        "tried": _total(tried),
        "never_tried": _total(groups) - _total(tried),
        "qualify": {"draft": _answers(groups, "draft"), "in_force": _in_force(in_force, groups)},
        "outcomes": _outcomes(in_force, groups),
        "wins_missed": {**_named(missed), "value": _money(missed)},
        "rejected_let_in": _named(let_in),
        "criteria": _criteria(draft, groups),
        "weeks": _weeks(in_force, groups, window),
        "not_known": list(UNKNOWABLE),
    }


def _total(groups: Iterable[Group]) -> int:
    return sum(one.leads for one in groups)


def _money(groups: Iterable[Group]) -> float:
    return float(sum((one.value for one in groups), Decimal(0)))


def _answers(groups: Iterable[Group], by: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in groups:
        found[getattr(one, by)] += one.leads
    return {answer: found[answer] for answer in ANSWERS}


def _in_force(definition: Definition | None, groups: Iterable[Group]) -> dict[str, int] | None:
    return _answers(groups, "in_force") if definition else None


def _outcomes(in_force: Definition | None, groups: list[Group]) -> list[dict[str, Any]]:
    """What became of them, a rejection by its reason, each by what the two definitions say."""
    rows = []
    for outcome in OUTCOMES:
        those = [one for one in groups if one.outcome == outcome]
        for refusal in sorted({one.refusal for one in those}) or [""]:
            part = [one for one in those if one.refusal == refusal]
            if part or outcome != "rejected":
                rows.append({
                    "outcome": outcome,
                    "reason": refusal,
                    "leads": _total(part),
                    "draft": _answers(part, "draft"),
                    "in_force": _in_force(in_force, part),
                    "value": _money(part),
                    "value_kept": _money(one for one in part if one.draft == "yes"),
                })  # fmt: skip
    return rows


def _named(groups: list[Group]) -> dict[str, Any]:
    """How many there are, and the newest of them by id."""
    ids = sorted((lead for one in groups for lead in one.named), reverse=True)
    return {"leads": _total(groups), "ids": ids[:MOST_NAMED]}


def _criteria(draft: Definition, groups: list[Group]) -> list[dict[str, Any]]:
    """What each criterion found, and how many leads it alone keeps out or lets in."""
    rows = []
    for place, criterion in enumerate(draft.criteria):
        kept_out = [one for one in groups if one.marks[place] == TURNS_IN]
        let_in = [one for one in groups if one.marks[place] == TURNS_OUT]
        met = sum(one.outcomes[2 * place] for one in groups)
        not_met = sum(one.outcomes[2 * place + 1] for one in groups)
        rows.append({
            "id": criterion.id,
            "kind": criterion.kind,
            "sentence": criterion.sentence,
            "met": met,
            "not_met": not_met,
            "unknown": _total(groups) - met - not_met,
            "keeps_out": _total(kept_out),
            "keeps_out_won": _of(kept_out, "won"),
            "keeps_out_rejected": _of(kept_out, "rejected"),
            "keeps_out_never_tried": _of(kept_out, "never_tried"),
            "lets_in": _total(let_in),
            "lets_in_won": _of(let_in, "won"),
            "lets_in_rejected": _of(let_in, "rejected"),
        })  # fmt: skip
    return rows


def _of(groups: list[Group], outcome: str) -> int:
    return _total(one for one in groups if one.outcome == outcome)


def _weeks(in_force: Definition | None, groups: list[Group], window: Window) -> dict[str, Any]:
    """What would have come to sales, week by week (from Monday, UTC), and on average."""
    first, last = (day.toordinal() for day in window.days)
    numbers = range((first - 1) // 7, (last - 1) // 7 + 1)
    columns: dict[str, Callable[[Group], bool]] = {
        "handed_over": lambda one: one.tried,
        "draft": lambda one: one.draft == "yes",
    }
    if in_force:
        columns["in_force"] = lambda one: one.in_force == "yes"
    found: dict[str, Counter[int]] = {name: Counter() for name in columns}
    for one in groups:
        for name, counts in columns.items():
            found[name][one.week] += one.leads if counts(one) else 0
    weeks = (window.until - window.since).total_seconds() / 604_800
    return {
        "mean": {name: round(found[name].total() / weeks, 1) for name in columns},
        "each": [
            {"from": date.fromordinal(7 * week + 1).isoformat(),
             **{name: found[name][week] for name in columns}}
            for week in numbers
        ],
    }  # fmt: skip


def warning(result: dict[str, Any]) -> str:
    """What has to be said before a definition is proposed that lets everybody pass, or nobody."""
    leads, passing = result["leads"], result["qualify"]["draft"]["yes"]
    if not leads:
        return "There was no lead in this time, so nothing is known of what this would do."
    if passing == leads:
        return f"Every lead would qualify: {leads:,} of {leads:,}. This definition decides nothing."
    if passing == 0:
        asked = result["qualify"]["draft"]["unknown"]
        open_too = f" Of {asked:,} it cannot tell." if asked else ""
        return f"No lead would qualify: 0 of {leads:,}.{open_too}"
    return ""

"""A backtest as its page shows it: words, figures and rows, nothing reckoned anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from leadbridge.kernel.hashing import content_hash
from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.people.http import zone_of
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.handoff.reasons import Labels
from leads.trials.backtest import OUTCOMES, warning
from leads.trials.models import Backtest
from leads.trials.queries import exhibits, named_leads

State = Backtest.State
TONES = {State.DONE: "ok", State.FAILED: "late", State.WAITING: "risk", State.RUNNING: "risk"}
VERDICTS = {"yes": "yes", "no": "no", "unknown": "cannot tell", "override": "overridden"}
KINDS = {
    "gate": "Must hold",
    "barrier": "Must not be",
    "fast_track": "Fast track",
    "fit": "Fit",
    "interest": "Interest",
}


@dataclass(frozen=True)
class Figure:
    """A figure, as components/stat.html draws it."""

    label: str
    value: str
    note: str
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Named:
    """A lead by name, with its link."""

    ref: str
    name: str
    value: str


def headline(backtest: Backtest, user: User) -> dict[str, Any]:
    """What every mention of a backtest says: of what, by whom, and how far it is."""
    zone = zone_of(user)
    since, until = local(backtest.since, zone), local(backtest.until, zone)
    return {
        "backtest": backtest,
        "url": f"/definition/backtests/{backtest.pk}/",
        "state": backtest.get_state_display(),
        "tone": TONES[State(backtest.state)],
        "asked": f"{backtest.asked_by}, {local(backtest.asked_at, zone):%-d %B %Y %H:%M}",
        "period": f"{since:%-d %B %Y} to {until:%-d %B %Y}",
        "edited": backtest.content_hash != content_hash(backtest.document.content),
        "progress": _progress(backtest),
        "parts": [{"start": 0, "share": backtest.share, "tone": "accent"}],
    }


def backtest_screen(user: User, backtest: Backtest) -> dict[str, Any]:
    """Everything that the page and the part `leads/_backtest.html` show of one."""
    shown = headline(backtest, user)
    return shown | (_result(user, backtest) if backtest.state == State.DONE else {})


def _progress(backtest: Backtest) -> str:
    if backtest.state == State.WAITING:
        return "Waits for a worker"
    if backtest.leads is None:
        return "Counting the leads"
    return f"{backtest.share} % of {backtest.leads:,} leads judged"


def _result(user: User, backtest: Backtest) -> dict[str, Any]:
    result, labels = backtest.result, Labels()
    return {
        "result": result,
        "warning": warning(result),
        "figures": _figures(result),
        "outcomes": [_outcome(row, labels) for row in result["outcomes"]],
        "criteria": [row | {"kind": KINDS[row["kind"]]} for row in result["criteria"]],
        "weeks": [
            row | {"day": f"{date.fromisoformat(row['from']):%-d %b}"}
            for row in result["weeks"]["each"]
        ],
        "missed": _named(user, result["wins_missed"]["ids"]),
        "let_in": _named(user, result["rejected_let_in"]["ids"]),
        "signed": [
            f"{one.by} for {one.side}"
            for one in exhibits(backtest.document)
            if one.backtest == backtest
        ],
    }


def _figures(result: Mapping[str, Any]) -> list[Figure]:
    passing, leads = result["qualify"]["draft"], result["leads"]
    before = result["qualify"]["in_force"]
    mean = result["weeks"]["mean"]
    missed, let_in = result["wins_missed"], result["rejected_let_in"]
    now_rule = f"by the rule in force {before['yes']:,}" if before else "no rule is in force"
    load = f"now {mean['in_force']:g}" if before else f"handed over {mean['handed_over']:g}"
    lost = money_words(Decimal(str(missed["value"])), settings.CURRENCY)
    return [
        Figure("Would qualify", f"{passing['yes']:,}", f"of {leads:,} leads; {now_rule}"),
        Figure("Cannot tell", f"{passing['unknown']:,}", "somebody would have to ask"),
        Figure("A week for sales", f"{mean['draft']:g}", load),
        Figure("Wins missed", f"{missed['leads']:,}", lost, "late" if missed["leads"] else "ok",
               "#missed"),
        Figure("Refused, let in", f"{let_in['leads']:,}", "sales said no to these",
               url="#let-in"),
        Figure("Never tried", f"{result['never_tried']:,}", "kept back, so no outcome"),
    ]  # fmt: skip


def _outcome(row: Mapping[str, Any], labels: Labels) -> dict[str, Any]:
    name = OUTCOMES[row["outcome"]]
    if row["reason"]:
        name = f"{name}: {labels.of('reject', row['reason'])}"
    value = money_words(Decimal(str(row["value"])), settings.CURRENCY) if row["value"] else ""
    return {**row, "name": name, "value": value, "apart": row["outcome"] == "never_tried"}


def _named(user: User, ids: list[int]) -> list[Named]:
    return [_name(lead) for lead in named_leads(user, ids)]


def _name(lead: Lead) -> Named:
    return Named(lead.ref, lead.name, money_words(lead.value, settings.CURRENCY))

"""The scorecard as programs read it."""

from decimal import Decimal

from leadbridge.kernel.time import utc_text
from sla.clocks.kinds import Side
from sla.reports.scorecard.card import Scorecard
from sla.reports.scorecard.cohort import Line
from sla.reports.scorecard.ladder import Ladder, Rung
from sla.reports.scorecard.pace import Pace
from sla.reports.scorecard.promises import BOTH, Promise, WeekScore


def card_answer(card: Scorecard) -> dict[str, object]:
    """All of it."""
    return {
        "weeks": [
            {
                "week": week.key,
                **{side.value: week_answer(card.kept[side].weeks[place]) for side in BOTH},
            }
            for place, week in enumerate(card.weeks)
        ],
        "versions": [{"at": utc_text(one.at), "version": one.words} for one in card.changes],
        "marketing": [promise_answer(one) for one in card.kept[Side.MARKETING].promises],
        "sales": [promise_answer(one) for one in card.kept[Side.SALES].promises],
        "volume": volume_answer(card.pace),
        "activity": card.touches,
        "ladder": ladder_answer(card.cohort.whole),
        "campaigns": [line_answer(line) for line in card.cohort.campaigns],
        "sources": [line_answer(line) for line in card.cohort.sources],
    }


def week_answer(kept: WeekScore) -> dict[str, object]:
    """A week of one side."""
    score = kept.score
    return {
        "due": score.due,
        "met": score.met,
        "met_late": score.met_late,
        "missed_open": score.missed_open,
        "attainment": _tenth(score.share),
        "interval": _edges(score.interval),
        "reason": score.reason,
        "promised": _tenth(kept.promised),
    }


def promise_answer(promise: Promise) -> dict[str, object]:
    """A promise over the period."""
    return {
        "name": promise.name,
        "sentence": promise.words,
        "agreed": _tenth(promise.agreed),
        "at_most": promise.at_most,
        "part": promise.share.part,
        "n": promise.share.n,
        "share": _tenth(promise.share.percent),
        "interval": _edges(promise.share.interval),
        "kept": promise.kept,
    }


def volume_answer(pace: Pace | None) -> dict[str, object] | None:
    """The pace of the month."""
    if pace is None:
        return None
    return {
        "measure": pace.volume.measure,
        "per_month": pace.volume.per_month,
        "so_far": _amount(pace.so_far),
        "paced": round(pace.paced, 1),
        "state": pace.state,
    }


def ladder_answer(ladder: Ladder) -> dict[str, object]:
    """Counts, costs, revenue and return."""
    return {
        **{rung.value: ladder.count(rung) for rung in Rung},
        "cost": _amount(ladder.spend),
        "cost_per": {rung.value: _amount(ladder.each(rung)) for rung in Rung},
        "revenue": _amount(ladder.revenue),
        "times": None if ladder.times is None else str(ladder.times),
        "young_opportunities": ladder.young[0],
        "young_won": ladder.young[1],
    }


def line_answer(line: Line) -> dict[str, object]:
    """The ladder of one campaign or source."""
    return {"key": line.key, "name": line.name, **ladder_answer(line.ladder)}


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _tenth(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _edges(edges: tuple[float, float] | None) -> list[float] | None:
    return [round(edge, 1) for edge in edges] if edges else None

"""A seller's own figures as their page draws them."""

from collections.abc import Sequence
from urllib.parse import urlencode

from leadbridge.kernel.words import MONTHS
from leads.handoff.disputes import Dispute
from sla.reports.listing import label_of_kind
from sla.reports.mine.promises import Own
from sla.reports.scorecard.asking import exact_text
from sla.reports.scorecard.screen import bar_parts, drawn
from sla.reports.scorecard.weeks import Week
from sla.reports.slices import Part
from sla.reports.words import share_words

OUTCOMES = {
    "": ("waits for a ruling", ""),
    Dispute.Outcome.UPHELD: ("upheld", "ok"),
    Dispute.Outcome.OVERTURNED: ("overturned", "late"),
    Dispute.Outcome.SPLIT: ("the sides differ", "risk"),
}


def own_rows(found: Sequence[Own], weeks: Sequence[Week]) -> list[dict[str, object]]:
    """A row for each promise, with a cell for each week that opens what it counts."""
    return [
        {
            "name": label_of_kind(one.kind),
            "drawn": one.whole.share is not None,
            "value": share_words(one.whole),
            "url": clocks_url(one.kind, weeks[0], weeks[-1]),
            "note": note_of(one),
            "parts": bar_parts(one.whole.share, one.agreed),
            "label": f"{share_words(one.whole)} kept",
            "agreed": "–" if one.agreed is None else f"{one.agreed:g} %",
            "team": team_words(one),
            "weeks": [
                {
                    "value": share_words(score),
                    "url": clocks_url(one.kind, week, week),
                    "v": drawn(score.share),
                }
                for score, week in zip(one.weeks, weeks, strict=True)
            ],
        }
        for one in found
    ]


def clocks_url(kind: str, first: Week, last: Week) -> str:
    """One's own clocks that fell due from one week to another."""
    params = {
        "part": Part.DUE.value,
        "kind": kind,
        "from": exact_text(first.start),
        "to": exact_text(last.end),
    }
    return f"/mine/clocks/?{urlencode(params)}"


def note_of(one: Own) -> str:
    """ "n 24, 62 to 93"."""
    if one.whole.share is None:
        return ""
    edges = one.whole.interval
    return f"n {one.whole.due}" + (f", {edges[0]:.0f} to {edges[1]:.0f}" if edges else "")


def team_words(one: Own) -> str:
    """The median of the team; a dash where too few have a figure."""
    if one.team is None:
        return "–"
    return f"{one.team:.1f} %"


def week_names(weeks: Sequence[Week]) -> list[str]:
    """ "5 Oct" for each."""
    return [f"{week.monday.day} {MONTHS[week.monday.month - 1]}" for week in weeks]


def dispute_rows(found: Sequence[Dispute]) -> list[dict[str, object]]:
    """One's contested refusals and what was ruled on them."""
    return [
        {
            "ref": one.lead.ref,
            "name": one.lead.name,
            "said": one.sentence or one.reason.replace("_", " "),
            "outcome": OUTCOMES[one.outcome],
        }
        for one in found
    ]

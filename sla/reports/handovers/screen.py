"""A marketer's figures as their page draws them; each number opens what it counts."""

from collections.abc import Sequence
from decimal import Decimal

from leadbridge.kernel.shares import Share, wilson
from leadbridge.kernel.words import MONTHS
from sla.reports.asking import Asked
from sla.reports.handovers.queries import Detail, PaceDay, Refused, SourceLine
from sla.reports.links import list_url
from sla.reports.scorecard.pace import Pace
from sla.reports.scorecard.screen import Cell, bar_parts, drawn, money
from sla.reports.slices import Part

FEW = 5  # fewer say little, and are drawn so


def refused_rows(lines: Sequence[Refused], asked: Asked) -> list[dict[str, object]]:
    """Refusals by criterion, with a bar against the most frequent."""
    most = max((line.count for line in lines), default=1)
    return [
        {
            "sentence": line.sentence,
            "few": line.count < FEW,
            "count": Cell(f"{line.count:,}", list_url(asked, Part.REJECTED, criterion=line.key)),
            "said": [
                _said(asked, line, line.though_yes, "yes"),
                _said(asked, line, line.count - line.though_yes, "other"),
            ],
            "parts": [{"start": 0, "share": f"{100 * line.count / most:.1f}", "tone": "accent"}],
            "label": f"{line.count} of {most}",
        }
        for line in lines
    ]


def _said(asked: Asked, line: Refused, count: int, verdict: str) -> dict[str, object]:
    url = list_url(asked, Part.REJECTED, criterion=line.key, verdict=verdict) if count else ""
    return {"v": count, "value": f"{count:,}", "url": url}


def detail_rows(lines: Sequence[Detail], asked: Asked) -> list[dict[str, object]]:
    """What was named beside reasons, each with the refusals that named it."""
    return [
        {
            "reason": one.reason,
            "named": one.named,
            "count": Cell(
                f"{one.count:,}", list_url(asked, Part.REJECTED, reason=one.code, detail=one.key)
            ),
        }
        for one in lines
    ]


def source_rows(lines: Sequence[SourceLine], asked: Asked) -> list[dict[str, object]]:
    """Sources by acceptance and by what followed."""
    return [
        {
            "name": line.source or "Not said",
            "handed": _cell(line, asked, line.handed, Part.SUBMITTED),
            "accepted": _cell(line, asked, line.accepted, Part.ACCEPTED),
            "decided": _cell(line, asked, line.decided, Part.DECIDED),
            "acceptance": line.acceptance.words(),
            "accepts": dot_of(line.acceptance),
            "follows": dot_of(line.followed),
            "parts": bar_parts(line.acceptance.percent, None),
            "opportunities": _cell(line, asked, line.opportunities, Part.OPPORTUNITIES),
            "followed": line.followed.words(),
            "won": _cell(line, asked, line.won, Part.WON),
        }
        for line in lines
    ]


def dot_of(share: Share) -> dict[str, str]:
    """A share and its range as a chart reads them; n is in the words of the table."""
    edges = wilson(share.part, share.n) if share.percent is not None else (None, None)
    return {"v": drawn(share.percent), "low": drawn(edges[0]), "high": drawn(edges[1])}


def _cell(line: SourceLine, asked: Asked, count: int, part: Part) -> Cell:
    url = list_url(asked, part, source=line.source) if line.source else ""
    return Cell(f"{count:,}", url)


def pace_rows(days: Sequence[PaceDay], pace: Pace) -> list[dict[str, object]]:
    """The month day by day, what came beside an even pace."""
    whole, off = pace.volume.per_month, float(pace.volume.tolerance)
    say = money if pace.volume.measure == "value" else (lambda amount: f"{amount:,.0f}")
    return [
        {
            "day": f"{one.day.day} {MONTHS[one.day.month - 1]}",
            "iso": one.day.isoformat(),
            "so_far": say(one.so_far),
            "paced": say(Decimal(round(one.paced))),
            "came": f"{one.so_far:.0f}",
            "plan": drawn(one.paced),
            "least": drawn(one.paced * (1 - off)),
            "most": drawn(one.paced * (1 + off)),
            "parts": bar_parts(
                min(100.0, 100 * float(one.so_far) / whole),
                min(100.0, 100 * one.paced / whole),
                tone="ok" if abs(float(one.so_far) - one.paced) <= one.paced * off else "risk",
            ),
            "label": f"{say(one.so_far)} came, {say(Decimal(round(one.paced)))} at an even pace",
        }
        for one in days
    ]

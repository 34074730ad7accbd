"""The black hole as the SLA page draws it: a sentence, and columns of bars that open lists."""

from decimal import Decimal

from django.conf import settings

from leadbridge.kernel.money import money_words
from sla.reports.asking import Asked
from sla.reports.hole_parts import BAND_PARTS
from sla.reports.links import list_url
from sla.reports.listing import label_of_kind
from sla.reports.slices import Part
from sla.reports.waiting import SHOWN_HOLDERS, BlackHole, Holding, Loss

BAND_WORDS = {1: "Up to 2 times", 2: "2 to 4 times", 4: "4 to 8 times", 8: "8 times or longer"}

Row = dict[str, object]


def hole_of(hole: BlackHole, asked: Asked) -> dict[str, object] | None:
    """What the card shows; None where nothing is late."""
    if not hole.count:
        return None
    return {
        "people": f"{hole.people:,}",
        "people_words": people_words(hole),
        "people_url": list_url(asked, Part.LATE_PEOPLE),
        "money": money_sentence(hole),
        "columns": [
            {"title": "How long they wait, in times of the promise", "rows": _bands(hole, asked)},
            {"title": "Which promise", "rows": _kinds(hole, asked)},
            {"title": "Who holds it", "rows": _holders(hole, asked), "more": _more(hole)},
        ],
    }


def people_words(hole: BlackHole) -> str:
    """What follows the number of people."""
    if hole.people == 1:
        return "person has been waiting longer than we promised"
    return "people have been waiting longer than we promised"


def money_sentence(hole: BlackHole) -> str:
    """ "about €21,000 expected; 3 leads without a value"; empty where nobody waits."""
    parts = []
    if hole.money:
        money = money_words(hole.money.quantize(Decimal(1)), settings.CURRENCY)
        parts.append(f"about {money} expected")
    if hole.unvalued:
        many = f"{hole.unvalued:,} lead{'' if hole.unvalued == 1 else 's'}"
        parts.append(f"{many} without a value")
    return "; ".join(parts)


def stake_words(loss: Loss) -> str:
    """ "98 people, €45,000"; empty where nobody outside waits."""
    if not loss.people:
        return ""
    people = "1 person" if loss.people == 1 else f"{loss.people:,} people"
    money = money_words(loss.money.quantize(Decimal(1)), settings.CURRENCY)
    return f"{people}, {money}" if loss.money else people


def _bands(hole: BlackHole, asked: Asked) -> list[Row]:
    counts = zip(BAND_PARTS.items(), hole.bands, strict=True)
    return [
        _row(BAND_WORDS[times], Loss(count), list_url(asked, part), hole)
        for (times, part), count in counts
    ]


def _kinds(hole: BlackHole, asked: Asked) -> list[Row]:
    return [
        _row(label_of_kind(kind), loss, list_url(asked, Part.OVERDUE, kind=kind), hole)
        for kind, loss in hole.kinds
    ]


def _holders(hole: BlackHole, asked: Asked) -> list[Row]:
    """Those that nobody holds and those of people who left each in a row of their own, then the
    holders; a pool is in the first alone."""
    sums = (
        ("Nobody: waiting in a pool", hole.unassigned, Part.LATE_UNASSIGNED),
        ("People who no longer work here", hole.inactive, Part.LATE_INACTIVE),
    )
    rows = [
        {**_row(words, loss, list_url(asked, part), hole), "tag": "alarm"}
        for words, loss, part in sums
        if loss.count
    ]
    return rows + [
        _row(one.name, one.loss, list_url(asked, Part.OVERDUE, holder=one.key), hole)
        for one in _people(hole)[:SHOWN_HOLDERS]
    ]


def _people(hole: BlackHole) -> list[Holding]:
    return [one for one in hole.holders if not one.pool and one.active]


def _more(hole: BlackHole) -> str:
    """How much the rows leave out, so that they add up."""
    rest = _people(hole)[SHOWN_HOLDERS:]
    if not rest:
        return ""
    return f"{len(rest):,} more hold {sum(one.count for one in rest):,}."


def _row(name: str, loss: Loss, url: str, hole: BlackHole) -> Row:
    share = round(100 * loss.count / hole.count)
    return {
        "name": name,
        "at_stake": stake_words(loss),
        "count": f"{loss.count:,}",
        "url": url if loss.count else "",
        "parts": [{"start": 0, "share": share, "tone": "late"}] if share else [],
        "tag": "",
    }

"""The list of read-outs as its page and its file draw it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import QuerySet

from leadbridge.kernel.time import local, utc_text
from leadbridge.people.models import Side
from leads.campaigns.models import Readout
from leads.campaigns.readout_screen import face_of
from leads.campaigns.readouts import signature, state_of
from sla.reports.asking import Asked
from sla.reports.links import page_url
from sla.reports.readouts.counting import ReadoutPart

PATH = "/sla/readouts/"
PAGE = 50
WORDS = {
    ReadoutPart.DUE: "fell due",
    ReadoutPart.MET: "signed in time",
    ReadoutPart.MET_LATE: "signed late",
    ReadoutPart.MISSED_OPEN: "overdue without a signature",
    ReadoutPart.AHEAD: "not due yet",
}


AFTER = {
    ReadoutPart.DUE: " = ",
    ReadoutPart.MET: " + ",
    ReadoutPart.MET_LATE: " + ",
    ReadoutPart.MISSED_OPEN: "; ",
    ReadoutPart.AHEAD: "",
}


def tally(
    counts: Mapping[ReadoutPart, int], asked: Asked, here: ReadoutPart
) -> list[dict[str, object]]:
    """Every part with its list: the first is the sum of the next three."""
    return [
        {
            "value": f"{counts[part]:,}",
            "label": words,
            "url": page_url(asked, PATH, part=part.value),
            "current": part is here,
            "after": AFTER[part],
        }
        for part, words in WORDS.items()
    ]


def row_of(readout: Readout, zone: str, now: datetime) -> dict[str, object]:
    """One read-out: its campaign, how it stands, who has signed."""
    return {
        "campaign": readout.campaign,
        "url": f"/campaigns/{readout.campaign_id}/#readout",
        "clock": face_of(readout, zone, now),
        "due": local(readout.due_at, zone),
        "sides": [
            (side.label, by, local(at, zone) if at else None)
            for side in Side
            for by, at in [signature(readout, side)]
        ],
    }


def page_words(first: int, shown: int, whole: int) -> str:
    """ "1 to 50 of 120"."""
    return f"{first + 1:,} to {first + shown:,} of {whole:,}"


HEAD = (
    "campaign", "name", "marketer", "started_at", "due_at", "state", "marketing_by", "marketing_at",
    "sales_by", "sales_at",
)  # fmt: skip


def table_of(rows: QuerySet[Readout], now: datetime) -> Iterator[tuple[object, ...]]:
    """All of it as rows of a file."""
    yield HEAD
    for one in rows.iterator(chunk_size=1000):
        signed = [signature(one, side) for side in Side]
        parts = [part for by, at in signed for part in (by.username if by else "", utc_text(at))]
        campaign = one.campaign
        yield (
            campaign.pk, campaign.name, campaign.marketer.username, utc_text(one.started_at),
            utc_text(one.due_at), state_of(one, now), *parts,
        )  # fmt: skip

"""How it stands with the figures that are kept, and with the proof of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS
from sla.reports.rollups.checking import STORES
from sla.reports.rollups.models import Proof
from sla.reports.rollups.recount_models import Recount


@dataclass(frozen=True)
class Kept:
    """`days` of all kinds are kept, the youngest is `last`. `proved_at` is when every rule of the
    ledger was asked of every lead, `unaccounted` how many broke one then."""

    days: int
    last: date | None
    proved_at: datetime | None
    unaccounted: int
    recount: Recount | None


def kept_figures() -> Kept:
    """As it stands now; a query for each kind of days and two more, none over leads."""
    counted = [
        store.kept.days._default_manager.aggregate(n=Count("pk"), last=Max("day"))
        for store, _ in STORES
    ]
    proof = Proof.objects.first()
    return Kept(
        sum(one["n"] for one in counted),
        max((one["last"] for one in counted if one["last"]), default=None),
        proof.at if proof else None,
        sum(count for count, _ in proof.broken.values()) if proof else 0,
        Recount.objects.select_related("asked_by").order_by("-pk").first(),
    )


def kept_problems(kept: Kept) -> list[str]:
    """What needs a look, each as a sentence that says what to do."""
    told = []
    if kept.unaccounted:
        told.append(f"{kept.unaccounted:,} leads are unaccounted for: see the ledger.")
    if kept.recount and kept.recount.left:
        told.append(f"{_rows(kept.recount.left)} of kept figures still say something else.")
    if kept.recount and kept.recount.state == Recount.State.FAILED:
        told.append("The figures could not be counted again.")
    return told


def kept_rows(kept: Kept, zone: str) -> list[tuple[str, str]]:
    """The figures of the card as rows of a table."""
    last = f", up to {kept.last.day} {MONTHS[kept.last.month - 1]}" if kept.last else ""
    proof = "not proved yet"
    if kept.proved_at:
        found = f"{kept.unaccounted:,} unaccounted" if kept.unaccounted else "all accounted for"
        proof = f"{found}, proved {_at(kept.proved_at, zone)}"
    return [("Days kept", f"{kept.days:,}{last}"), ("Every lead", proof)]


def recount_words(recount: Recount | None, zone: str) -> dict[str, object]:
    """What became of the last recount: `words`, and while it runs the `parts` of its bar."""
    if recount is None:
        return {"words": "They were never counted again and compared with the rows.", "tone": ""}
    if recount.is_open:
        done = f"{recount.days:,} of {recount.whole:,} days counted again"
        words = done if recount.whole else "A worker is asked to count them again"
        parts = [{"start": 0, "share": recount.share, "tone": "accent"}]
        return {"words": words, "parts": parts, "tone": "", "busy": True}
    if recount.state == Recount.State.FAILED:
        return {"words": f"They could not be counted again. {recount.error}", "tone": "late"}
    assert recount.finished_at, "the table says so"
    by = f"{recount.days:,} days counted again {_at(recount.finished_at, zone)}"
    by = f"{by}, asked for by {recount.asked_by}"
    if recount.left:
        return {"words": f"{by}: {_rows(recount.left)} still differ.", "tone": "late"}
    if recount.differed:
        words = f"{by}: {_rows(recount.differed)} said something else, and are right now."
        return {"words": words, "tone": "risk"}
    return {"words": f"{by}: every one said what the leads say.", "tone": "ok"}


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _at(at: datetime, zone: str) -> str:
    return f"{local(at, zone):%-d %b, %H:%M}"

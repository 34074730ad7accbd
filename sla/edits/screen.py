"""What an edit and its rebuild look like: figures and sentences."""

from dataclasses import dataclass, replace
from datetime import datetime

from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.words import duration_words
from leadbridge.people.access import may_draft
from leadbridge.people.document_rules import ON_ITS_WAY
from leadbridge.people.models import User
from sla.agreement.models import AgreementVersion
from sla.calendars.models import Calendar
from sla.calendars.screen import instant_words
from sla.clocks.models import Rebuild
from sla.clocks.recounting import Effect

State = Rebuild.State
TONES = {State.DONE: "ok", State.FAILED: "late"}


@dataclass(frozen=True)
class Figure:
    """A figure of the preview, as components/stat.html draws it."""

    label: str
    value: str
    note: str
    tone: str = ""


def figures_of(effect: Effect) -> list[Figure]:
    """What moving the running clocks would do."""
    return [
        Figure("Running clocks", f"{effect.counting:,}", "count by this calendar"),
        Figure("Would move", f"{effect.moved:,}", "due at another time"),
        Figure(
            "Would turn late", f"{effect.turned_late:,}", "nobody would be told",
            "late" if effect.turned_late else "",
        ),
        Figure(
            "Late no longer", f"{effect.late_no_longer:,}", "late now, not by these hours",
            "ok" if effect.late_no_longer else "",
        ),
    ]  # fmt: skip


def agreement_figures(effect: Effect) -> list[Figure]:
    """What letting a version of the agreement count for running clocks would do."""
    counting, moved, *rest = figures_of(effect)
    return [
        replace(counting, note="count by another version"),
        moved,
        rest[0],
        replace(rest[1], note="late now, not by this version"),
    ]


def may_preview(user: User, version: AgreementVersion) -> bool:
    """Who drafts and signs sees what a version that is to come would do."""
    return may_draft(user) and version.state in (DocumentState.DRAFT, *ON_ITS_WAY)


def last_rebuild(
    calendar: Calendar | None = None, agreement: AgreementVersion | None = None
) -> Rebuild | None:
    """The last time running clocks were, or are being, moved by this calendar or agreement."""
    rebuilds = Rebuild.objects.select_related("to_version", "agreement", "asked_by")
    return rebuilds.filter(calendar=calendar, agreement=agreement).order_by("-pk").first()


def rebuild_screen(rebuild: Rebuild, zone: str) -> dict[str, object]:
    """How far it is, in a sentence and a bar."""
    share = round(100 * rebuild.done / rebuild.total) if rebuild.total else 100
    is_open = rebuild.state in Rebuild.OPEN
    return {
        "is_open": is_open,
        "state": rebuild.get_state_display(),
        "tone": TONES.get(State(rebuild.state), "risk" if is_open else ""),
        "progress": f"{rebuild.done:,} of {rebuild.total:,} clocks count by version "
        f"{rebuild.number} now",
        "result": f"{rebuild.moved:,} are due at another time, {rebuild.turned_late:,} turned late "
        f"(nobody was told), {rebuild.late_no_longer:,} are late no longer",
        "asked": f"{rebuild.asked_by}, {instant_words(rebuild.asked_at, zone)}",
        "took": _took(rebuild.started_at, rebuild.finished_at),
        "error": rebuild.error,
        "parts": [{"start": 0, "share": share, "tone": "accent"}],
    }


def _took(started: datetime | None, finished: datetime | None) -> str:
    if started is None or finished is None:
        return ""
    return duration_words((finished - started).total_seconds())

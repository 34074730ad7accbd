"""What an edit and its rebuild look like: figures and sentences."""

from dataclasses import dataclass
from datetime import datetime

from leadbridge.kernel.words import duration_words
from sla.calendars.models import Calendar
from sla.calendars.screen import instant_words
from sla.clocks.models import CalendarRebuild
from sla.clocks.rebuild import Effect

State = CalendarRebuild.State
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


def last_rebuild(calendar: Calendar) -> CalendarRebuild | None:
    """The last time running clocks were, or are being, moved."""
    rebuilds = CalendarRebuild.objects.filter(calendar=calendar)
    return rebuilds.select_related("to_version", "asked_by").order_by("-pk").first()


def rebuild_screen(rebuild: CalendarRebuild, zone: str) -> dict[str, object]:
    """How far it is, in a sentence and a bar."""
    share = round(100 * rebuild.done / rebuild.total) if rebuild.total else 100
    is_open = rebuild.state in CalendarRebuild.OPEN
    return {
        "is_open": is_open,
        "state": rebuild.get_state_display(),
        "tone": TONES.get(State(rebuild.state), "risk" if is_open else ""),
        "progress": f"{rebuild.done:,} of {rebuild.total:,} clocks count by version "
        f"{rebuild.to_version.number} now",
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

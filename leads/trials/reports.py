"""The disagreement report of a past of any length: a short one is counted while one waits, a long
one by a worker, and shown until it is old.

Both are the same computation. The instant up to which a kept report counts stands on its page, and
its lists are asked for by that instant.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from leadbridge.people.models import User
from leads.definition.criteria import Definition
from leads.definition.models import DefinitionVersion
from leads.handoff.models import Lead
from leads.trials.carrying import carry_out
from leads.trials.disagreement import Disagreement, Part, Split, disagreement
from leads.trials.known import Window, leads_in
from leads.trials.models import DisagreementRun
from leads.trials.own_criteria import OwnCriterion, asks_of, own_criteria

BEING_COUNTED = "So many decisions are counted by a worker, in a minute or so."
FEW = 5_000  # leads: counted in about a quarter of a second
FRESH = timedelta(hours=1)  # one that is older is shown while it is counted anew
OLD = timedelta(days=31)  # and is forgotten then


@dataclass(frozen=True)
class Report:
    """What sales goes by, and the criteria in force beside it, of a window."""

    window: Window
    found: Disagreement
    criteria: list[OwnCriterion]


def read_report(window: Window, *, actor: User, now: datetime) -> Report | DisagreementRun:
    """The report of a window that ends now or at an instant for which one was kept; of a long past
    the last that was kept, or, where there is none, the run that a worker is to do."""
    days = (window.until - window.since).days
    if _is_short(window):
        return count_report(window)
    kept = DisagreementRun.objects.filter(days=days, content_hash=_hash_in_force())
    done = kept.filter(state=DisagreementRun.State.DONE).order_by("-until")
    run = done.filter(until=window.until).first() or done.first()
    if run is None or run.until < now - FRESH:
        asked = ask_report(days, actor=actor, now=now)
        return _report_of(run) if run else asked
    return _report_of(run)


def count_report(window: Window) -> Report:
    """Count it now."""
    found = disagreement(window)
    return Report(window, found, own_criteria(window, found.splits))


def ask_report(days: int, *, actor: User, now: datetime) -> DisagreementRun:
    """Have a worker count the last so many days; one that waits already is answered."""
    DisagreementRun.objects.filter(until__lt=now - OLD).delete()
    asked = {"days": days, "content_hash": _hash_in_force()}
    try:
        with transaction.atomic():
            return DisagreementRun.objects.create(**asked, until=now, asked_by=actor, asked_at=now)
    except IntegrityError:
        return DisagreementRun.objects.get(**asked, state__in=DisagreementRun.OPEN)


def run_report(*, run_id: int, now: datetime) -> bool:
    """Count one that waits; False where another worker has it or it is done."""
    return carry_out(DisagreementRun, run_id, _reckon, now=now)


def _reckon(run: DisagreementRun) -> dict[str, Any]:
    _, held = leads_in(_window_of(run))
    return {"result": _content(count_report(held))}


def waiting_reports() -> list[int]:
    """What is still to be done, the oldest first."""
    rows = DisagreementRun.objects.filter(state__in=DisagreementRun.OPEN).order_by("asked_at")
    return list(rows.values_list("pk", flat=True))


def _is_short(window: Window) -> bool:
    handed = Lead.objects.filter(submitted_at__gte=window.since, submitted_at__lt=window.until)
    return handed[: FEW + 1].count() <= FEW


def _in_force() -> DefinitionVersion | None:
    return DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()


def _hash_in_force() -> str:
    active = _in_force()
    return active.content_hash if active else ""


def _window_of(run: DisagreementRun) -> Window:
    return Window(run.until - timedelta(days=run.days), run.until)


def _content(report: Report) -> dict[str, Any]:
    return {
        "found": asdict(report.found),
        "criteria": [_without_asks(asdict(criterion)) for criterion in report.criteria],
    }


def _report_of(run: DisagreementRun) -> Report:
    active, found = _in_force(), run.result["found"]
    definition = Definition.from_content(active.content) if active else None
    asks = {one.id: asks_of(one) for one in definition.criteria} if definition else {}
    splits = [_split(one) for one in found["splits"]]
    cells = [(verdict, outcome, number) for verdict, outcome, number in found["cells"]]
    return Report(
        _window_of(run),
        Disagreement(found["decided"], found["refused"], cells, splits),
        [_criterion(one, asks[one["id"]]) for one in run.result["criteria"]],
    )


def _without_asks(criterion: dict[str, Any]) -> dict[str, Any]:
    """What it asks stands in the definition, which a kept report belongs to."""
    return {name: kept for name, kept in criterion.items() if name != "asks"}


def _split(kept: Mapping[str, Any]) -> Split:
    return Split(**{**kept, "met": Part(**kept["met"]), "missed": Part(**kept["missed"])})


def _criterion(kept: Mapping[str, Any], asks: tuple[str, str, Any]) -> OwnCriterion:
    parts = {side: Part(**kept[side]) for side in ("met", "missed", "unknown")}
    goes_by = _split(kept["goes_by"]) if kept["goes_by"] else None
    return OwnCriterion(**{**kept, **parts, "goes_by": goes_by, "asks": asks})

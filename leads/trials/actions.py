"""Asking for a backtest, and doing it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leadbridge.people import documents
from leadbridge.people.access import sees_figures
from leadbridge.people.models import User
from leads.definition.criteria import Definition
from leads.definition.life import DEFINITION
from leads.definition.models import DefinitionVersion
from leads.trials.backtest import judge_past, report
from leads.trials.carrying import carry_out
from leads.trials.disagreement import Disagreement, proposed_content
from leads.trials.known import Window, leads_in
from leads.trials.models import Backtest

AT_ONCE = 400_000  # leads, some seconds
USUAL_DAYS, MOST_DAYS = 90, 3_650


def ask_backtest(
    *, document_id: int, days: int = USUAL_DAYS, actor: User, now: datetime
) -> Backtest:
    """Have a version tried on the leads of the last so many days; a worker does it.

    While the same text is being tried already, that one is answered. DomainError `forbidden` (403)
    for who may not read figures.
    """
    if not sees_figures(actor):
        raise DomainError("forbidden", "Backtests are for those who read figures.", status=403)
    if not 1 <= days <= MOST_DAYS:
        raise DomainError("invalid", f"Choose 1 to {MOST_DAYS:,} days.", field="days")
    version = DefinitionVersion.objects.get(pk=document_id)
    Definition.from_content(version.content)
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()
    try:
        with transaction.atomic():
            return Backtest.objects.create(
                document=version,
                content=version.content,
                content_hash=content_hash(version.content),
                against=active if active != version else None,
                since=now - timedelta(days=days),
                until=now,
                asked_by=actor,
                asked_at=now,
            )
    except IntegrityError:
        return Backtest.objects.get(
            document=version, content_hash=content_hash(version.content), state__in=Backtest.OPEN
        )


def run_backtest(*, backtest_id: int, now: datetime) -> bool:
    """Do one that waits, or was lost half-way; False where another worker has it or it is done."""
    return carry_out(Backtest, backtest_id, _reckon, now=now)


def _reckon(backtest: Backtest) -> dict[str, Any]:
    draft, against = Definition.from_content(backtest.content), backtest.against
    in_force = Definition.from_content(against.content) if against else None
    row = Backtest.objects.filter(pk=backtest.pk)
    result = reckon(
        draft,
        in_force,
        Window(backtest.since, backtest.until),
        lambda leads, share: row.update(leads=leads, share=share),
    )
    return {"result": result, "result_hash": content_hash(result)}


def reckon(
    draft: Definition,
    in_force: Definition | None,
    window: Window,
    tell: Callable[[int, int], object],
) -> dict[str, Any]:
    """The result. `tell` is given how many leads there are and, in percent, how much is done: a
    past of usual size is one query, a long one is cut so that one can see how far it is."""
    leads, held = leads_in(window)
    tell(leads, 0)
    parts, groups = held.parts(1 + leads // AT_ONCE), []
    for number, part in enumerate(parts, start=1):
        groups += judge_past(draft, in_force, part)
        tell(leads, 100 * number // (len(parts) + 1))
    return report(draft, in_force, window, groups)


def waiting_backtests() -> list[int]:
    """What is still to be done, the oldest first."""
    rows = Backtest.objects.filter(state__in=Backtest.OPEN).order_by("asked_at")
    return list(rows.values_list("pk", flat=True))


def days_of(text: str) -> int:
    """How many days somebody asks to look back; the usual ones where it is no such number."""
    plain = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), 1), MOST_DAYS) if plain else USUAL_DAYS


def propose_split(found: Disagreement, key: str, *, actor: User, now: datetime) -> Any:
    """A draft of the next version that says what sales goes by. DomainError `not_found` where the
    row is there no longer; `forbidden` for who does not draft."""
    split = next((one for one in found.splits if one.key == key), None)
    if split is None:
        raise DomainError("not_found", "That row is there no longer; look again.", status=404)
    active = DefinitionVersion.objects.filter(state=DefinitionVersion.State.ACTIVE).first()
    if active is None:
        raise DomainError("no_definition", "No definition is in force yet.", status=409)
    met, missed = split.met, split.missed
    return documents.start_draft(
        DEFINITION,
        actor=actor,
        now=now,
        content=proposed_content(active.content, split),
        note=f"From the disagreement report: {split.sentence}. Sales refused {met.refused} of "
        f"{met.decided} where so, {missed.refused} of {missed.decided} where not.",
    )

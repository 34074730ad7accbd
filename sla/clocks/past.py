"""Clocks of a past: written many at once, and marked where they still run past their due time,
like any other, but told to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from leadbridge.kernel.copying import copy_rows, point
from leads.handoff.changes import Agenda, Change
from leads.handoff.models import Event
from sla.clocks.engine import agenda_of, leave_unjudged, turn
from sla.clocks.models import Clock


@dataclass
class PastClocks:
    """The clocks of one lead whose past is lived through in memory."""

    clocks: list[Clock] = field(default_factory=list)
    running: list[Clock] = field(default_factory=list)
    dated: bool = True

    def on_change(self, change: Change) -> Agenda | None:
        """As the engine does it for a change of today, with nothing written yet."""
        turned = turn(change, self.running)
        if not self.dated:
            for clock in turned.ended:
                leave_unjudged(clock)
        self.clocks += turned.started
        self.running = turned.running
        return agenda_of(turned.running)


UNJUDGED = (
    "stopped_at", "elapsed_seconds", "breached_at", "detected_at", "void_at", "void_cause",
)  # fmt: skip


def leave_last_unjudged(lead_id: int, events: int) -> None:
    """The same for the clocks that the last so many events of a lead ended."""
    last = Event.objects.filter(lead=lead_id).order_by("-pk").values_list("pk", flat=True)[:events]
    for clock in Clock.objects.filter(lead=lead_id, ended_by__in=list(last)):
        leave_unjudged(clock)
        clock.save(update_fields=UNJUDGED)


def write_past_clocks(lives: Sequence[PastClocks]) -> None:
    """Write the clocks of leads whose events are written."""
    clocks = [clock for life in lives for clock in life.clocks]
    point(clocks, "lead", "started_by", "ended_by")
    copy_rows(clocks, numbered=False)


# The event of the sweep without its messages; `history` says so to whoever proves the ledger.
_MARK = """
    WITH marked AS (
        UPDATE sla_clock SET breached_at = due_at, detected_at = %(now)s
        WHERE lead_id = ANY(%(leads)s) AND due_at < %(now)s AND detected_at IS NULL
            AND stopped_at IS NULL AND void_at IS NULL AND next_at IS NULL
        RETURNING id, lead_id, kind, holder_id, team_id, due_at
    ), told AS (
        INSERT INTO leads_event (lead_id, at, action, actor_id, from_stage, to_stage, data)
        SELECT marked.lead_id, %(now)s, 'breach', NULL, '', '', jsonb_build_object(
            'clock', marked.id, 'kind', marked.kind, 'due_at', marked.due_at,
            'holder', marked.holder_id, 'manager', team.manager_id, 'history', true)
        FROM marked JOIN people_team AS team ON team.id = marked.team_id
    )
    SELECT count(*) FROM marked
"""


def mark_past_breaches(lead_ids: Sequence[int], *, now: datetime) -> int:
    """Mark what is overdue on leads whose past was just lived through; how many clocks it were."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"leads": list(lead_ids), "now": now})
        return int(cursor.fetchone()[0])

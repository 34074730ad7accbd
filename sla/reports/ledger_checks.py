# ruff: noqa: S608  # statements are put together from words of this file alone
"""Rules that no lead may break, each one statement that finds those that do.

All go over sets and along indexes; what was proved of all leads is kept, and then a page asks only
of those that something happened to since (`proving`).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from leads.handoff.stages import OPEN_STAGES, PARKED_STAGES
from sla.clocks.kinds import KINDS

SHOWN = 20
_ONLY = re.compile(r"ONLY\(([\w.]+)\)")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_OPEN = f"lead.stage IN ({_listed(OPEN_STAGES)})"
_PARKED = f"lead.stage IN ({_listed(PARKED_STAGES)})"
_ON_ITS_WAY = f"clock.kind NOT IN ({_listed(name for name, k in KINDS.items() if k.aside)})"
_OUTLIVES = f"clock.kind IN ({_listed(name for name, k in KINDS.items() if k.outlives)})"
_RUNS = "clock.stopped_at IS NULL AND clock.void_at IS NULL"


@dataclass(frozen=True)
class Broken:
    """A rule, how many leads break it, and some of them."""

    name: str
    sentence: str
    count: int
    examples: tuple[int, ...]


# Each selects the ids of the leads that break the rule; `ONLY(lead)` narrows it to some leads.
RULES: dict[str, tuple[str, str]] = {
    "holder": (
        "An open lead is in the custody of exactly its holder.",
        f"""
        SELECT lead.id FROM leads_lead AS lead
        LEFT JOIN leads_custody AS link ON link.lead_id = lead.id AND link.until IS NULL
        WHERE {_OPEN} AND ONLY(lead.id) AND (link.id IS NULL OR link.team_id <> lead.team_id
            OR link.holder_id IS DISTINCT FROM lead.holder_id)
        """,
    ),
    "clock": (
        "On an open lead a clock runs, or it is parked until a date.",
        f"""
        SELECT lead.id FROM leads_lead AS lead
        WHERE {_OPEN} AND ONLY(lead.id) AND NOT ({_PARKED} AND lead.park_until IS NOT NULL)
            AND NOT EXISTS (
                SELECT FROM sla_clock AS clock
                WHERE clock.lead_id = lead.id AND {_RUNS} AND {_ON_ITS_WAY})
        """,
    ),
    "ended": (
        "Nobody holds a lead that has ended, and no clock runs on it but that of its debrief.",
        f"""
        SELECT link.lead_id FROM leads_custody AS link
        JOIN leads_lead AS lead ON lead.id = link.lead_id
        WHERE link.until IS NULL AND NOT {_OPEN} AND ONLY(link.lead_id)
        UNION
        SELECT clock.lead_id FROM sla_clock AS clock
        JOIN leads_lead AS lead ON lead.id = clock.lead_id
        WHERE {_RUNS} AND NOT {_OPEN} AND ONLY(clock.lead_id)
            AND NOT ({_OUTLIVES} AND lead.stage IN ('won', 'lost'))
        """,
    ),
    "next": (
        "What a lead says is due next is the first clock that runs on its way.",
        f"""
        SELECT lead.id FROM leads_lead AS lead
        WHERE lead.next_kind <> '' AND ONLY(lead.id) AND NOT EXISTS (
            SELECT FROM sla_clock AS clock WHERE clock.lead_id = lead.id AND {_RUNS}
                AND clock.kind = lead.next_kind AND clock.due_at = lead.next_due_at
                AND clock.at_risk_at = lead.next_at_risk_at
                AND clock.started_at = lead.next_started_at)
        UNION
        SELECT lead.id FROM sla_clock AS clock JOIN leads_lead AS lead ON lead.id = clock.lead_id
        WHERE {_RUNS} AND {_ON_ITS_WAY} AND ONLY(clock.lead_id)
            AND (lead.next_kind = '' OR clock.due_at < lead.next_due_at)
        """,
    ),
    # A clock that was answered late before a sweep came by needs no telling. An undo carries a
    # breach over to a successor with the same due instant, so clocks are told apart by that. What
    # an edit of a calendar made late was told to nobody, and what was told before it was told of
    # the due instant of then.
    "told": (
        "A breach that the sweep marked is told once.",
        """
        WITH moved AS (
            SELECT clock.lead_id, clock.kind, move.due_from, move.due_to, move.silent
            FROM sla_clockmove AS move JOIN sla_clock AS clock ON clock.id = move.clock_id
            WHERE ONLY(clock.lead_id)
        ), marked AS (
            SELECT lead_id, kind, due_at FROM sla_clock
            WHERE breached_at IS NOT NULL AND (stopped_at IS NULL OR detected_at < stopped_at)
                AND ONLY(lead_id)
            EXCEPT SELECT lead_id, kind, due_to FROM moved WHERE silent
        ), told AS (
            SELECT lead_id, data->>'kind' AS kind, (data->>'due_at')::timestamptz AS due_at,
                count(*) AS times
            FROM leads_event WHERE action = 'breach' AND ONLY(lead_id) GROUP BY 1, 2, 3
        ), stood AS (
            SELECT lead_id, kind, due_at FROM sla_clock
                WHERE breached_at IS NOT NULL AND ONLY(lead_id)
            UNION ALL SELECT lead_id, kind, due_from FROM moved
        )
        SELECT marked.lead_id FROM marked LEFT JOIN told USING (lead_id, kind, due_at)
        WHERE told.times IS DISTINCT FROM 1
        UNION
        SELECT told.lead_id FROM told LEFT JOIN stood ON stood.lead_id = told.lead_id
            AND stood.kind = told.kind AND stood.due_at = told.due_at
        WHERE stood.lead_id IS NULL OR told.times > 1
        """,
    ),
    "message": (
        "Of each breach its holder and their manager are told.",
        """
        SELECT event.lead_id FROM leads_event AS event
        CROSS JOIN LATERAL (VALUES (event.data->>'holder'), (event.data->>'manager')) AS who (id)
        WHERE event.action = 'breach' AND ONLY(event.lead_id)
            AND NOT event.data ? 'history' AND who.id IS NOT NULL
            AND NOT EXISTS (SELECT FROM outbox_message AS message
                WHERE message.key = 'clock-' || (event.data->>'clock') || '-breached-' || who.id)
        """,
    ),
}


def broken_rules(only: Collection[int] | None = None, most: int = SHOWN) -> list[Broken]:
    """Every rule with the leads that break it, of all or `only` of some; all counts are 0 in a
    sound ledger. `most` of them are named."""
    narrow = "true" if only is None else r"\1 = ANY(%(only)s)"
    asked = (
        f"SELECT '{name}', count(*), (array_agg(id ORDER BY id))[:{most:d}] "
        f"FROM (SELECT DISTINCT id FROM ({_ONLY.sub(narrow, sql)}) AS found (id)) AS broken"
        for name, (_, sql) in RULES.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked), {"only": sorted(only or ())})
        found = {name: (count, examples) for name, count, examples in cursor.fetchall()}
    return [
        Broken(name, sentence, found[name][0], tuple(found[name][1] or ()))
        for name, (sentence, _) in RULES.items()
    ]

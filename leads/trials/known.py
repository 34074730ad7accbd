"""The leads of a past as they were known when they were handed over; where never, when captured.

A lead carries today's values. What its events tell of later changes is taken back: a field that a
later act of the person filled was unknown then; the expected value and the request are the ones
that stood before; the last act is the last one by then. `UNKNOWABLE` says what no event tells.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from django.db import connection

from leads.definition.compiled import Compiled

UNKNOWABLE = (
    "A later phone number or name counts as known from the start where no note of it was kept.",
    "Own fields all count as unknown where a later act filled some and no note says which.",
    "Leads that were merged or erased are left out.",
)

_JUDGED_AT = "coalesce({lead}.submitted_at, {lead}.captured_at)"
# What later events tell of one lead; nothing for a lead that nothing was told of.
_LATER = f"""
    SELECT e.lead_id,
        array_agg(f.name) FILTER (WHERE f.name IS NOT NULL) AS filled,
        array_agg(a.name) FILTER (WHERE a.name IS NOT NULL) AS filled_attributes,
        bool_or(e.data -> 'filled' ? 'attributes' AND NOT e.data ? 'attributes') AS attributes_lost,
        (array_agg(e.data #>> '{{was,request}}' ORDER BY e.at, e.id)
            FILTER (WHERE e.data -> 'was' ? 'request'))[1] AS request,
        bool_or(e.data -> 'before' ? 'value') AS valued,
        (array_agg(e.data #>> '{{before,value}}' ORDER BY e.at, e.id)
            FILTER (WHERE e.data -> 'before' ? 'value'))[1]::numeric AS value
    FROM leads_event e
    JOIN leads_lead x ON x.id = e.lead_id AND (e.at > {_JUDGED_AT.format(lead="x")}
        OR e.at = {_JUDGED_AT.format(lead="x")} AND e.action <> 'join')
    LEFT JOIN LATERAL jsonb_array_elements_text(
        coalesce(e.data -> 'filled', '[]') || coalesce(e.data -> 'person', '[]')) f(name) ON true
    LEFT JOIN LATERAL jsonb_array_elements_text(e.data -> 'attributes') a(name) ON true
    WHERE e.action IN ('join', 'absorb', 'qualify', 'win') AND e.at >= %(since)s
    GROUP BY e.lead_id
"""  # noqa: S608  # words of this file alone


def _then(name: str, nothing: str = "''") -> str:
    return f"CASE WHEN '{name}' = ANY(later.filled) THEN {nothing} ELSE l.{name} END AS {name}"


_LAST_ACT = f"""
    CASE WHEN l.acted_at <= {_JUDGED_AT.format(lead="l")} THEN l.acted_at ELSE coalesce(
        (SELECT max(j.at) FROM leads_event j WHERE j.lead_id = l.id AND j.action = 'join'
            AND j.at <= {_JUDGED_AT.format(lead="l")}), l.captured_at) END
"""  # noqa: S608
_REASON = """
    CASE WHEN l.stage = 'rejected' THEN l.reason WHEN l.decision = 'reject' THEN coalesce(
        (SELECT r.data ->> 'reason' FROM leads_event r WHERE r.lead_id = l.id
            AND r.action = 'reject' ORDER BY r.at DESC, r.id DESC LIMIT 1), '') ELSE '' END
"""
# What became of a lead, in the words of `backtest.OUTCOMES`.
_OUTCOME = """
    CASE WHEN l.submitted_at IS NULL THEN 'never_tried'
        WHEN l.stage = 'submitted' THEN 'waiting'
        WHEN l.decision = 'reject' THEN 'rejected'
        WHEN l.stage IN ('won', 'lost', 'opportunity', 'disqualified') THEN l.stage
        WHEN l.stage IN ('accepted', 'working') THEN 'working'
        ELSE 'recycled' END
"""
_WITHIN = f"""
    l.stage NOT IN ('merged', 'erased') AND {_JUDGED_AT.format(lead="l")} >= %(since)s
        AND {_JUDGED_AT.format(lead="l")} < %(until)s
"""
_SELECT = f"""
    SELECT l.id, {_JUDGED_AT.format(lead="l")} AS judged_at, p.email, l.source, l.campaign,
        CASE WHEN 'phone' = ANY(later.filled) THEN '' ELSE p.phone END AS phone,
        CASE WHEN 'first_name' = ANY(later.filled) THEN '' ELSE p.first_name END AS first_name,
        CASE WHEN 'last_name' = ANY(later.filled) THEN '' ELSE p.last_name END AS last_name,
        {_then("title")}, {_then("company")}, {_then("country")}, {_then("industry")},
        {_then("message")}, {_then("employees", "NULL")},
        CASE WHEN 'value' = ANY(later.filled) THEN NULL WHEN later.valued THEN later.value
            ELSE l.value END AS value,
        CASE WHEN 'request' = ANY(later.filled) THEN ''
            ELSE coalesce(later.request, l.request) END AS request,
        CASE WHEN later.attributes_lost THEN '{{}}'::jsonb
            WHEN later.filled_attributes IS NULL THEN l.attributes
            ELSE l.attributes - later.filled_attributes END AS attributes,
        {_LAST_ACT} AS acted_at, {_OUTCOME} AS outcome, {_REASON} AS refusal,
        CASE WHEN l.stage = 'won' THEN l.value END AS won_value
    FROM leads_lead l
    JOIN leads_person p ON p.id = l.person_id
    LEFT JOIN ({_LATER}) later ON later.lead_id = l.id
    WHERE {_WITHIN}
"""  # noqa: S608  # words of this file alone


@dataclass(frozen=True)
class Window:
    """The stretch of the past that is looked at: from `since` on, before `until`."""

    since: datetime
    until: datetime

    def parts(self, number: int) -> "list[Window]":
        """The window cut into so many, as long as each other."""
        width = (self.until - self.since) / number
        edges = [*(self.since + n * width for n in range(number)), self.until]
        return [Window(since, until) for since, until in pairwise(edges)]

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day in UTC."""
        return self.since.astimezone(UTC).date(), self.until.astimezone(UTC).date()


def leads_known_then(window: Window) -> Compiled:
    """The leads handed over (or captured) in a window, as a source for `compile_definition`: with
    `outcome`, `refusal` (the code of a rejection) and `won_value` beside what was known."""
    return Compiled(_SELECT, {"since": window.since, "until": window.until})


def leads_in(window: Window) -> int:
    """How many leads there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM leads_lead l WHERE {_WITHIN}",  # noqa: S608
            {"since": window.since, "until": window.until},
        )
        return int(cursor.fetchone()[0])

"""The leads of a past as they were known when they were handed over; where never, when captured.

A lead carries today's values. What its events tell of later changes is taken back: a field that a
later act of the person filled was unknown then; the expected value and the request are the ones
that stood before; the last act is the last one by then. `UNKNOWABLE` says what no event tells.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from leads.definition.sql_outcomes import Compiled

UNKNOWABLE = (
    "A later phone number or name counts as known from the start where no note of it was kept.",
    "Own fields all count as unknown where a later act filled some and no note says which.",
    "Leads that were merged or erased are left out.",
)

_JUDGED_AT = "coalesce({lead}.submitted_at, {lead}.captured_at)"
_LATER = f"""(e.at > {_JUDGED_AT.format(lead="x")}
    OR e.at = {_JUDGED_AT.format(lead="x")} AND e.action <> 'join')"""
# What its events tell of one lead, where they tell anything that counts: by later acts what they
# `filled` (as JSON writes names), the request and value from before; `joined_at`, the last act by
# then; `refusal`, why it was once rejected.
_TOLD = f"""
    SELECT e.lead_id,
        string_agg((e.data ->> 'filled') || coalesce(e.data ->> 'person', ''), ',')
            FILTER (WHERE e.action IN ('join', 'absorb') AND {_LATER}) AS filled,
        string_agg(btrim(e.data ->> 'attributes', '[]'), ', ')
            FILTER (WHERE e.data ->> 'attributes' <> '[]' AND {_LATER}) AS attributes,
        bool_or(e.data -> 'filled' ? 'attributes' AND NOT e.data ? 'attributes' AND {_LATER})
            AS attributes_lost,
        (array_agg(e.data #>> '{{was,request}}' ORDER BY e.at, e.id)
            FILTER (WHERE e.data -> 'was' ? 'request' AND {_LATER}))[1] AS request,
        bool_or(e.data -> 'before' ? 'value' AND {_LATER}) AS valued,
        (array_agg(e.data #>> '{{before,value}}' ORDER BY e.at, e.id)
            FILTER (WHERE e.data -> 'before' ? 'value' AND {_LATER}))[1]::numeric AS value,
        max(e.at) FILTER (WHERE e.action = 'join' AND NOT {_LATER}) AS joined_at,
        (array_agg(e.data ->> 'reason' ORDER BY e.at DESC, e.id DESC)
            FILTER (WHERE e.action = 'reject'))[1] AS refusal
    FROM leads_event e JOIN leads_lead x ON x.id = e.lead_id
    WHERE e.action = ANY(%(telling)s) AND e.lead_id BETWEEN %(first)s AND %(last)s
        AND (e.action <> 'reject' OR x.decision = 'reject' AND x.stage <> 'rejected')
    GROUP BY e.lead_id
"""  # noqa: S608  # words of this file alone


def _filled(name: str) -> str:
    return f"strpos(told.filled, '\"{name}\"') > 0"


def _then(name: str, nothing: str = "''", of: str = "l") -> str:
    return f"CASE WHEN {_filled(name)} THEN {nothing} ELSE {of}.{name} END AS {name}"


_LAST_ACT = f"""
    CASE WHEN l.acted_at <= {_JUDGED_AT.format(lead="l")} THEN l.acted_at
        ELSE coalesce(told.joined_at, l.captured_at) END
"""
_REASON = """
    CASE WHEN l.stage = 'rejected' THEN l.reason WHEN l.decision = 'reject'
        THEN coalesce(told.refusal, '') ELSE '' END
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
# Of two plain columns the database can tell how many leads there will be, of `coalesce` it cannot.
_WITHIN = """
    l.stage NOT IN ('merged', 'erased') AND l.id BETWEEN %(first)s AND %(last)s AND (
        l.submitted_at >= %(since)s AND l.submitted_at < %(until)s
        OR l.submitted_at IS NULL AND l.captured_at >= %(since)s AND l.captured_at < %(until)s)
"""
_SELECT = f"""
    SELECT l.id, {_JUDGED_AT.format(lead="l")} AS judged_at, p.email, l.source, l.campaign,
        {_then("phone", of="p")}, {_then("first_name", of="p")}, {_then("last_name", of="p")},
        {_then("title")}, {_then("company")}, {_then("country")}, {_then("industry")},
        {_then("message")}, {_then("employees", "NULL")},
        CASE WHEN {_filled("value")} THEN NULL WHEN told.valued THEN told.value
            ELSE l.value END AS value,
        CASE WHEN {_filled("request")} THEN ''
            ELSE coalesce(told.request, l.request) END AS request,
        CASE WHEN told.attributes_lost THEN '{{}}'::jsonb
            WHEN told.attributes IS NULL THEN l.attributes
            ELSE l.attributes - string_to_array(btrim(told.attributes, '"'), '", "')
        END AS attributes,
        {_LAST_ACT} AS acted_at, {_OUTCOME} AS outcome, {_REASON} AS refusal,
        CASE WHEN l.stage = 'won' THEN l.value END AS won_value
    FROM leads_lead l
    JOIN leads_person p ON p.id = l.person_id
    LEFT JOIN jsonb_to_recordset(%(told)s::jsonb) AS told(
        lead_id bigint, filled text, attributes text, attributes_lost boolean, request text,
        valued boolean, value numeric, joined_at timestamptz, refusal text) ON told.lead_id = l.id
    WHERE {_WITHIN}
"""  # noqa: S608  # words of this file alone


@dataclass(frozen=True)
class Window:
    """The stretch of the past that is looked at: from `since` on, before `until`; and of its leads
    those with ids from `first` to `last`."""

    since: datetime
    until: datetime
    first: int = 0
    last: int = 2**63 - 1

    def parts(self, number: int) -> "list[Window]":
        """The window cut by ids into so many, each leads that lie together on the disk: all parts
        are read in the time of the whole."""
        width = -(-(self.last - self.first + 1) // number)
        edges = range(self.first, self.last + 1, max(width, 1))
        return [replace(self, first=edge, last=min(edge + width - 1, self.last)) for edge in edges]

    @property
    def days(self) -> tuple[date, date]:
        """Its first and last day in UTC."""
        return self.since.astimezone(UTC).date(), self.until.astimezone(UTC).date()

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statements of this file are given."""
        return {"since": self.since, "until": self.until, "first": self.first, "last": self.last}


def leads_known_then(window: Window, *, with_value: bool = True) -> Compiled:
    """The leads handed over (or captured) in a window, as a source for `Reading`: with `outcome`,
    `refusal` (the code of a rejection) and `won_value` beside what was known.

    What events tell is read first and given to the select: joined as a grouped select of its own,
    it would keep the database to one process. Who does not ask for `value` spares it the events of
    all deals.
    """
    telling = ["join", "absorb", "reject", *(("qualify", "win") if with_value else ())]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(json_agg(json_strip_nulls(to_json(t))), '[]')::text FROM ({_TOLD}) t",  # noqa: S608
            {**window.parameters, "telling": telling},
        )
        [told] = cursor.fetchone()
    return Compiled(_SELECT, {**window.parameters, "told": told})


def leads_in(window: Window) -> tuple[int, Window]:
    """How many leads there are, and the window without the ids at either end that are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), min(l.id), max(l.id) FROM leads_lead l WHERE {_WITHIN}",  # noqa: S608
            window.parameters,
        )
        leads, first, last = cursor.fetchone()
    return leads, replace(window, first=first, last=last) if leads else window

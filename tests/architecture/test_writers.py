"""One writer per fact, one receiver, one now: searched for in the source itself."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from weakref import ReferenceType

import pytest
from django.db.models import signals

from leads.handoff.changes import lead_changed
from sla.clocks.receiver import on_lead_changed
from tests.architecture.source import Source, dotted, sources

WRITES = {
    "create", "bulk_create", "get_or_create", "update", "update_or_create", "bulk_update", "delete",
    "save",
}  # fmt: skip
MOVES = "leads/handoff/moves.py"
CROWD = "leads/handoff/crowd.py"  # what `moves` worked out for many leads, written at once
# model: (what a variable or relation of it is called, who may write it, table)
WRITERS: dict[str, tuple[set[str], set[str], str]] = {
    "Lead": (
        {"lead", "leads", "held_leads"},
        {
            MOVES,
            CROWD,
            "leads/handoff/episodes.py",
            "leads/handoff/joining.py",
            "leads/campaigns/actions.py",
        },  # a return; the facts of a second act; what a lead counts for; never a stage
        "leads_lead",
    ),
    "Event": ({"event", "events"}, {MOVES, CROWD}, "leads_event"),
    "Custody": ({"custody"}, {MOVES, CROWD}, "leads_custody"),
    "Clock": (
        {"clock", "clocks"},
        {
            "sla/clocks/beginning.py",
            "sla/clocks/engine.py",
            "sla/clocks/gathered.py",
            "sla/clocks/outage.py",
            "sla/clocks/past.py",
            "sla/clocks/repair.py",
            "sla/clocks/sweep.py",
        },
        "sla_clock",
    ),
    "CalendarVersion": ({"versions"}, {"sla/calendars/actions.py"}, "sla_calendarversion"),
    "Turn": ({"turn"}, {"leads/routing/actions.py"}, "leads_turn"),
    "RoutingVersion": (
        {"routing_versions"},
        {"leads/routing/versions.py", "leadbridge/demo/organisation.py"},
        "leads_routingversion",
    ),
    "Touch": ({"touch", "touches"}, {"leads/work/actions.py"}, "leads_touch"),
    "Question": ({"questions"}, {"leads/work/questions.py"}, "leads_question"),
    "Ruling": ({"rulings"}, {"leads/work/rulings.py"}, "leads_ruling"),
    "Debrief": ({"debriefs"}, {"leads/work/debriefs.py"}, "leads_debrief"),
    "Reason": ({"reason"}, {"leads/review/reasons.py"}, "leads_reason"),
    "ReasonKind": ({"kinds"}, {"leads/review/kinds.py"}, "leads_reasonkind"),
    "Dispute": ({"disputes", "contests"}, {"leads/handoff/disputes.py"}, "leads_dispute"),
    "Recoding": ({"recodings"}, {"leads/handoff/recoding.py"}, "leads_recoding"),
    "CampaignRule": (set(), {"leads/campaigns/actions.py"}, "leads_campaignrule"),
    "CampaignCost": ({"costs"}, {"leads/campaigns/actions.py"}, "leads_campaigncost"),
    "CompanyDomain": ({"domains"}, {"leads/companies/actions.py"}, "leads_companydomain"),
    "Likeness": (
        set(),
        {"leads/duplicates/finding.py", "leads/duplicates/actions.py"},
        "leads_likeness",
    ),
    "BreachEntry": (set(), {"sla/reports/breach_actions.py"}, "sla_breachentry"),
    "SavedView": ({"saved_views"}, {"leadbridge/people/saved.py"}, "people_savedview"),
    "Pause": ({"pause", "pauses"}, {"leads/handoff/pausing.py"}, "leads_pause"),
}
# SQL in words of our own: the sweep marks and tells set-wise, the outbox claims what waits.
SQL_WRITERS = {
    CROWD: {"leads_lead", "leads_person"},
    # What became of the rows of a file, by thousands.
    "leads/intake/importing/marking.py": {"leads_importrow"},
    # A trigger notes which kept days changed; a worker keeps them.
    "sla/clocks/models.py": {"sla_stalehour"},
    "sla/reports/rollups/keeping_came.py": {"sla_camecount", "sla_touchcount"},
    "sla/reports/rollups/keeping.py": {"sla_duecount"},
    "sla/reports/rollups/keeping_handed.py": {"sla_handedcount"},
    "sla/clocks/past.py": {"sla_clock", "leads_event"},  # what a sweep of a past would have marked
    "sla/clocks/sweep.py": {"sla_clock", "sla_clockstep", "leads_event", "outbox_message"},
    # An edit of a calendar moves running clocks by thousands, and what their leads say is next.
    "sla/clocks/rebuild.py": {"sla_clock", "sla_clockmove", "sla_clockstep", "leads_lead"},
    "leadbridge/outbox/claims.py": {"outbox_message", "outbox_pace"},
    # A worker turns to one address; triggers of other rooms write what is to be told there.
    "leadbridge/outbox/webhooks/sending.py": {"outbox_webhook"},
    "leadbridge/outbox/webhooks/writing.py": {"outbox_webhookdelivery"},
}
# The rim, where an instant is read: once a request, a task, a command.
RIM = re.compile(
    r"kernel/(time|http)\.py$|/tasks\.py$|management/commands/|people/idempotency\.py$|"
    r"leadbridge/(health|healthz)\.py$|/api\.py$|views\.py$|leadbridge/embedded/|/middleware\.py$"
)


@cache
def written(source: Source) -> tuple[tuple[str, int], ...]:
    """(model, line) for everything that this file writes through the ORM."""
    return tuple(_written(source))


def _written(source: Source) -> Iterator[tuple[str, int]]:
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        parts = name.split(".")
        for model, (called, _, _) in WRITERS.items():
            made = dotted(node.args[0]) if name == "fresh" else name
            if made == model and node.keywords:
                yield model, node.lineno  # a new row in the making
            elif (name == "copy_rows" and dotted(node.args[0]).split(".")[-1] in called) or (
                parts[-1] in WRITES and (parts[0] == model or set(parts[:-1]) & called)
            ):
                yield model, node.lineno


@pytest.mark.parametrize("model", sorted(WRITERS))
def test_each_fact_has_one_writer(model: str) -> None:
    _, allowed, _ = WRITERS[model]
    found = {
        f"{source.path}:{line}"
        for source in sources()
        for name, line in written(source)
        if name == model and source.path not in allowed
    }
    assert not found


@pytest.mark.parametrize("model", sorted(WRITERS))
def test_the_search_for_writers_finds_those_we_know(model: str) -> None:
    _, allowed, _ = WRITERS[model]
    for source in sources():
        if source.path in allowed - {"sla/clocks/sweep.py"}:
            assert model in {name for name, _ in written(source)}, source.path


def test_a_stage_is_set_in_one_place() -> None:
    found = set()
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr == "stage":
                if isinstance(node.ctx, ast.Store | ast.Del):
                    found.add(source.path)
            elif (
                isinstance(node, ast.Call)
                and any(word.arg == "stage" for word in node.keywords)
                and dotted(node.func).split(".")[-1] in WRITES | {"Lead"}
            ):
                found.add(source.path)
    # The audit of a past lives it through on a lead that is never saved.
    assert found == {MOVES, "sla/reports/history/audit.py"}


def test_sql_of_our_own_writes_only_what_the_sweep_tells() -> None:
    pattern = re.compile(
        r"(?i)\b(?:insert\s+into|update|delete\s+from)\s+((?:leads|sla|outbox|people)_\w+)"
    )
    for source in sources():
        tables = {table.lower() for table in pattern.findall(source.text)}
        assert tables <= SQL_WRITERS.get(source.path, set()), source.path


def test_a_changed_lead_is_told_to_the_clocks_and_to_nobody_else() -> None:
    receivers = [reference() for _, reference, *_ in lead_changed.receivers]
    assert receivers == [on_lead_changed]


def test_no_rule_hides_in_a_signal_of_the_orm() -> None:
    words = ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "@receiver")
    assert not [(s.path, word) for s in sources() for word in words if word in s.text]
    for name in ("pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"):
        for _, reference, *_ in getattr(signals, name).receivers:
            receiver = reference() if isinstance(reference, ReferenceType) else reference
            module = getattr(receiver, "__module__", "")
            assert module.split(".")[0] not in ("leadbridge", "leads", "sla"), (name, receiver)


def test_now_is_read_at_the_rim_only() -> None:
    found = set()
    for source in sources():
        if RIM.search(source.path):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module == "leadbridge.kernel.time":
                if any(alias.name == "now" for alias in node.names):
                    found.add(f"{source.path} imports now")
            elif (
                isinstance(node, ast.Call)
                and re.fullmatch(
                    r"(?:timezone\.|datetime\.|date\.|dt\.)*(?:timezone\.now|datetime\.now"
                    r"|datetime\.utcnow|date\.today|localdate|localtime)|time\.time",
                    dotted(node.func),
                )
                and not (dotted(node.func).endswith("localtime") and node.args)
            ):
                found.add(f"{source.path}:{node.lineno} {dotted(node.func)}")
    assert not found

"""What the database itself refuses, asked in plain SQL, as a script or a slip would."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from leadbridge.demo.organisation import Cast
from leads.handoff.models import Lead
from leads.handoff.stages import Stage
from tests.leads.handoff.scenes import accepted, at_stage, captured, snapshot, submitted, won

LEAD = "UPDATE leads_lead SET {} WHERE id = %(lead)s"
# (stage the lead stands at, statement, a word of the complaint)
REFUSED: list[tuple[Stage, str, str]] = [
    (Stage.CAPTURED, LEAD.format("stage = 'won', closed_at = now()"), "does not lead from"),
    (Stage.CAPTURED, LEAD.format("stage = 'accepted', last_action = 'accept'"), "does not lead"),
    (Stage.SUBMITTED, LEAD.format("stage = 'accepted', last_action = 'win'"), "does not lead"),
    (Stage.ERASED, LEAD.format("stage = 'captured', last_action = 'undo'"), "does not lead"),
    (Stage.MERGED, LEAD.format("stage = 'captured', last_action = 'merge'"), "does not lead"),
    (Stage.SUBMITTED, LEAD.format("stage = 'nonsense', last_action = 'accept'"), "does not lead"),
    (Stage.SUBMITTED, LEAD.format("submitted_at = NULL"), "submitted_has_instant"),
    (Stage.SUBMITTED, LEAD.format("verdict = 'no'"), "override_or_yes"),
    (
        Stage.SUBMITTED,
        LEAD.format("stage = 'rejected', last_action = 'reject', reason = ''"),
        "has_reason",
    ),
    (Stage.ACCEPTED, LEAD.format("holder_id = NULL"), "accepted_has_holder"),
    (Stage.WORKING, LEAD.format("accepted_at = NULL"), "accepted_has_holder"),
    (Stage.REJECTED, LEAD.format("reason = ''"), "has_reason"),
    (Stage.LOST, LEAD.format("reason = ''"), "has_reason"),
    (Stage.NURTURING, LEAD.format("park_until = NULL"), "parked_has_date"),
    (Stage.RECYCLED, LEAD.format("park_until = NULL"), "parked_has_date"),
    (Stage.WON, LEAD.format("closed_at = NULL"), "closed_has_instant"),
    (Stage.WORKING, LEAD.format("closed_at = now()"), "closed_has_instant"),
    (Stage.MERGED, LEAD.format("merged_into_id = NULL"), "merged_has_survivor"),
    (Stage.WON, LEAD.format("value = -1"), "value_not_negative"),
    (Stage.WORKING, LEAD.format("next_kind = ''"), "next_whole"),
    (Stage.WORKING, LEAD.format("next_due_at = NULL"), "next_whole"),
    (Stage.WON, "DELETE FROM leads_lead WHERE id = %(lead)s", "never_deleted"),
    (Stage.WON, "UPDATE leads_event SET at = now() WHERE lead_id = %(lead)s", "append_only"),
    (Stage.WON, "DELETE FROM leads_event WHERE lead_id = %(lead)s", "append_only"),
    (Stage.WON, "DELETE FROM sla_clock WHERE lead_id = %(lead)s", "never_deleted"),
    (
        Stage.WORKING,
        (
            "INSERT INTO leads_custody (lead_id, holder_id, team_id, since, cause) "
            "SELECT id, holder_id, team_id, now(), 'x' FROM leads_lead WHERE id = %(lead)s"
        ),
        "one_open",
    ),
    (
        Stage.WORKING,
        (
            "UPDATE leads_custody SET until = since - interval '1 s' "
            "WHERE lead_id = %(lead)s AND until IS NULL"
        ),
        "custody_forward",
    ),
    (
        Stage.CAPTURED,
        "UPDATE sla_clock SET next_at = now(), stopped_at = now() WHERE lead_id = %(lead)s",
        "ended_needs_no_look",
    ),
    (
        Stage.CAPTURED,
        "UPDATE sla_clock SET next_at = NULL, void_at = now() WHERE lead_id = %(lead)s",
        "void_has_cause",
    ),
    (
        Stage.CAPTURED,
        "UPDATE sla_clock SET breached_at = due_at WHERE lead_id = %(lead)s",
        "breach_whole",
    ),
    (
        Stage.CAPTURED,
        (
            "UPDATE sla_clock SET breached_at = due_at + interval '1 s', detected_at = now() "
            "WHERE lead_id = %(lead)s"
        ),
        "breach_whole",
    ),
    (
        Stage.CAPTURED,
        "UPDATE sla_clock SET due_at = started_at - interval '1 s' WHERE lead_id = %(lead)s",
        "instants_in_order",
    ),
    (Stage.CAPTURED, "UPDATE sla_clock SET kind = 'egg' WHERE lead_id = %(lead)s", "kind_known"),
    (Stage.CAPTURED, "UPDATE sla_calendarversion SET number = number + 1", "never_changed"),
    (Stage.CAPTURED, "DELETE FROM sla_calendarversion", "never_changed"),
    (
        Stage.CAPTURED,
        (
            "UPDATE leads_person SET email = '', phone = '' FROM leads_lead "
            "WHERE leads_lead.person_id = leads_person.id AND leads_lead.id = %(lead)s"
        ),
        "person_reachable",
    ),
    (
        Stage.CAPTURED,
        "UPDATE leads_definition SET content = '{}' WHERE state = 'active'",
        "cannot be changed",
    ),
    (
        Stage.CAPTURED,
        "UPDATE sla_agreement SET content = '{}' WHERE state = 'active'",
        "cannot be changed",
    ),
]


def refused(sql: str, word: str, **given: Any) -> None:
    with pytest.raises(DatabaseError, match=word), transaction.atomic(), connection.cursor() as db:
        db.execute(sql, given)


@pytest.mark.parametrize(("stage", "sql", "word"), REFUSED)
def test_the_database_refuses_what_the_table_does_not_allow(
    cast: Cast, now: datetime, stage: Stage, sql: str, word: str
) -> None:
    lead = at_stage(cast, stage, now)
    before = snapshot(lead)
    refused(sql, word, lead=lead.pk)
    assert snapshot(lead) == before


def copy_of(table: str, lead: Lead, **changes: str) -> str:
    """An INSERT of a row's copy with some columns changed."""
    with connection.cursor() as db:
        db.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
            [table],
        )
        columns = [name for (name,) in db.fetchall()]
    values = ", ".join(changes.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    where = "id" if table == "leads_lead" else "lead_id"
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where} = {lead.pk}"


def test_one_address_has_one_open_lead(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    refused(copy_of("leads_lead", lead, episode="9", previous_id="NULL"), "one_open_per_email")


def test_one_person_has_each_episode_once(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now)
    refused(
        copy_of("leads_lead", lead, email_key="''", previous_id="NULL"), "leads_lead_episode_once"
    )


def test_a_source_names_each_lead_once(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now, external_id="A-1")
    changes = {"email_key": "''", "episode": "9", "previous_id": "NULL"}
    refused(copy_of("leads_lead", lead, **changes), "external_id_once")


def test_a_lead_begins_as_captured(cast: Cast, now: datetime) -> None:
    refused(copy_of("leads_lead", won(cast, now), episode="9"), "begins as captured")


@pytest.mark.parametrize("scene", [captured, submitted, accepted])
def test_a_lead_has_one_running_clock_of_a_kind(cast: Cast, now: datetime, scene: Any) -> None:
    lead = scene(cast, now)
    refused(copy_of("sla_clock", lead) + " AND stopped_at IS NULL", "one_running")

# ruff: noqa: E501  # statements are put together from words of this file alone, one clause a line
"""A year of an organisation, set-wise: leads that were handed over, answered, worked and ended, with
the clocks, events and custody that living them through would have left.

Everything about a lead follows from its number, so two runs write the same. Most is over, the last
days are in the middle of it, and about two of a hundred running promises are late.
"""

import time

SELLERS = 400
TEAMS = 6
MARKETERS = 12
DAYS = 365
QUARANTINED, WAITING = 20_000, 500
TABLES = "leads_custody", "leads_event", "leads_lead", "leads_person", "sla_clock"

PEOPLE = """
INSERT INTO people_team (name, slug, side, manager_id, takes_unrouted)
SELECT 'Team ' || g, 'team-' || g, 'sales', {manager}, false FROM generate_series(1, {teams}) g;
INSERT INTO people_user (username, password, first_name, last_name, email, role, time_zone,
    is_active, is_staff, is_superuser, date_joined)
SELECT name || g, '', name, 'No ' || g, '', role, 'Europe/Berlin', true, false, false, now()
FROM (VALUES ('year-seller', 'seller', {sellers}), ('year-marketer', 'marketer', {marketers}))
    AS made (name, role, many), generate_series(1, many) g;
INSERT INTO people_membership (user_id, team_id)
SELECT person.id, team.id FROM people_user AS person JOIN people_team AS team
    ON team.slug = 'team-' || (1 + substr(username, 12)::int % {teams})
WHERE username LIKE 'year-seller%';
INSERT INTO people_membership (user_id, team_id)
SELECT id, {marketing} FROM people_user WHERE username LIKE 'year-marketer%';
INSERT INTO leads_campaign (name, name_key, channel, marketer_id, made_at)
SELECT 'Campaign ' || g, 'campaign ' || g, 'email', {marketer}, now() FROM generate_series(1, 30) g;
INSERT INTO leads_campaigncost (campaign_id, "on", amount, what, added_by_id, added_at)
SELECT id, current_date - g * 7, 1000 + g, '', {marketer}, now()
FROM leads_campaign, generate_series(0, 51) g WHERE name LIKE 'Campaign %';
UPDATE leads_campaign SET launched_at = now() - id % 90 * interval '1 day';
INSERT INTO leads_readout (campaign_id, started_at, at_risk_at, due_at, marketing_words, sales_words,
    marketing_by_id, marketing_at, sales_by_id, sales_at)
SELECT id, launched_at, launched_at + interval '45 minutes', launched_at + interval '1 hour', '', '',
    {marketer}, launched_at + interval '30 minutes', CASE WHEN id % 7 > 0 THEN {manager} END,
    CASE WHEN id % 7 > 0 THEN launched_at + id % 4 * interval '29 minutes' END
FROM leads_campaign;
"""
QUARANTINE = """
INSERT INTO leads_quarantined (origin, place, content_type, raw, told, code, errors, summary,
    email_key, times, marketer_id, owner_id, received_at, last_at, at_risk_at, due_at, state,
    settled_at, settled_by_id, reason)
SELECT (ARRAY['form', 'api', 'import', 'provider'])[1 + g % 4], 'Form ' || g % 9, 'application/json',
    repeat('{{"email": "half an address", "message": "what else they said"}}', 8)::bytea,
    '{{"email": "half an address"}}', 'invalid', '{{"email": ["This is no address."]}}',
    'Ines Aydin ' || g, '', 1, {marketer}, {marketer}, at, at, at + interval '6 hours',
    at + interval '1 day', CASE WHEN g > {waiting} THEN 'discarded' ELSE 'waiting' END,
    CASE WHEN g > {waiting} THEN at + interval '2 hours' END,
    CASE WHEN g > {waiting} THEN {marketer} END, CASE WHEN g > {waiting} THEN 'no lead' ELSE '' END
FROM generate_series(1, {quarantined}) g,
    LATERAL (SELECT now() - g * interval '365 days' / {quarantined} AS at) AS came;
"""


def _chance(seed: int) -> str:
    """A number in [0, 1) that follows from the lead's."""
    return f"(hashint8extended(g, {seed}) & 1048575) / 1048576.0::float8"


# Where each lead came from, whose it is, and at which instants it went how far.
LIVES = f"""
DROP TABLE IF EXISTS year_life;
CREATE UNLOGGED TABLE year_life AS
WITH born AS (
    SELECT g AS id, now() - ({{leads}} - g) * (interval '{DAYS} days' / {{leads}}) AS captured,
        {_chance(1)} AS path, {_chance(2)} AS u2, {_chance(3)} AS u3, {_chance(4)} AS u4,
        {_chance(5)} AS u5, {_chance(6)} AS u6, {_chance(7)} AS u7, {_chance(8)} AS u8,
        (hashint8extended(g, 9) & 65535)::int AS whose
    FROM generate_series(1, {{leads}}::bigint) g
), handed AS (
    SELECT *, CASE WHEN path >= 0.08 AND captured + (300 + u2 * 7200) * interval '1 second' < now()
        THEN captured + (300 + u2 * 7200) * interval '1 second' END AS submitted,
        floor(60 - ln(1 - u3) * 9000) AS accept_took, floor(120 - ln(1 - u5) * 20000) AS touch_took
    FROM born
), answered AS (
    SELECT *, CASE WHEN (u4 > 0.003 OR now() - captured > interval '60 days')
        AND submitted + accept_took * interval '1 second' < now()
        THEN submitted + accept_took * interval '1 second' END AS decided
    FROM handed
), touched AS (
    SELECT *, CASE WHEN path >= 0.16 AND decided + touch_took * interval '1 second' < now()
        THEN decided + touch_took * interval '1 second' END AS first_touch
    FROM answered
), worked AS (
    SELECT *, CASE WHEN u6 < 0.7 AND first_touch + interval '2 days' < now()
        THEN first_touch + interval '2 days' END AS second_touch,
        CASE WHEN captured + (3 + u7 * 40) * interval '1 day' < now()
            AND (path < 0.08 OR path < 0.16 AND decided IS NOT NULL OR first_touch IS NOT NULL)
        THEN captured + (3 + u7 * 40) * interval '1 day' END AS ended
    FROM touched
), people AS (
    SELECT array_agg(id ORDER BY id) AS sellers, array_agg(team_id ORDER BY id) AS teams
    FROM (SELECT u.id, m.team_id FROM people_user u JOIN people_membership m ON m.user_id = u.id
        WHERE u.username LIKE 'year-seller%') s
), marketers AS (
    SELECT array_agg(id ORDER BY id) AS ids FROM people_user WHERE username LIKE 'year-marketer%'
), campaigns AS (
    SELECT array_agg(id ORDER BY id) AS ids FROM leads_campaign WHERE name LIKE 'Campaign %'
)
SELECT worked.*, CASE
        WHEN submitted IS NULL THEN CASE WHEN ended IS NULL THEN 'captured' ELSE 'disqualified' END
        WHEN decided IS NULL THEN 'submitted'
        WHEN path < 0.16 THEN CASE WHEN ended IS NULL THEN 'rejected' ELSE 'disqualified' END
        WHEN first_touch IS NULL THEN 'accepted'
        WHEN ended IS NULL THEN CASE WHEN path < 0.26 AND second_touch IS NOT NULL
            THEN 'opportunity' ELSE 'working' END
        WHEN path < 0.26 THEN 'won' WHEN path < 0.56 THEN 'lost'
        WHEN path < 0.96 THEN 'disqualified' ELSE 'recycled' END AS stage,
    CASE WHEN submitted IS NULL THEN NULL ELSE sellers[1 + whose % {SELLERS}] END AS holder,
    CASE WHEN submitted IS NULL THEN {{marketing}} ELSE teams[1 + whose % {SELLERS}] END AS team,
    marketers.ids[1 + whose / 7 % {MARKETERS}] AS marketer,
    campaigns.ids[1 + whose / 11 % 30] AS campaign,
    (ARRAY['web form', 'fair', 'webinar', 'search ads', 'partner', 'referral', 'newsletter',
        'chat'])[1 + whose / 5 % 8] AS source,
    (ARRAY['bad_data', 'duplicate', 'wrong_person', 'not_icp', 'no_capacity'])[1 + whose / 3 % 5]
        AS reason,
    now() + (u8 * 14 - 0.3) * interval '1 day' AS step_due
FROM worked, people, marketers, campaigns;
ANALYZE year_life;
"""
LEADS = """
INSERT INTO leads_person (id, email, email_key, phone, phone_key, first_name, last_name)
SELECT id, 'p' || id || '@x.example', 'p' || id || '@x.example', '', '', 'Ines', 'Aydin ' || id
FROM year_life ORDER BY id;
INSERT INTO leads_lead (id, person_id, episode, stage, last_action, changed_at, marketer_id,
    marketing_team_id, holder_id, team_id, origin, source, campaign, campaign_row_id, external_id,
    email_key, title, company, country, industry, request, message, attributes, value, verdict,
    verdict_lines, fit, interest, tier, overridden, routing, acted_at, captured_at, submitted_at,
    decided_at, decision, accepted_at, first_touch_at, last_touch_at, qualified_at, closed_at,
    park_until, reason, reason_criterion, marketing_ruling, sales_ruling, debrief, paused_for,
    open_questions, next_kind, next_started_at, next_at_risk_at, next_due_at)
SELECT id, id, 1, stage, 'submit',
    coalesce(ended, second_touch, first_touch, decided, submitted, captured), marketer,
    {marketing}, CASE WHEN submitted IS NULL THEN marketer ELSE holder END, team, 'form', source,
    'Campaign', campaign, '', 'p' || id || '@x.example', 'VP Operations', 'Company ' || id, 'DE',
    'logistics', 'demo', '', '{{}}', 500 + whose % 9000, 'yes', '[]', 60, 30, 1,
    u2 < 0.04, '{{}}', captured, captured, submitted, decided,
    CASE WHEN decided IS NULL THEN '' WHEN path < 0.16 THEN 'reject' ELSE 'accept' END,
    CASE WHEN path >= 0.16 THEN decided END, first_touch, coalesce(second_touch, first_touch),
    CASE WHEN path < 0.26 AND path >= 0.16 THEN second_touch END,
    CASE WHEN stage IN ('won', 'lost', 'disqualified') THEN ended END,
    CASE stage WHEN 'recycled' THEN now() + u8 * interval '60 days' END,
    CASE stage WHEN 'rejected' THEN reason WHEN 'lost' THEN 'price' WHEN 'recycled' THEN 'timing'
        WHEN 'disqualified' THEN 'no_need' ELSE '' END, '', '', '',
    CASE WHEN stage IN ('won', 'lost') THEN 'done' ELSE '' END, '', 0,
    coalesce(next.kind, ''), next.started_at, next.at_risk_at, next.due_at
FROM year_life LEFT JOIN LATERAL (
    SELECT kind, started_at, at_risk_at, due_at FROM year_clock AS clock
    WHERE clock.lead_id = year_life.id AND clock.stopped_at IS NULL AND clock.void_at IS NULL
    ORDER BY due_at LIMIT 1
) AS next ON stage NOT IN ('won', 'lost', 'disqualified') ORDER BY id;
INSERT INTO leads_custody (lead_id, holder_id, team_id, since, until, cause)
SELECT id, CASE WHEN submitted IS NULL THEN marketer ELSE holder END, team, captured,
    CASE WHEN stage IN ('won', 'lost', 'disqualified') THEN ended END, 'routed'
FROM year_life ORDER BY id;
"""
EVENTS = """
INSERT INTO leads_event (id, lead_id, at, action, actor_id, from_stage, to_stage, data)
SELECT life.id * 16 + n, life.id, told.at, told.action, told.actor, told.was, told.becomes, told.data
FROM year_life AS life CROSS JOIN LATERAL (VALUES
    (0, captured, 'capture', NULL::int, '', 'captured', '{}'::jsonb),
    (1, submitted, 'submit', marketer, 'captured', 'submitted', '{}'),
    (2, decided, CASE WHEN path < 0.16 THEN 'reject' ELSE 'accept' END, holder, 'submitted',
        CASE WHEN path < 0.16 THEN 'rejected' ELSE 'accepted' END,
        CASE WHEN path < 0.16 THEN jsonb_build_object('reason', reason, 'criterion',
            CASE WHEN whose % 2 = 0 THEN 'c' || whose / 3 % 6 ELSE '' END) ELSE '{}' END),
    (3, first_touch, 'touch', holder, 'accepted', 'working', '{}'),
    (4, second_touch, 'touch', holder, 'working', 'working', '{}'),
    (5, CASE WHEN path BETWEEN 0.16 AND 0.26 THEN second_touch END, 'qualify', holder, 'working',
        'opportunity', '{}'),
    (6, ended, CASE WHEN stage = 'won' THEN 'win' WHEN stage = 'lost' THEN 'lose'
            WHEN stage = 'recycled' THEN 'recycle' ELSE 'disqualify' END,
        CASE WHEN path < 0.16 THEN marketer ELSE holder END,
        CASE WHEN submitted IS NULL THEN 'captured' WHEN path < 0.16 THEN 'rejected'
            WHEN path < 0.26 AND second_touch IS NOT NULL THEN 'opportunity' ELSE 'working' END,
        stage, '{}')
) AS told (n, at, action, actor, was, becomes, data) WHERE told.at IS NOT NULL ORDER BY life.id, n;
INSERT INTO leads_event (id, lead_id, at, action, from_stage, to_stage, data)
SELECT lead_id * 16 + 8 + id % 4, lead_id, detected_at, 'breach', '', '', jsonb_build_object('clock', id, 'kind', kind,
    'due_at', due_at, 'holder', holder_id, 'manager', NULL, 'history', true)
FROM sla_clock WHERE breached_at IS NOT NULL ORDER BY id;
"""
# Nearly two thirds of the triages are the system's own, which nobody owed.
CLOCKS = """
CREATE UNLOGGED TABLE year_clock AS
SELECT id * 4 + n AS id, id AS lead_id, kind, side, owner AS holder_id, at_team AS team_id, began AS started_at,
    began + 0.75 * (due - began) AS at_risk_at, due AS due_at,
    id * 16 + from_event AS started_by_id,
    CASE WHEN NOT void THEN stopped END AS stopped_at,
    CASE WHEN NOT void THEN extract(epoch FROM stopped - began)::int END AS elapsed_seconds,
    CASE WHEN void THEN stopped END AS void_at, CASE WHEN void AND stopped IS NOT NULL THEN 'reject' ELSE '' END AS void_cause,
    CASE WHEN stopped IS NOT NULL THEN id * 16 + by_event END AS ended_by_id,
    extract(epoch FROM due - began)::int AS target_seconds,
    NOT void AND due < now() AND (stopped IS NULL OR stopped > due + interval '10 seconds') AS breached
FROM year_life AS life CROSS JOIN LATERAL (VALUES
    (0, 'triage', 'marketing', life.marketer, {marketing}, captured, captured + interval '1 hour', 0,
        coalesce(submitted, ended), CASE WHEN submitted IS NULL THEN 6 ELSE 1 END, false,
        submitted IS NULL OR u8 < 0.17),
    (1, 'accept', 'sales', life.holder, team, submitted, submitted + interval '4 hours', 1, decided,
        2, false, submitted IS NOT NULL),
    (2, 'first_touch', 'sales', life.holder, team, submitted, submitted + interval '16 hours', 1,
        CASE WHEN path < 0.16 THEN decided ELSE first_touch END,
        CASE WHEN path < 0.16 THEN 2 ELSE 3 END, path < 0.16, submitted IS NOT NULL),
    (3, CASE WHEN stage = 'recycled' THEN 'review' WHEN path < 0.16 THEN 'rework'
            ELSE 'next_step' END,
        CASE WHEN stage = 'recycled' OR path < 0.16 THEN 'marketing' ELSE 'sales' END,
        CASE WHEN stage = 'recycled' OR path < 0.16 THEN life.marketer ELSE life.holder END, CASE WHEN path < 0.16 THEN {marketing} ELSE team END,
        CASE WHEN stage = 'recycled' THEN ended WHEN path < 0.16 THEN decided
            WHEN ended IS NULL THEN coalesce(second_touch, first_touch) ELSE first_touch END,
        CASE WHEN stage = 'recycled' THEN now() + u8 * interval '60 days'
            WHEN path < 0.16 THEN decided + interval '30 days'
            WHEN ended IS NULL THEN greatest(step_due, coalesce(second_touch, first_touch))
            ELSE first_touch + interval '3 days' END,
        CASE WHEN stage = 'recycled' THEN 6 WHEN path < 0.16 THEN 2
            WHEN ended IS NULL AND second_touch IS NOT NULL THEN 4 ELSE 3 END,
        CASE WHEN stage = 'recycled' THEN NULL WHEN path < 0.16 THEN ended
            WHEN ended IS NULL THEN NULL ELSE coalesce(second_touch, ended) END,
        CASE WHEN path >= 0.16 AND second_touch IS NOT NULL THEN 4 ELSE 6 END, false,
        CASE WHEN path < 0.16 THEN decided IS NOT NULL ELSE first_touch IS NOT NULL END)
) AS promise (n, kind, side, owner, at_team, began, due, from_event, stopped, by_event, void, there)
WHERE there AND (stage NOT IN ('won', 'lost', 'disqualified') OR stopped IS NOT NULL);
CREATE INDEX ON year_clock (lead_id) WHERE stopped_at IS NULL AND void_at IS NULL;
INSERT INTO sla_clock (id, lead_id, kind, side, holder_id, team_id, tier, calendar_id, agreement_id,
    target_seconds, at_risk_share, counted, pauses, started_at, at_risk_at, due_at, started_by_id,
    stopped_at, elapsed_seconds, void_at, void_cause, ended_by_id, breached_at, detected_at, error,
    steps, step_times, next_at)
SELECT id, lead_id, kind, side, holder_id, team_id, 1, (SELECT min(id) FROM sla_calendarversion),
    (SELECT min(id) FROM sla_agreement), target_seconds, 0.75, true, '[]', started_at, at_risk_at,
    due_at, started_by_id, stopped_at, elapsed_seconds, void_at, void_cause, ended_by_id,
    CASE WHEN breached THEN due_at END, CASE WHEN breached THEN due_at + interval '6 seconds' END,
    '', ARRAY['manager'], ARRAY[due_at + interval '90 days'],
    CASE WHEN stopped_at IS NULL AND void_at IS NULL THEN due_at + interval '90 days' END
FROM year_clock ORDER BY lead_id, id;
"""
DONE = "DROP TABLE year_life, year_clock"


def seed(leads: int, **known: object) -> dict[str, float]:
    """Empty the tables and write a year of so many leads; how long each part took, in seconds."""
    from django.db import connection, transaction

    took: dict[str, float] = {}
    numbers = {**known, "leads": leads, "sellers": SELLERS, "teams": TEAMS, "marketers": MARKETERS,
        "quarantined": QUARANTINED, "waiting": WAITING}  # fmt: skip

    def run(name: str, *statements: str) -> None:
        began = time.perf_counter()
        for statement in statements:
            cursor.execute(statement)
        took[name] = time.perf_counter() - began

    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL work_mem = '128MB'")
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
            dropped = _drop_indexes(cursor)
            run("lives", PEOPLE.format(**numbers), LIVES.format(**numbers))
            run("clocks", CLOCKS.format(**numbers))
            run("leads", LEADS.format(**numbers))
            run("events", EVENTS, QUARANTINE.format(**numbers))
            run("indexes", *dropped, DONE)
        run("vacuum", "VACUUM ANALYZE", "CHECKPOINT")
    return took


def _drop_indexes(cursor: object) -> list[str]:
    """Built once at the end, an index costs a fraction of what it costs row by row. Those of
    constraints stay."""
    execute, fetchall = cursor.execute, cursor.fetchall  # type: ignore[attr-defined]
    execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique",
        [list(TABLES)],
    )
    found = fetchall()
    for name, _ in found:
        execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]

"""A large organisation, written set-wise: copies of two leads that were really handed over.

As an organisation grows, so do its people: 500 open leads to a seller, ten sellers to a team.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection
from django.db.backends.utils import CursorWrapper

from leadbridge.demo.organisation import Cast, found_organisation
from leadbridge.kernel.time import now
from leadbridge.people.keys import make_key
from leadbridge.people.models import Membership, Team, User
from leads.handoff.actions import accept_lead, reassign_lead, submit_lead
from leads.handoff.episodes import Packet, capture_lead
from leads.handoff.models import Lead

LEADS_OF_A_SELLER = 500
SELLERS_OF_A_TEAM = 10
TO_ACCEPT = 4_000
_TABLES = ("leads_person", "leads_lead", "leads_custody", "sla_clock")


@dataclass
class Seed:
    """What every copy is taken from, and how many leads there are by now."""

    cast: Cast
    accepted: Lead
    waiting: Lead
    sellers: list[User]
    at: datetime
    size: int = 1


def found() -> Seed:
    """The demo organisation with one accepted and one waiting lead of Sam's."""
    at = now()
    cast = found_organisation(now=at)
    accepted = accept_lead(lead_id=_handed_over(cast, at, "a").pk, actor=cast.sam, now=at)
    return Seed(cast, accepted, _handed_over(cast, at, "b"), [cast.sam], at)


def _handed_over(cast: Cast, at: datetime, name: str) -> Lead:
    packet = Packet(
        source="web form", email=f"{name}@firm.example", phone="+49 30 901820", first_name="Kim",
        last_name="Brandt", title="Head of Operations", company="Brandt GmbH", country="DE",
        employees=240, industry="manufacturing", request="demo", message="Please call me.",
    )  # fmt: skip
    lead = capture_lead(packet=packet, origin="form", marketer=cast.mia, actor=None, now=at).lead
    lead = submit_lead(lead_id=lead.pk, actor=cast.mia, now=at)
    if lead.holder_id != cast.sam.pk:
        lead = reassign_lead(lead_id=lead.pk, actor=cast.max, now=at, to=cast.sam, cause="bench")
    return lead


def grow(seed: Seed, size: int) -> float:
    """Add leads until there are so many, with the people who hold them; answers the seconds."""
    began = perf_counter()
    _hire(seed, max(2, size // LEADS_OF_A_SELLER))
    with connection.cursor() as cursor:
        # The source rows are true; checking each copy again would only take time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        rebuilt = _without_indexes(cursor) if size >= 100_000 else []
        _copy_leads(cursor, seed, seed.accepted, size - seed.size)
        for statement in rebuilt:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("; ".join(f"ANALYZE {table}" for table in _TABLES))
    seed.size = size
    return perf_counter() - began


def add_waiting(seed: Seed) -> list[int]:
    """Leads that wait for Sam's word, for the benchmark of accepting; their ids."""
    last = Lead.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        sellers, seed.sellers = seed.sellers, [seed.cast.sam]
        _copy_leads(cursor, seed, seed.waiting, TO_ACCEPT)
        seed.sellers = sellers
        cursor.execute("SET session_replication_role = DEFAULT")
    return list(Lead.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True))


def _hire(seed: Seed, count: int) -> None:
    missing = range(len(seed.sellers), count)
    teams = Team.objects.bulk_create(
        Team(name=f"Team {n}", slug=f"team-{n}", side="sales", manager=seed.cast.max)
        for n in missing
        if n % SELLERS_OF_A_TEAM == 1
    )
    hired = User.objects.bulk_create(
        User(username=f"seller{n}", first_name="Seller", last_name=str(n), role="seller")
        for n in missing
    )
    team = list(Team.objects.filter(side="sales", slug__startswith="team-").order_by("pk"))
    Membership.objects.bulk_create(
        Membership(user=user, team=team[(n - 1) // SELLERS_OF_A_TEAM])
        for n, user in zip(missing, hired, strict=True)
    )
    assert teams or not hired or team
    seed.sellers += hired


def _without_indexes(cursor: CursorWrapper) -> list[str]:
    """Drop what is no constraint; answers the statements that make it again, faster."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE NOT indisunique AND indrelid = ANY(%s::regclass[])",
        [list(_TABLES)],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _copy_leads(cursor: CursorWrapper, seed: Seed, source: Lead, count: int) -> None:
    """Copy a lead with its person, its open link of custody and its running clocks."""
    first = {table: _last_id(cursor, table) for table in _TABLES}
    holders, teams = _holders(seed)
    holder = f"('{holders}'::bigint[])[1 + n %% {len(seed.sellers)}]"
    team = f"('{teams}'::bigint[])[1 + n %% {len(seed.sellers)}]"
    due = f"'{seed.at + timedelta(hours=3)}'::timestamptz + (n %% 9973) * interval '1 min'"
    person, lead = first["leads_person"], first["leads_lead"]
    held = {"holder_id": holder, "team_id": team}
    _copy(cursor, "leads_person", f"id = {source.person_id}", count, email=f"'k' || n + {person}",
          email_key=f"'k' || n + {person}", last_name="'Brandt ' || n")  # fmt: skip
    _copy(cursor, "leads_lead", f"id = {source.pk}", count, person_id=f"n + {person}",
          email_key=f"'k' || n + {person}", company="'Brandt ' || n", next_due_at=due,
          next_at_risk_at=f"{due} - interval '1 h'", **held)  # fmt: skip
    _copy(cursor, "leads_custody", f"lead_id = {source.pk} AND until IS NULL", count,
          lead_id=f"n + {lead}", **held)  # fmt: skip
    for clock in source.clocks.filter(stopped_at=None, void_at=None):
        _copy(cursor, "sla_clock", f"id = {clock.pk}", count, lead_id=f"n + {lead}", due_at=due,
              next_at=due, at_risk_at=f"{due} - interval '1 h'", **held)  # fmt: skip


def _holders(seed: Seed) -> tuple[str, str]:
    team_of = dict(Membership.objects.values_list("user_id", "team_id"))
    holders = ",".join(str(user.pk) for user in seed.sellers)
    teams = ",".join(str(team_of[user.pk]) for user in seed.sellers)
    return f"{{{holders}}}", f"{{{teams}}}"


def _last_id(cursor: CursorWrapper, table: str) -> int:
    """The id after which copies get theirs, in the order in which they are numbered."""
    cursor.execute(f"SELECT max(id) FROM {table}")
    last = int(cursor.fetchone()[0])
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [last])
    return last


def _copy(cursor: CursorWrapper, table: str, where: str, count: int, **changes: str) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
        [table],
    )
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(changes.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, "
        f"generate_series(1, %s) AS n WHERE {where} ORDER BY n",
        [count],
    )


def session_of(user: User) -> str:
    """The cookie of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


def key_of(user: User) -> str:
    """A key that may write."""
    return make_key(user=user, name="bench", scope="write", now=now())

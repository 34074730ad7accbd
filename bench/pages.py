"""The server time of each page over a year of a million leads, beside that of its queries.

`python -m bench.pages [NAME …]` measures the pages whose names begin so, all without one. With
`PAGES_DATABASE=name` that database is kept and found again, so that the year is written only once;
`PAGES_LEADS=100000` writes a smaller one.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import django
from django.db import connection

from bench import year
from bench.__main__ import say
from bench.ground import own_database

Figure = tuple[str, float, str]
LEADS = 1_000_000
TIMES, WARM_UP = 40, 3
KEPT = 186  # days: the page of ninety looks at the ninety before too
COMPARED = 5  # of these with their rows
# A name for each page, who reads it, and its address.
PAGES = (
    ("sla", "max", "/sla/"),
    ("sla_team", "max", "/sla/?team=team-1"),
    ("sla_source", "max", "/sla/?source=fair"),
    ("sla_90_days", "max", "/sla/?days=90"),
    ("people", "max", "/sla/people/"),
    ("people_second", "max", "/sla/people/?page=2"),
    ("ledger", "max", "/sla/ledger/"),
    ("trend", "max", "/sla/trend/"),
    ("trend_holder", "max", "/sla/trend/?by=holder"),
    ("hours", "max", "/sla/hours/"),
    ("workload", "max", "/sla/workload/"),
    ("workload_leads", "max", "/sla/workload/leads/?team=team-1"),
    ("readouts", "max", "/sla/readouts/"),
    ("funnel", "max", "/sla/funnel/"),
    ("funnel_campaign", "max", "/sla/funnel/?by=campaign"),
    ("funnel_holder", "max", "/sla/funnel/?by=holder"),
    ("scorecard", "ana", "/scorecard/"),
    ("scorecard_team", "ana", "/scorecard/?team=team-1"),
    ("scorecard_source", "ana", "/scorecard/?source=fair"),
    ("scorecard_leads", "ana", "/scorecard/leads/?part=won"),
    ("scorecard_touches", "ana", "/scorecard/leads/?part=touches"),
    ("campaigns", "ana", "/campaigns/"),
    ("handoffs", "ana", "/handoffs/"),
    ("handoffs_mine", "year-marketer1", "/handoffs/"),
    ("handoff_figures", "ana", "/handoffs/figures/"),
    ("handoff_figures_mine", "year-marketer1", "/handoffs/figures/"),
    ("mine", "year-seller1", "/mine/"),
    ("inbox", "year-seller1", "/inbox/"),
    ("quarantine", "ana", "/quarantine/"),
    ("quarantine_settled", "ana", "/quarantine/?state=discarded"),
    ("breaches", "max", "/sla/breaches/"),
    ("breaches_team", "max", "/sla/breaches/?team=team-1"),
    ("breaches_deep", "max", "/sla/breaches/?page=100"),
    ("clocks_due", "max", "/sla/clocks/?part=due"),
    ("clocks_due_deep", "max", "/sla/clocks/?part=due&page=1000"),
    ("clocks_submitted", "max", "/sla/clocks/?part=submitted"),
    ("clocks_overdue", "max", "/sla/clocks/?part=overdue"),
    ("clocks_people", "max", "/sla/clocks/?part=late_people"),
)


def main(*only: str) -> None:
    """Measure pages alone, over a year written now or kept from another time."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    with own_database(keep=os.environ.get("PAGES_DATABASE", "")):
        django.setup()
        try:
            _prepare()
            say(refreshed() if _written() else ground(int(os.environ.get("PAGES_LEADS") or LEADS)))
            say(run(*only))
        finally:
            connection.close()


def _prepare() -> None:
    """The tables of today, and people in them."""
    from django.core.management import call_command
    from django.utils import timezone

    from leadbridge.demo.organisation import find_cast, found_organisation
    from leadbridge.embedded.prepare import collect_static

    collect_static()
    call_command("migrate", verbosity=0, interactive=False)
    if find_cast() is None:
        found_organisation(now=timezone.now())


def _written() -> bool:
    from leads.handoff.models import Lead

    return Lead.objects.exists()


def run(*only: str) -> list[Figure]:
    """Milliseconds of each page, and how many times as long it takes as what it asks PostgreSQL."""
    from sla.reports import overview

    overview.KEPT_FROM_SECONDS = float("inf")  # what was counted a moment ago is counted anew
    gc.freeze()  # as the server does when it has loaded (leadbridge/wsgi.py)
    limit = _limit()
    figures: list[Figure] = [("pages_rollup_limit", limit, "ms")]
    for name, reader, url in PAGES:
        if only and not name.startswith(only):  # a tuple: any of them
            continue
        whole, asked = _measured(reader, url)
        figures += [
            (f"page_{name}_p50", _rank(whole, 0.5), "ms"),
            (f"page_{name}_p95", _rank(whole, 0.95), "ms"),
            (f"page_{name}_queries", statistics.median(asked), "ms"),
            (f"page_{name}_ratio", _rank(whole, 0.5) / statistics.median(asked), "x"),
        ]
    return figures


def ground(leads: int = LEADS) -> list[Figure]:
    """A year of leads, and its days kept: milliseconds for each, seconds of a proof of the whole
    ledger, and in how many rows what is kept differs from what was counted."""
    from leadbridge.demo.organisation import find_cast

    cast = find_cast()
    assert cast
    took = year.seed(leads, manager=cast.max.pk, marketing=cast.marketing.pk, marketer=cast.mia.pk)
    told = ", ".join(f"{name} {seconds:.0f}" for name, seconds in took.items())
    print(f"(a year of {leads} leads: {told} s)", file=sys.stderr)
    return refreshed()


def refreshed() -> list[Figure]:
    """What workers would have done by now: the days kept, the ledger proved."""
    from django.utils import timezone

    from sla.reports.proving import prove
    from sla.reports.rollups.checking import differences
    from sla.reports.rollups.keeping import keep_days
    from sla.reports.rollups.keeping_came import keep_came
    from sla.reports.rollups.keeping_handed import keep_handed
    from sla.reports.rollups.keeping_took import keep_took
    from sla.reports.rollups.rounds import SETTLED
    from sla.reports.rollups.stages import keep_moves

    began, now = time.perf_counter(), timezone.now()
    days = sum(_kept(keep, now) for keep in (keep_days, keep_handed, keep_took))
    days += _kept(keep_came, now, most=10_000)  # campaigns count from their first day on
    keeping = 1000 * (time.perf_counter() - began) / max(days, 1)
    began = time.perf_counter()
    unaccounted = prove(now=now)
    proving = time.perf_counter() - began
    for later in (timedelta(), SETTLED, 2 * SETTLED):  # what was seen is counted an hour on
        keep_moves(now=now + later)
    _, wrong = differences(now=now, most=COMPARED)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [
        ("pages_keeping", keeping, "ms/day"),
        ("pages_proving", proving, "s"),
        ("pages_unaccounted", unaccounted, "leads"),
        ("pages_differences", wrong, "rows"),
    ]


def _kept(keep: Callable[..., int], now: Any, most: int = KEPT) -> int:
    """Keep as many days as any page asks for; the rest of the year would only take time."""
    days = 0
    while days < most and (counted := keep(now=now)):
        days += counted
    return days


def _limit() -> float:
    """The smallest roll-up query there is: attainment of thirty kept days by holder."""
    sql = """
        SELECT holder_id, sum(due), sum(met) FROM sla_duecount
        WHERE grain = 'holder' AND day >= current_date - 30 GROUP BY holder_id
    """
    taken = []
    for _ in range(21):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def _measured(reader: str, url: str) -> tuple[list[float], list[float]]:
    """Milliseconds of each answer, and of its queries."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username=reader))
    whole, asked = [], []
    for number in range(WARM_UP + TIMES):
        with _watched() as spent:
            began = time.perf_counter()
            answer = client.get(url)
            _read(answer)
            taken = time.perf_counter() - began
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        if number >= WARM_UP:
            whole.append(1000 * taken)
            asked.append(1000 * sum(spent))
    return whole, asked


def _read(answer: Any) -> None:
    if answer.streaming:
        b"".join(answer.streaming_content)


@contextmanager
def _watched() -> Iterator[list[float]]:
    spent: list[float] = []

    def watch(execute: Callable[..., Any], *rest: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*rest)
        finally:
            spent.append(time.perf_counter() - began)

    with connection.execute_wrapper(watch):
        yield spent


def _rank(taken: list[float], share: float) -> float:
    return sorted(taken)[min(int(len(taken) * share), len(taken) - 1)]


if __name__ == "__main__":
    main(*sys.argv[1:])

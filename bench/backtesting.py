"""The backtest of a definition over every lead there is, beside a plain count of the same leads."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import cast

# The starting definition as somebody would write it by hand who needs one number and no reasons.
_LIMIT = r"""
    SELECT count(*) FROM leads_lead l JOIN leads_person p ON p.id = l.person_id
    WHERE l.stage NOT IN ('merged', 'erased')
        AND coalesce(l.submitted_at, l.captured_at) >= %(since)s
        AND coalesce(l.submitted_at, l.captured_at) < %(until)s
        AND (p.email LIKE '%%@%%' OR p.phone <> '')
        AND coalesce(l.employees >= 20, true)
        AND lower(l.title) !~ '\y(student|intern|trainee|apprentice|professor)\y'
        AND (lower(l.request) IN ('demo', 'price', 'contact')
            OR 20 * (lower(l.industry)
                    IN ('manufacturing', 'logistics', 'transport', 'wholesale'))::int
                + 20 * coalesce(l.employees >= 200, false)::int
                + 20 * (lower(l.title)
                    ~ '\y(head|director|vp|chief|manager|lead|owner|founder)\y')::int
                - 15 * (split_part(lower(p.email), '@', 2) IN ('gmail.com', 'gmx.de'))::int
                >= 30
            AND 30 * (lower(l.request) = 'trial')::int
                + 20 * (lower(l.source) IN ('event', 'webinar', 'referral', 'partner'))::int >= 15)
"""


def run(days: int = 60) -> list[tuple[str, float, str]]:
    """Seconds of the backtest (a draft against the version in force) and of the plain count."""
    from django.db import connection
    from django.utils import timezone

    from leads.definition.criteria import Definition
    from leads.definition.starter import STARTER
    from leads.trials.actions import reckon
    from leads.trials.known import Window

    in_force = Definition.from_content(STARTER)
    draft = Definition.from_content(_stricter(STARTER))
    window = Window(timezone.now() - timedelta(days=days), timezone.now())

    def tried() -> None:
        assert reckon(draft, in_force, window, lambda leads, share: None)["leads"]

    def counted() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_LIMIT, {"since": window.since, "until": window.until})
            assert cursor.fetchone()

    counted()
    limit, spent = _seconds(counted), _seconds(tried)
    return [
        ("backtest", spent, "s"),
        ("backtest_limit", limit, "s"),
        ("backtest_ratio", spent / limit, "x"),
    ]


def _stricter(content: Mapping[str, object]) -> dict[str, object]:
    """A draft as they are: one criterion says otherwise."""
    criteria = [dict(one) for one in cast("list[dict[str, object]]", content["criteria"])]
    criteria[1] |= {"value": 100}
    return {**content, "criteria": criteria}


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

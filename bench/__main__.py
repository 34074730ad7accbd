"""`make bench`: everything that is measured, one figure a line."""

import json
import os
import sys
import time

import django

from bench import arithmetic, ground

SIZES = (1_000, 100_000, 1_000_000)
PROMISED = 200_000  # leads with running clocks, five each


def main() -> None:
    """Measure, from the cheapest ground to the dearest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    say(arithmetic.run())
    with ground.own_database():
        django.setup()
        try:
            measure()
        finally:
            from django.db import connections

            connections.close_all()


def say(figures: list[tuple[str, float, str]]) -> None:
    """Print figures as `name value unit`."""
    for name, value, unit in figures:
        print(f"{name} {value:.4g} {unit}", flush=True)


def measure() -> None:
    """Inbox at three sizes, the backtest, the sweep and the what-if over a million clocks, accepts,
    posts of leads, an import, and the pages over a year of a million leads."""
    from django.core.management import call_command
    from django.utils import timezone

    from bench import backtesting, importing, pages, posting, serving, sweeping, whatif
    from leadbridge.demo.organisation import found_organisation
    from leadbridge.embedded.prepare import collect_static

    collect_static()
    call_command("migrate", verbosity=0, interactive=False)
    cast = found_organisation(now=timezone.now())
    known = {
        "sam": cast.sam.pk, "marketer": cast.mia.pk, "marketing": cast.marketing.pk,
        "team": cast.emea.pk, "sellers": ground.SELLERS, "mine": ground.MINE,
        "lines": f"'{json.dumps(verdict_lines())}'",
    }  # fmt: skip
    ground.seed(ground.PEOPLE, **known)
    first, rate = 1, 0.0
    for size in SIZES:
        fill(first, size, known)
        first, rate = size + 1, serving.inbox_rate()
        say([(f"inbox_{size}", rate, "pages/s")])
    limit = serving.limit_of_inbox()
    say([("inbox_limit", limit, "pages/s"), ("inbox_ratio", limit / rate, "x")])
    say(backtesting.run())
    ground.seed(ground.CLOCKS, **known, leads=PROMISED, clocks=1_000_000)
    say(sweeping.run())
    say(whatif.run())
    say(accepting(cast.sam.pk, serving))
    say(posting.run())
    say(importing.run())
    say(pages.ground())
    say(pages.run())


def fill(first: int, last: int, known: dict[str, object]) -> None:
    """Add leads, saying how long that took on the side."""
    began = time.perf_counter()
    ground.seed(ground.LEADS, first=first, last=last, **known)
    print(f"({last} leads after {time.perf_counter() - began:.0f} s)", file=sys.stderr)


def accepting(sam: int, serving: object) -> list[tuple[str, float, str]]:
    """Accepts over HTTP of leads that wait for Sam, and the same by plain SQL."""
    from bench.serving import ACCEPTS, accept_rate, limit_of_accept
    from leads.handoff.models import Lead
    from sla.clocks.models import Clock

    promised = Lead.objects.filter(stage="submitted", pk__lt=PROMISED).exclude(holder=sam)
    waiting = promised.order_by("-pk")  # the last to fall due: their clocks run yet
    ids = list(waiting.values_list("pk", flat=True)[: 2 * ACCEPTS])
    Lead.objects.filter(pk__in=ids).update(holder=sam)
    Clock.objects.filter(lead__in=ids).update(holder=sam)
    ground.rest()  # from the sweeps that were measured before
    limit, rate = limit_of_accept(ids[ACCEPTS:]), accept_rate(ids[:ACCEPTS])
    return [
        ("accept", rate, "accepts/s"),
        ("accept_limit", limit, "accepts/s"),
        ("accept_ratio", limit / rate, "x"),
    ]


def verdict_lines() -> list[dict[str, object]]:
    """Ten lines of a verdict, as a judged lead carries them."""
    return [
        {"id": f"c{n}", "sentence": f"Criterion number {n} holds", "kind": "fit", "outcome": "met",
         "points": 10, "evidence": "Company has 240 people"}
        for n in range(10)
    ]  # fmt: skip


if __name__ == "__main__":
    main()

"""Is it alive, is it ready, and how is it doing: for load balancers and monitoring."""

import ipaddress
import os
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from leadbridge.kernel.time import now
from leadbridge.outbox.models import Message
from sla.clocks.models import Clock, Heartbeat
from sla.clocks.states import IS_RUNNING, State, state_q

PATIENCE = 6  # sweeps that may be missed before the system is not ready


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, Redis, migrations and sweep; 503 with the part that fails."""
    parts = {name: try_check(check) for name, check in CHECKS.items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def try_check(check: Callable[[], str]) -> str:
    """What a check says: "ok", or in one line what does not work."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001  # whatever fails, the answer is that this part does not work
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    cache.set("readyz", 1, 5)
    return "ok" if cache.get("readyz") == 1 else "Redis forgets what it is told"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if not waiting else f"{len(waiting)} migrations were not applied"


def _sweep() -> str:
    last = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
    if last is None:
        return "the sweep never ran: is a worker running, and beat?"
    age = now() - last
    if age > timedelta(seconds=PATIENCE * settings.SWEEP_SECONDS):
        return f"the sweep ran {age.total_seconds():.0f} s ago: is a worker running, and beat?"
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "migrations": _migrations,
    "sweep": _sweep,
}


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; for local networks, or with METRICS_TOKEN as a bearer."""
    if not _may_measure(request):
        return HttpResponse("For local networks, or with a token.\n", status=403)
    at = now()
    beat = Heartbeat.objects.filter(name="sweep").first()
    figures = {
        "leadbridge_clocks_running": Clock.objects.filter(IS_RUNNING).count(),
        "leadbridge_clocks_overdue": Clock.objects.filter(state_q(State.OVERDUE, at)).count(),
        "leadbridge_clocks_set_aside": Clock.objects.filter(set_aside_at__isnull=False).count(),
        "leadbridge_outbox_waiting": Message.objects.filter(next_try_at__isnull=False).count(),
        "leadbridge_outbox_failed": Message.objects.filter(failed_at__isnull=False).count(),
        "leadbridge_sweep_age_seconds": (at - beat.at).total_seconds() if beat else -1,
        "leadbridge_sweep_took_seconds": beat.took_ms / 1000 if beat else -1,
    }
    lines = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())
    return HttpResponse(lines, content_type="text/plain; version=0.0.4")


def _may_measure(request: HttpRequest) -> bool:
    token = os.environ.get("METRICS_TOKEN", "")
    if token and request.headers.get("Authorization") == f"Bearer {token}":
        return True
    try:
        caller = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return caller.is_private or caller.is_loopback

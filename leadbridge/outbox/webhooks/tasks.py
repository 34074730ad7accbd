"""The worker's side of webhooks."""

from celery import shared_task
from django.db import connection

from leadbridge.kernel.time import now
from leadbridge.outbox.webhooks.clearing import clear_old
from leadbridge.outbox.webhooks.sending import send_waiting

LOCK = 0x3EB400C  # of the advisory lock that one run holds


@shared_task(name="leadbridge.outbox.webhooks.tasks.send", ignore_result=True)
def send() -> None:
    """Send what waits. One run speaks to all addresses side by side, and looks for more while it
    waits for slow ones; a second one would only keep a worker from the sweep. Nothing rests on the
    lock: an address is turned to by one worker at a time anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            send_waiting(now=now())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@shared_task(name="leadbridge.outbox.webhooks.tasks.clear", ignore_result=True)
def clear() -> None:
    """Forget what was told long ago."""
    clear_old(now=now())

"""The worker's side of imports."""

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from leadbridge.kernel.time import now
from leads.intake.importing.checking import check_import
from leads.intake.importing.queries import waiting_imports
from leads.intake.importing.running import run_import
from leads.intake.importing.undoing import run_undo

log = logging.getLogger(__name__)

AT_A_TIME = 120  # seconds, well below the limit of a task; then the next task goes on


@shared_task(name="leads.intake.tasks.imports", ignore_result=True)
def imports() -> None:
    """Do what waits, the oldest first; also what a lost or killed run left."""
    for import_id in waiting_imports():
        check_import(import_id=import_id, now=now())
        run_import(import_id=import_id, now=now(), seconds=AT_A_TIME)
        run_undo(import_id=import_id, now=now(), seconds=AT_A_TIME)
        if import_id in waiting_imports():
            return _wake()


def wake_imports() -> None:
    """Have a worker begin once the asking is committed. Without Redis the next beat does it."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        imports.apply_async(retry=False)
    except OperationalError:
        log.warning("no worker could be woken; the import begins with the next beat")

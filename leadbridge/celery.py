"""The Celery application; started as `celery -A leadbridge.celery worker` and `… beat`."""

import os
from pkgutil import iter_modules

from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")

app = Celery("leadbridge")
app.config_from_object("django.conf:settings", namespace="CELERY")


def rooms() -> list[str]:
    """Every installed app and the rooms inside it: whichever has a `tasks.py` is found."""
    found = []
    for each in apps.get_app_configs():
        found.append(each.name)
        if each.name.split(".")[0] in ("leads", "sla"):
            found += [f"{each.name}.{m.name}" for m in iter_modules([each.path]) if m.ispkg]
    return found


app.autodiscover_tasks(rooms)

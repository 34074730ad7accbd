"""The Celery application; started as `celery -A leadbridge.celery worker` and `… beat`."""

import os
from pathlib import Path
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
        if each.name in ("leads", "sla") or each.name.startswith("leadbridge."):
            found += _inside(each.name, Path(each.path))
    return found


def _inside(name: str, path: Path) -> list[str]:
    """The packages in one, and those in them."""
    packages = [one.name for one in iter_modules([str(path)]) if one.ispkg]
    return [
        found
        for one in packages
        for found in (f"{name}.{one}", *_inside(f"{name}.{one}", path / one))
    ]


app.autodiscover_tasks(rooms)

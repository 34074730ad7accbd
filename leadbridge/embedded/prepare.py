"""Brings database, static files and demo up to date before the processes start."""

import hashlib
import io
import os
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands

from leadbridge.embedded.place import Place

# Small enough to be there within seconds, large enough to show every page alive.
DEMO = {"leads": 120, "days": 30, "seed": 1}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        load_demo()
        sweep_once()
    except (CommandError, ImproperlyConfigured) as error:
        sys.exit(f"leadbridge: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def collect_static() -> None:
    """Gather the static files when they have changed since the last time."""
    stamp = Place.default().var / "static.stamp"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and os.path.isdir(settings.STATIC_ROOT):
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def fingerprint() -> str:
    """Changes when any static file, or the way they are stored, does."""
    seen = [settings.STORAGES["staticfiles"]["BACKEND"], str(settings.STATIC_ROOT)]
    for finder in get_finders():
        for path, storage in finder.list([]):
            seen.append(f"{path} {storage.size(path)} {storage.get_modified_time(path)}")
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def load_demo() -> None:
    """Fill an empty database with the demo organisation."""
    if "demo" not in get_commands() or get_user_model().objects.exists():
        return
    print("Loading the demo organisation …", flush=True)
    call_command("demo", **DEMO)


def sweep_once() -> None:
    """Look at the clocks now: what fell due meanwhile is shown at once, and readiness is true."""
    if "sweep" in get_commands():
        call_command("sweep", once=True, verbosity=0, stdout=io.StringIO())


if __name__ == "__main__":
    main()

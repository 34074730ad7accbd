#!/usr/bin/env python
"""Django's commands, on the same database as `make run`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from leadbridge.embedded import EmbeddedError, provide


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    try:
        provide()
        execute_from_command_line(sys.argv)
    except (EmbeddedError, ImproperlyConfigured) as error:
        sys.exit(f"leadbridge: {error}")


if __name__ == "__main__":
    main()

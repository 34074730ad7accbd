#!/usr/bin/env python
"""Django's commands, on the same database as `make run`."""

import os
import sys

from django.core.management import execute_from_command_line

from leadbridge.embedded import EmbeddedError, provide


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    try:
        provide()
    except EmbeddedError as error:
        sys.exit(f"leadbridge: {error}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

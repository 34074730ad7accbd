"""The engines come before the settings, which ask where they are."""

import os

from leadbridge.embedded import provide

provide()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")

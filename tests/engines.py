"""Loaded by pytest before Django's settings are read: they ask for engines."""

from leadbridge.embedded import provide

provide()

"""The smallest honest web program on the same tables: one query, one flat template."""

from leadbridge.settings import *  # noqa: F403  # all but what is named below

ROOT_URLCONF = "bench.limit_urls"
MIDDLEWARE: list[str] = []

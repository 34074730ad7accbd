"""The smallest honest web program on the same tables: one query, one flat template."""

from leadbridge import settings as ours
from leadbridge.settings import *  # noqa: F403  # all but what is named below

ROOT_URLCONF = "bench.limit_urls"
INSTALLED_APPS = [app for app in ours.INSTALLED_APPS if not app.startswith("allauth")]
MIDDLEWARE = []

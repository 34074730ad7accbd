"""Loaded by pytest before Django's settings are read: they ask for engines."""

import os
import re

from leadbridge.embedded import provide


def of_this_worker(redis_url: str, worker: str) -> str:
    """Redis as one of several test workers uses it: what one clears, the others keep."""
    number = int(worker.removeprefix("gw") or 0) % 8 + 1
    if redis_url.startswith("unix:"):
        return re.sub(r"(\?db=\d+)?$", f"?db={number}", redis_url, count=1)
    return re.sub(r"(?<=[^/])(/\d*)?$", f"/{number}", redis_url, count=1)


provide()
os.environ["REDIS_URL"] = of_this_worker(
    os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", "gw6")
)

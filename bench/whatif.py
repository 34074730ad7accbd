"""The what-if of a past over the clocks of the sweep, in one worker, beside only reading them."""

import time
from datetime import timedelta


def run(days: int = 90) -> list[tuple[str, float, str]]:
    """Clocks a second that are replayed, and that can be read at all."""
    from django.utils import timezone

    from sla.reports.whatif.changes import Changes
    from sla.reports.whatif.replay import COLUMNS
    from sla.reports.whatif.running import BATCH, clocks_of, replay_past

    until = timezone.now()
    since = until - timedelta(days=days)
    changes = Changes.from_content({"targets": {"accept": "45m", "first_touch": "6h"}})

    began = time.perf_counter()
    rows = clocks_of(since, until, None).order_by("pk").values_list(*COLUMNS)
    read = sum(1 for _ in rows.iterator(chunk_size=BATCH))
    limit = read / (time.perf_counter() - began)

    began = time.perf_counter()
    result = replay_past(
        changes, since=since, until=until, team_ids=None, tell=lambda clocks, share: None
    )
    rate = result["clocks"] / (time.perf_counter() - began)
    assert result["clocks"] == read > 0
    return [
        ("whatif", rate, "clocks/s"),
        ("whatif_limit", limit, "clocks/s"),
        ("whatif_ratio", limit / rate, "x"),
    ]

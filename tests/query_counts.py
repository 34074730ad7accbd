"""How many queries each page and list may cost: recorded once, held by the tests from then on.

`RECORD_QUERY_COUNTS=1` writes what is measured to query_counts.json instead of comparing; the
change then stands in the review like any other.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

FILE = Path(__file__).with_name("query_counts.json")


@contextmanager
def recorded(name: str) -> Iterator[None]:
    """The block costs exactly the recorded number of queries."""
    with CaptureQueriesContext(connection) as captured:
        yield
    counts = json.loads(FILE.read_text()) if FILE.exists() else {}
    if os.environ.get("RECORD_QUERY_COUNTS"):
        counts[name] = len(captured)
        FILE.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
        return
    listed = "\n".join(query["sql"][:300] for query in captured.captured_queries)
    assert counts.get(name) == len(captured), (
        f"{name}: {len(captured)} queries, recorded are {counts.get(name)}:\n{listed}"
    )

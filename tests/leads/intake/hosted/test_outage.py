"""PostgreSQL is stopped and started again during a stream of forms."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import RequestFactory

from leadbridge.kernel.failing import failed

POSTS = int(os.environ.get("OUTAGE_POSTS", "600"))  # 2000 show more, and take a minute


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder of its own, with a short path, because sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="lb-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_every_form_that_was_thanked_for_is_there_and_the_others_keep_what_was_typed(
    var: Path,
) -> None:
    keep = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.leads.intake.hosted.outage", str(POSTS)],
        cwd=settings.BASE_DIR, env={**keep, "LEADBRIDGE_VAR": str(var)},
        capture_output=True, text=True, timeout=540, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["lost"] == []
    assert told["dishonest"] == [], done.stderr[-3000:]
    assert set(told["answers"]) == {"302", "503"}
    assert sum(told["answers"].values()) == POSTS
    assert told["answers"]["302"] > POSTS // 2
    assert told["answers"]["503"] >= POSTS // 20


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("server closed"), 503), (ValueError("a fault"), 500)]
)
def test_a_member_reads_whether_the_database_is_away_or_we_failed(
    rf: RequestFactory, error: Exception, status: int
) -> None:
    try:
        raise error
    except type(error):
        answer = failed(rf.get("/inbox/"))
    assert answer.status_code == status
    assert (answer.headers.get("Retry-After") == "60") == (status == 503)
    assert "nothing was half done" in answer.content.decode()

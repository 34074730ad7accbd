"""Running clocks and a proposal: what would move is seen before anybody proposes or signs."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from sla.agreement.models import AgreementVersion
from sla.clocks.models import Clock, Rebuild
from sla.clocks.rebuild import run_rebuilds
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import HOUR, captured
from tests.pages import Browser
from tests.query_counts import recorded
from tests.sla.agreed import agree

pytestmark = pytest.mark.django_db


def drafted(ana: Api) -> dict[str, Any]:
    """A draft in which marketing has an hour for its triage."""
    content: Any = deepcopy(AgreementVersion.objects.get(state="active").content)
    content["defaults"]["triage"], content["exceptions"] = {"amount": "1h"}, []
    answer = ana.post("agreements/", {"content": content})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_heads_see_what_would_move_and_choose_before_they_sign(cast: Cast, now: datetime) -> None:
    captured(cast, now - HOUR)
    drafted(Api(cast.ana, now))
    ana, max_ = Browser(cast.ana, now), Browser(cast.max, now)
    draft = ana.get("/agreement/v2/")
    assert "New clocks only" in draft and 'href="/agreement/v2/running/"' in draft
    seen = ana.get("/agreement/v2/running/")
    assert "Would move" in seen and "if it came into force now" in seen
    assert 'value="keep" checked' in seen
    ana.post("/agreement/v2/propose/", running="move")
    proposed = max_.get("/agreement/v2/")
    assert "It counts for running clocks too" in proposed
    assert "Would move" in max_.get("/agreement/v2/running/")
    before = Clock.objects.get().due_at
    read = AgreementVersion.objects.get(version=2).content_hash
    for head in (ana, max_):
        head.post("/agreement/v2/sign/", content_hash=read)
    assert Clock.objects.get().due_at == before
    assert "0 of 1 clocks count by version 2 now" in max_.get("/agreement/v2/running/")
    run_rebuilds(now=now)
    assert Clock.objects.get().due_at > before  # a quarter of an hour was agreed
    shown = max_.get("/agreement/v2/running/")
    assert "1 of 1 clocks count by version 2 now" in shown and "Would move" not in shown


def test_who_neither_drafts_nor_signs_reads_the_choice_but_no_preview(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now)
    agree(cast, now, running="move", hops=5)
    drafted(Api(cast.ana, now))
    mia = Browser(cast.mia, now)
    assert mia.client.get("/agreement/v3/running/").status_code == 404
    Browser(cast.ana, now).post("/agreement/v3/propose/")
    shown = mia.get("/agreement/v3/running/")
    assert "It counts for new clocks only" in shown and "Would move" not in shown
    assert "0 of 1 clocks count by version 2" in mia.get("/agreement/v2/running/")
    assert "It is the first agreement" in mia.get("/agreement/v1/running/")


def test_the_api_previews_takes_the_choice_and_tells_how_far_it_is(
    cast: Cast, now: datetime
) -> None:
    captured(cast, now - HOUR)
    ana, sam = Api(cast.ana, now), Api(cast.sam, now)
    draft = drafted(ana)
    path = f"agreements/{draft['id']}/"
    assert_problem(sam.get(f"{path}running/"), 404, "not_found")
    seen = ana.get(f"{path}running/").json()
    assert seen["running"] == "keep" and seen["rebuild"] is None
    assert (seen["effect"]["counting"], seen["effect"]["moved"]) == (1, 1)
    refused = ana.post(f"{path}propose/", {"running": "some"})
    assert_problem(refused, 400, "invalid", "running")
    assert AgreementVersion.objects.get(pk=draft["id"]).state == "draft"
    signed = ana.post(f"{path}propose/", {"running": "move"}).json()["content_hash"]
    assert ana.get(path).json()["running"] == "move"
    assert sam.get(f"{path}running/").json()["effect"] is None
    for head in (ana, Api(cast.max, now)):
        head.post(f"{path}sign/", {"content_hash": signed})
    told = sam.get(f"{path}running/").json()
    assert told["effect"] is None
    assert (told["rebuild"]["state"], told["rebuild"]["version"]) == ("waiting", 2)
    assert told["rebuild"]["total"] == Rebuild.objects.get().total == 1


def test_a_choice_that_is_none_is_refused_on_the_page(cast: Cast, now: datetime) -> None:
    drafted(Api(cast.ana, now))
    ana = Browser(cast.ana, now)
    answer = ana.client.post("/agreement/v2/propose/", {"running": "some"})
    assert answer.status_code == 400
    assert "choose keep or move" in answer.content.decode()
    assert AgreementVersion.objects.get(version=2).state == "draft"


def test_the_cost_of_the_preview_does_not_grow_with_clocks(cast: Cast, now: datetime) -> None:
    drafted(Api(cast.ana, now))
    captured(cast, now)
    ana = Browser(cast.ana, now)
    ana.get("/agreement/v2/running/")
    with recorded("agreement running"):
        ana.get("/agreement/v2/running/")
    for _ in range(4):
        captured(cast, now)
    with recorded("agreement running"):
        ana.get("/agreement/v2/running/")

"""The figures as programs get them."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leads.handoff.actions import accept_lead, reject_lead
from leads.handoff.evidence import NOTHING, Evidence
from tests.sla.reports.conftest import HOUR, TWENTY, Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(cast: Cast, client: Client, now: datetime):  # type: ignore[no-untyped-def]  # a small helper
    """Ask a report as somebody."""

    def ask(path: str, who: str = "max", status: int = 200) -> dict[str, object]:
        client.force_login(getattr(cast, who))
        with time_machine.travel(now, tick=False):
            answer = client.get(f"/api/v1/reports/{path}")
        assert answer.status_code == status, answer.content
        found: dict[str, object] = answer.json()
        return found

    return ask


def test_a_program_gets_the_attainment_of_a_period(ask, hand: Hand) -> None:  # type: ignore[no-untyped-def]
    for age, answered in TWENTY:
        hand(age, answered)
    answer = ask("attainment/?days=30&kind=accept&by=source")
    by = answer.pop("by")
    assert answer == {
        "due": 15, "met": 8, "met_late": 2, "missed_open": 5, "attainment": 53.3,
        "interval": [30.1, 75.2], "reason": "", "relieved": 0, "relieved_met": 0,
    }  # fmt: skip
    assert [(line["key"], line["due"]) for line in by] == [("fair", 15)]
    assert ask("attainment/?from=2026-11-22&to=2026-11-23&kind=accept")["due"] < 15
    times = ask("times/?days=30")
    assert (times["kind"], times["n"], times["waiting"]) == ("accept", 20, 10)
    assert (times["median_seconds"], times["p90_seconds"]) == (9 * 3600, None)
    assert times["wall_median_seconds"] == 9 * 3600


def test_a_program_gets_the_ledger_and_the_reasons(ask, hand: Hand, now: datetime) -> None:  # type: ignore[no-untyped-def]
    lead = hand(3)
    hand(2)
    assert lead.holder is not None
    reject_lead(lead_id=lead.pk, actor=lead.holder, now=now - 2 * HOUR, reason="no_consent")
    proof = ask("ledger/")
    assert proof["unaccounted"] == 0
    assert proof["flow"]["submitted"] == 2
    stages = {line["stage"]: line for line in proof["stages"]}
    assert stages["submitted"] == {
        "stage": "submitted", "opening": 0, "in": 2, "out": 1, "closing": 1, "now": 1,
        "difference": 0,
    }  # fmt: skip
    assert ask("reasons/") == {
        "rejected": 1,
        "though_qualified": 0,
        "reasons": [{"reason": "no_consent", "label": "Contact not permitted", "count": 1}],
        "acceptance": {
            "accepted": 0, "rejected": 1, "excluded": 0, "n": 1, "share": None, "interval": None,
        },
    }  # fmt: skip


def test_what_counts_not_against_marketing_is_no_part_of_acceptance(  # type: ignore[no-untyped-def]
    ask, hand: Hand, now: datetime
) -> None:
    for reason in ("no_consent", "wrong_route", "no_capacity"):
        lead = hand(3)
        assert lead.holder is not None
        reject_lead(
            lead_id=lead.pk, actor=lead.holder, now=now - 2 * HOUR, reason=reason,
            evidence=Evidence(team="americas") if reason == "wrong_route" else NOTHING,
        )  # fmt: skip
    lead = hand(2)
    assert lead.holder is not None
    accept_lead(lead_id=lead.pk, actor=lead.holder, now=now - HOUR)
    found = ask("reasons/")
    assert found["rejected"] == 3
    assert found["acceptance"] == {
        "accepted": 1, "rejected": 1, "excluded": 2, "n": 2, "share": None, "interval": None,
    }  # fmt: skip


def test_bad_parameters_are_named_each(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask(
        "attainment/?from=soon&kind=lunch&by=mood&team=nobody&holder=who%00&colour=red", status=400
    )
    assert answer["code"] == "invalid"
    assert set(answer["errors"]) == {"from", "kind", "by", "team", "holder", "colour"}
    assert set(ask("times/?from=2026-02-01&to=2026-01-01", status=400)["errors"]) == {"to"}
    assert set(ask("times/?from=0001-01-01&days=0", status=400)["errors"]) == {"from", "days"}


def test_a_seller_may_not_read_figures(ask, client: Client) -> None:  # type: ignore[no-untyped-def]
    for report in ("attainment", "times", "ledger", "reasons"):
        assert ask(f"{report}/", who="sam", status=403)["code"] == "forbidden"
    client.logout()
    assert client.get("/api/v1/reports/times/").status_code == 401


def test_the_manager_of_one_team_counts_that_team_alone(ask, cast: Cast, hand: Hand) -> None:  # type: ignore[no-untyped-def]
    hand(20, country="DE")
    hand(20, country="US")
    assert ask("attainment/?kind=accept")["due"] == 2
    assert ask("attainment/?kind=accept", who="lena")["due"] == 1
    assert "team" in ask("attainment/?team=emea", who="lena", status=400)["errors"]

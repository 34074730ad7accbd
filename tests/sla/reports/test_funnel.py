"""What became of leads by where they came from: a scene by hand, and a real past in two files."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import User
from leads.handoff.actions import qualify_lead, reject_lead, win_lead
from leads.handoff.models import Lead
from leads.work.actions import log_touch
from sla.reports.funnel import Funnel, FunnelBy, funnels_by
from sla.reports.slices import Slice
from tests.pages import Browser
from tests.sla.reports.conftest import HOUR, Hand
from tests.sla.reports.pasts import Run, Write

# Two files


TWO = "id,day,origin\na,2026-11-02,fair\nb,2026-11-02,\nc,2026-11-03,fair\n"
DEALS = "id,won,amount\nc,2026-11-09T10:00:00,1200.50\n"
OF_TWO = """
zone = "UTC"
[join]
file = "deals.csv"
on = "id"
[fields]
external_id = "id"
handed_off_at = "day"
source = { column = "origin", blank = "(blank)" }
holder = { constant = "Robin" }
outcome = { column = "won", filled = "won" }
outcome_at = "won"
value = "amount"
[calendar]
timezone = "UTC"
weekly = { mon = [["09:00", "17:00"]], tue = [["09:00", "17:00"]] }
"""


@pytest.mark.django_db
def test_a_past_in_two_files_is_joined_by_the_column_both_have(
    cast: Cast, write: Write, run: Run
) -> None:
    path = write(TWO, mapping=OF_TWO)
    path.with_name("deals.csv").write_text(DEALS)
    assert run(path)[0][0] == "created 3 known 0 refused 0"
    found = Lead.objects.filter(origin="history").order_by("external_id")
    assert list(found.values_list("external_id", "source", "stage", "value")) == [
        ("a", "fair", "submitted", None),
        ("b", "(blank)", "submitted", None),
        ("c", "fair", "won", Decimal("1200.50")),
    ]
    assert run(path)[0][0] == "created 0 known 3 refused 0"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deals", "cure"),
    [
        (None, "cannot be opened"),
        ("other,won,amount\nc,2026-11-09,1\n", "deals.csv has no column “id” to join by"),
        ("id,won,amount,day\n", "both past.csv and deals.csv have the column day"),
        (DEALS + "c,2026-11-10,5\n", "row 3 of deals.csv names “c” a second time"),
    ],
)
def test_two_files_that_do_not_fit_are_refused_with_the_cure(
    cast: Cast, write: Write, run: Run, deals: str | None, cure: str
) -> None:
    path = write(TWO, mapping=OF_TWO)
    if deals is not None:
        path.with_name("deals.csv").write_text(deals)
    with pytest.raises(CommandError, match=cure):
        run(path)
    assert not Lead.objects.filter(origin="history").exists()


# By hand


@pytest.fixture
def scene(hand: Hand, cast: Cast, now: datetime) -> Slice:
    """Two of a fair and one of a webinar won, one opportunity, one rejected, one waiting."""
    win(hand(100, 1, source="webinar"), now - 76 * HOUR)
    win(hand(90, 1), now - 42 * HOUR)
    win(hand(90, 1), now - 18 * HOUR)
    win(hand(80, 2), None, now=now)
    refused = hand(70)
    assert isinstance(refused.holder, User)
    reject_lead(lead_id=refused.pk, actor=refused.holder, now=now - 60 * HOUR, reason="no_consent")
    hand(10)
    return Slice(now - timedelta(days=10), now)


def win(lead: Lead, at: datetime | None, *, now: datetime | None = None) -> None:
    """Touched and an opportunity at once; won where an instant is given."""
    holder, when = lead.holder, at or now
    assert isinstance(holder, User) and when is not None
    more = {"channel": "call", "result": "talked", "next_at": when + timedelta(days=2)}
    log_touch(lead_id=lead.pk, actor=holder, now=when, **more)  # type: ignore[arg-type]
    close_on = (when + timedelta(days=20)).date()
    qualify_lead(lead_id=lead.pk, actor=holder, now=when, value=Decimal(500), close_on=close_on)
    if at:
        win_lead(lead_id=lead.pk, actor=holder, now=at, value=Decimal(700))


@pytest.mark.django_db
def test_a_funnel_counts_how_far_leads_of_a_source_went(scene: Slice, now: datetime) -> None:
    whole, groups = funnels_by(FunnelBy.SOURCE, scene, now=now)
    assert (whole.handed, whole.accepted, whole.opportunities, whole.won) == (6, 4, 4, 3)
    assert (whole.days, whole.value) == (2.0, Decimal(2100))
    assert whole.conversion.percent is None, "six are too few for a share"
    assert [(one.key, one.funnel.handed, one.funnel.won) for one in groups] == [
        ("fair", 5, 2), ("webinar", 1, 1),
    ]  # fmt: skip
    assert (groups[0].funnel.days, groups[1].funnel.days) == (2.5, 1.0)
    assert funnels_by(FunnelBy.TEAM, Slice(now, now + HOUR), now=now) == (Funnel(), [])
    for by in FunnelBy:
        assert sum(one.funnel.handed for one in funnels_by(by, scene, now=now)[1]) == 6


@pytest.mark.django_db
def test_each_number_of_the_funnel_opens_the_leads_it_counts(
    scene: Slice, cast: Cast, now: datetime
) -> None:
    browser = Browser(cast.max, now)
    page = browser.get("/sla/funnel/?days=30")
    assert "By source" in page and "webinar" in page
    for part, count in (("submitted", 5), ("accepted", 3), ("opportunities", 3), ("won", 2)):
        url = f"/sla/clocks/?days=30&part={part}&source=fair"
        assert url.replace("&", "&amp;") in page
        assert browser.get(url).count("<tr data-ref=") == count, part
    assert "By salesperson" in browser.get("/sla/funnel/?days=30&by=holder")
    assert "Sam Okafor" in browser.get("/sla/funnel/?days=30&by=holder")
    assert "No lead was handed over" in browser.get("/sla/funnel/?from=2020-01-01&to=2020-02-01")


@pytest.mark.django_db
def test_who_may_not_read_figures_gets_no_funnel(cast: Cast, now: datetime) -> None:
    Browser(cast.sam, now).get("/sla/funnel/", 403)
    Browser(cast.max, now).get("/sla/funnel/?by=colour", 400)
    client = Client()
    assert client.get("/api/v1/reports/funnel/").status_code == 401
    client.force_login(cast.max)
    with time_machine.travel(now, tick=False):
        answer = client.get("/api/v1/reports/funnel/?by=colour&kind=accept")
    assert (answer.status_code, answer.json()["errors"].keys()) == (400, {"by", "kind"})

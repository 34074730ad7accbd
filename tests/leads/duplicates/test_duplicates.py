"""People who look alike are found by a worker and told apart, or joined, by a person."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.duplicates.actions import say_different, say_same, separate_lead
from leads.duplicates.finding import look_at, look_out
from leads.duplicates.models import Likeness
from leads.handoff.episodes import capture_lead
from leads.handoff.models import Lead
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import again, captured, packet, snapshot, submitted, won, working
from tests.pages import Browser
from tests.query_counts import recorded


def look_alike(cast: Cast, now: datetime, **given: Any) -> tuple[Lead, Lead, Likeness]:
    """Two leads of Kim Brandt, by two addresses and one number."""
    one = captured(cast, now, email="kim@brandt.example", company="Brandt GmbH")
    two = captured(cast, now, **{"email": "kim@gmail.com", "company": "Brandt", **given})
    look_out(now=now)
    return one, two, Likeness.objects.get()


def test_a_worker_finds_who_looks_alike_once(cast: Cast, now: datetime) -> None:
    one, two, likeness = look_alike(cast, now)
    assert (likeness.one, likeness.other) == (one.person, two.person)
    assert likeness.why == ["phone", "name", "company"]
    captured(cast, now, first_name="Tom", last_name="Weber", email="tom@other.example")
    assert (look_out(now=now), look_out(now=now), look_out(now=now)) == (0, 0, 0)
    assert look_at([one.pk, two.pk], now=now) == 0
    assert Likeness.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"email": "", "phone": "+4930 901820", "first_name": "", "last_name": ""},
        {"email": "k.b@gmail.com", "phone": "", "company": "Brandt AG & Co. KG"},
        {"email": "k.brandt@brandt.example", "phone": "", "company": "", "first_name": "K."},
    ],
)
def test_each_sign_finds_its_pair(cast: Cast, now: datetime, given: dict[str, Any]) -> None:
    _, _, likeness = look_alike(cast, now, **given)
    assert likeness.answer == ""


def test_what_was_still_being_written_is_looked_at_by_the_next_run(
    cast: Cast, now: datetime
) -> None:
    one, two = (captured(cast, now, email=f"kim{n}@gmail.com") for n in (1, 2))
    late = captured(cast, now, email="kim@brandt.example")
    # As if the last one's transaction had begun first and ended after the run.
    from leads.duplicates.models import Lookout

    Lookout.objects.create(pk=1, seen=late.pk, before=two.pk)
    assert look_out(now=now) == 2
    assert {row.other for row in Likeness.objects.all()} == {late.person}
    assert one.person in {row.one for row in Likeness.objects.all()}


def test_leads_that_ended_are_not_asked_about(cast: Cast, now: datetime) -> None:
    won(cast, now, email="kim@brandt.example")
    captured(cast, now, email="kim@gmail.com")
    look_out(now=now)
    assert not Likeness.objects.exists()


def test_different_people_are_never_asked_about_again(cast: Cast, now: datetime) -> None:
    one, two, likeness = look_alike(cast, now)
    before = snapshot(one, two)
    say_different(likeness_id=likeness.pk, actor=cast.mia, now=now)
    assert snapshot(one, two) == before
    assert look_at([one.pk, two.pk], now=now) == 0
    assert "Nobody looks like" in Browser(cast.mia, now).get("/duplicates/")
    with pytest.raises(DomainError) as refusal:
        say_same(likeness_id=likeness.pk, keep_id=one.pk, actor=cast.ana, now=now)
    assert (refusal.value.code, refusal.value.data["by"]) == ("already_decided", "Mia Lindqvist")
    assert snapshot(one, two) == before


def test_the_same_are_joined_and_asked_about_again_once_taken_back(
    cast: Cast, now: datetime
) -> None:
    one, two, likeness = look_alike(cast, now)
    kept = say_same(likeness_id=likeness.pk, keep_id=two.pk, actor=cast.mia, now=now)
    assert (kept, again(one).merged_into) == (two, two)
    likeness.refresh_from_db()
    assert (likeness.answer, likeness.answered_by) == ("same", cast.mia)
    act = packet(email="kim@brandt.example")
    taken = capture_lead(packet=act, origin="form", marketer=cast.mia, actor=None, now=now)
    assert (taken.lead, taken.joined) == (two, True)
    separate_lead(lead_id=one.pk, actor=cast.mia, now=now)
    likeness.refresh_from_db()
    assert (likeness.answer, again(one).stage) == ("", "captured")


def test_whoever_may_not_join_is_not_asked(cast: Cast, now: datetime) -> None:
    one, two, likeness = look_alike(cast, now)
    before = snapshot(one, two)
    Browser(cast.sam, now).get("/duplicates/", 403)
    with pytest.raises(DomainError) as refusal:
        say_same(likeness_id=likeness.pk, keep_id=one.pk, actor=cast.sam, now=now)
    assert refusal.value.status == 404
    # Lena manages Americas: a manager, who does not see these leads.
    assert "Nobody looks like" in Browser(cast.lena, now).get("/duplicates/")
    with pytest.raises(DomainError) as refusal:
        say_same(likeness_id=likeness.pk, keep_id=one.pk, actor=cast.lena, now=now)
    assert refusal.value.status == 404
    with pytest.raises(DomainError) as refusal:
        say_same(likeness_id=likeness.pk, keep_id=10**9, actor=cast.mia, now=now)
    assert refusal.value.field == "keep"
    assert snapshot(one, two) == before


def test_a_marketer_sees_both_side_by_side_and_answers(cast: Cast, now: datetime) -> None:
    one = captured(cast, now, email="kim@brandt.example", company="Brandt GmbH")
    two = working(cast, now, email="kim@gmail.com", company="Brandt")
    look_out(now=now)
    likeness = Likeness.objects.get()
    mia = Browser(cast.mia, now)
    page = mia.get("/duplicates/")
    assert "kim@brandt.example" in page and "kim@gmail.com" in page and "same phone" in page
    assert page.index(f"{two.ref} goes on") < page.index(f"{one.ref} goes on"), (
        "further along first"
    )
    mia.post("/duplicates/", 400, do="same x y")
    assert mia.post("/duplicates/", do=f"same {likeness.pk} {two.pk}") == "/duplicates/"
    assert again(one).stage == "merged"
    page = mia.get("/duplicates/")
    assert "Joined lately" in page and "Nobody looks like" in page
    mia.post("/duplicates/", do=f"separate {one.pk}")
    assert again(one).stage == "captured"
    mia.post("/duplicates/", do=f"different {likeness.pk}")
    assert "Joined lately" not in mia.get("/duplicates/")


def test_the_page_costs_the_same_for_many_pairs(cast: Cast, now: datetime) -> None:
    for number in range(6):
        submitted(cast, now, email=f"kim@gmx{number}.example", company="Brandt")
    assert look_out(now=now) == 15
    mia = Browser(cast.mia, now)
    mia.get("/duplicates/")
    with recorded("duplicates"):
        page = mia.get("/duplicates/")
    assert "5 more wait;" in page


def test_a_program_reads_and_answers_the_questions(cast: Cast, now: datetime) -> None:
    one, two, likeness = look_alike(cast, now)
    mia, sam = Api(cast.mia, now), Api(cast.sam, now)
    [answer] = mia.get("duplicates/").json()["results"]
    assert (answer["keep"], answer["other"], answer["why"][0]) == (one.ref, two.ref, "phone")
    assert_problem(sam.get("duplicates/"), 403, "forbidden")
    url = f"duplicates/{likeness.pk}/"
    assert_problem(sam.post(url, {"answer": "different"}), 404, "not_found")
    assert_problem(mia.post(url, {"answer": "same"}), 400, "invalid", "keep")
    body = {"answer": "same", "keep": one.ref}
    done = mia.post(url, body, key="k1")
    assert done.json() == {"id": likeness.pk, "answer": "same", "lead": one.ref}
    assert mia.post(url, body, key="k1").json() == done.json()
    assert_problem(mia.post(url, {"answer": "different"}), 409, "already_decided")
    assert again(two).merged_into == one

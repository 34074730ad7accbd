"""The pages about people: what each shows to whom, and what may be done there."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.absence import record_absence
from leadbridge.people.models import Absence, Departure, Role, Team, User
from leads.handoff.leavers import finish_departure
from leads.handoff.stages import Stage
from tests.leads.handoff.conftest import SignedIn
from tests.leads.handoff.scenes import HOUR, again, at_stage
from tests.query_counts import recorded

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text(answer: Any) -> str:
    """What a page says, without its tags."""
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def away(user: User, now: datetime, cover: User | None = None) -> Absence:
    return record_absence(
        user=user, actor=user, now=now, starts_at=now, ends_at=now + timedelta(days=6, hours=13),
        cover=cover,
    )  # fmt: skip


# the list


def test_everybody_sees_who_is_at_work_away_or_gone(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    away(cast.dora, now, cover=cast.sam)
    User.objects.filter(pk=cast.lena.pk).update(is_active=False)
    page = text(signed_in(cast.nora).get("/people/"))
    assert re.search(r"Dora Novak dora Away until Mon 30 Nov Sam Okafor stands in", page)
    assert re.search(r"Sam Okafor sam Working now 11:00 there Seller Europe/Berlin", page)
    assert re.search(r"Nora Reyes nora Not at work back Mon 09:00, their time", page)
    assert re.search(r"Left Who Now Role Time zone Open leads you see Lena Brooks", page)


def test_a_count_is_the_list_behind_it_and_never_an_untrue_nought(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    for _ in range(3):
        at_stage(cast, Stage.WORKING, now)
    page = signed_in(cast.max).get("/people/").content.decode()
    assert re.search(r'href="/people/sam/#leads">3<', page)
    leads = signed_in(cast.max).get("/people/sam/").content.decode()
    assert len(re.findall(r'class="name" href="/leads/L-\d+/"', leads)) == 3
    page = text(signed_in(cast.nora).get("/people/"))
    assert re.search(r"Sam Okafor sam Working now 11:00 there Seller Europe/Berlin [^0-9]", page)


def test_people_are_found_by_name_or_said_not_to_be(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.sam)
    page = text(browser.get("/people/?q=oka"))
    assert "Sam Okafor" in page
    assert "Dora Novak" not in page
    assert "Nobody found." in text(browser.get("/people/?q=zzz"))


def test_the_list_costs_the_same_for_few_and_for_many(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.olu)
    browser.get("/people/")
    with recorded("people"):
        browser.get("/people/")
    for number in range(20):
        user = User.objects.create(username=f"u{number}", role=Role.SELLER)
        cast.emea.memberships.create(user=user)
    with recorded("people"):
        browser.get("/people/")


@pytest.mark.parametrize("path", ["/people/", "/people/sam/", "/people/sam/away/"])
def test_a_stranger_signs_in_first(cast: Cast, path: str) -> None:
    assert Client().get(path).status_code == 302


# being away


def test_somebody_says_that_they_are_away_from_today_and_is_back_early(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.dora)
    assert browser.get("/people/me/away/").url == "/people/dora/away/"  # type: ignore[attr-defined]
    told = {"starts_at": "2026-11-23", "ends_at": "2026-11-30", "cover": "sam"}
    answer = browser.post("/people/dora/away/", told, follow=True)
    page = text(answer)
    assert "Dora Novak is away until Mon 30 Nov." in page
    assert "From Mon 23 Nov until Mon 30 Nov Sam Okafor away now" in page
    absence = Absence.objects.get()
    assert (absence.starts_at, absence.ends_at) == (now, datetime.fromisoformat("2026-11-29T23Z"))
    page = text(browser.post(f"/people/dora/away/{absence.pk}/cancel/", follow=True))
    assert "is not away any more" in page
    absence.refresh_from_db()
    assert absence.cancelled_at == now


def test_a_wrong_day_or_cover_stands_at_its_field(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.dora)
    told = {"starts_at": "2026-11-24", "ends_at": "2026-11-24", "cover": ""}
    answer = browser.post("/people/dora/away/", told)
    assert answer.status_code == 422
    assert re.search(r'id="id_ends_at_error">The day back lies after', answer.content.decode())
    answer = browser.post("/people/dora/away/", {**told, "cover": "mia"})
    assert answer.status_code == 422
    away(cast.sam, now)
    told = {"starts_at": "2026-11-24", "ends_at": "2026-11-26", "cover": "sam"}
    answer = browser.post("/people/dora/away/", told)
    assert re.search(r'id="id_cover_error">Sam Okafor is away all that', answer.content.decode())
    assert Absence.objects.filter(user=cast.dora).count() == 0


def test_a_manager_may_say_it_for_their_people_and_a_colleague_may_not(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    assert "Is away" in text(signed_in(cast.max).get("/people/dora/"))
    assert signed_in(cast.max).get("/people/dora/away/").status_code == 200
    assert "Is away" not in text(signed_in(cast.sam).get("/people/dora/"))
    told = {"starts_at": "2026-11-24", "ends_at": "2026-11-26", "cover": ""}
    absence = away(cast.dora, now)
    for answer in (
        signed_in(cast.sam).get("/people/dora/away/"),
        signed_in(cast.sam).post("/people/dora/away/", told),
        signed_in(cast.sam).post(f"/people/dora/away/{absence.pk}/cancel/"),
    ):
        assert answer.status_code == 403
    assert signed_in(cast.max).get("/people/nobody/").status_code == 404
    answer = signed_in(cast.max).post(f"/people/sam/away/{absence.pk}/cancel/")
    assert answer.status_code == 404, "this absence is not Sam's"
    absence.refresh_from_db()
    assert absence.cancelled_at is None


# leaving


def test_an_administrator_sees_what_would_move_and_ends_an_account(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    lead = at_stage(cast, Stage.WORKING, now)
    browser = signed_in(cast.olu)
    page = text(browser.get("/people/sam/leave/"))
    assert "Working 1 EMEA, the one who is here" in page
    page = text(browser.post("/people/sam/leave/", follow=True))
    assert "Sam Okafor has left. 1 leads move on." in page
    assert again(lead).holder == cast.dora
    page = text(browser.post("/people/sam/return/", follow=True))
    assert "Sam Okafor is here again." in page
    assert again(lead).holder == cast.dora


def test_what_comes_first_is_said_and_there_is_no_button(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.olu)
    page = text(browser.get("/people/max/leave/"))
    assert "They manage EMEA: give the team another manager first." in page
    assert "End their account" not in page
    assert browser.post("/people/max/leave/").status_code == 422
    assert User.objects.get(username="max").is_active


def test_nobody_but_an_administrator_ends_or_makes_anything(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    names = ("username", "first_name", "role", "is_active", "password")
    people = list(User.objects.order_by("pk").values(*names))
    for who in (cast.max, cast.ana, cast.sam):
        browser = signed_in(who)
        for path in ("/people/sam/leave/", "/people/new/", "/people/teams/new/"):
            assert browser.get(path).status_code == 403, path
        for path in (
            "/people/dora/leave/", "/people/dora/return/", "/people/dora/link/", "/people/new/",
            "/people/dora/edit/", "/people/teams/new/", "/people/teams/emea/manager/",
            "/people/teams/emea/member/", "/people/teams/emea/remove/",
        ):  # fmt: skip
            answer = browser.post(path, {"user": "dora", "manager": "sam"})
            assert answer.status_code == 403, path
    assert list(User.objects.order_by("pk").values(*names)) == people
    assert (Departure.objects.count(), cast.emea.members.count()) == (0, 2)


def test_with_many_leads_the_page_tells_how_far_it_is(
    cast: Cast, now: datetime, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.handoff.leavers.FEW", 2)
    for _ in range(3):
        at_stage(cast, Stage.WORKING, now)
    browser = signed_in(cast.olu)
    page = text(browser.post("/people/sam/leave/", follow=True))
    assert "0 of 3 leads have new hands; a worker goes on." in page
    finish_departure(departure_id=Departure.objects.get().pk, now=now + HOUR)
    page = text(browser.get("/people/sam/"))
    assert "All 3 leads that were theirs went to others" in page


# founding


def test_an_organisation_is_founded_from_nothing_but_an_administrator(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.olu)
    told = {"username": "kay", "first_name": "Kay", "last_name": "Olsen", "role": "sales_head",
            "email": "kay@example.com", "team": "", "time_zone": "Europe/Oslo"}  # fmt: skip
    answer = browser.post("/people/new/", told)
    assert "no-store" in answer.headers["Cache-Control"]
    [link] = re.findall(r"http://[^<\s]*/password/reset/key/[^<\s]+", answer.content.decode())
    team = {"name": "Nordics", "side": "sales", "manager": "kay"}
    page = text(browser.post("/people/teams/new/", team, follow=True))
    assert "Made Nordics." in page
    browser.post("/people/teams/nordics/member/", {"user": "sam"})
    browser.post("/people/teams/nordics/manager/", {"manager": "max"})
    browser.post("/people/teams/nordics/unrouted/")
    nordics = Team.objects.get(slug="nordics")
    assert (nordics.manager, nordics.takes_unrouted) == (cast.max, True)
    assert [user.username for user in nordics.members.all()] == ["sam"]
    browser.post("/people/teams/nordics/remove/", {"user": "sam"})
    assert not nordics.members.exists()
    assert choose_password(link, "a-long-word-of-kays") == "kay"
    assert Client().login(username="kay", password="a-long-word-of-kays")


def choose_password(link: str, password: str) -> str:
    """Open a one-time link and choose a password; who it was for, or blank where it is used up."""
    client = Client()
    path = "/" + link.split("/", 3)[3]
    page = client.get(path, follow=True)
    if "password1" not in page.content.decode():
        return ""
    here = page.redirect_chain[-1][0]
    client.post(here, {"password1": password, "password2": password})
    assert "password1" not in Client().get(path, follow=True).content.decode(), "it works once"
    return User.objects.order_by("-pk")[0].username


def test_a_person_that_cannot_be_made_is_refused_at_the_field(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    browser = signed_in(cast.olu)
    people = User.objects.count()
    told = {"first_name": "Kay", "role": "seller", "time_zone": "", "team": ""}
    for name, words in (
        ("sam", "There is somebody called sam already."),
        ("teams", "This name has another meaning here."),
        ("a b/c", "Enter a valid username"),
    ):
        answer = browser.post("/people/new/", {**told, "username": name})
        assert answer.status_code == 422
        assert re.search(f'id="id_username_error">{words}', answer.content.decode()), name
    answer = browser.post("/people/new/", {**told, "username": "kay", "team": "marketing"})
    assert (answer.status_code, User.objects.count()) == (422, people)


def test_a_role_is_edited_by_an_administrator_and_facts_by_oneself(
    cast: Cast, now: datetime, signed_in: SignedIn
) -> None:
    told = {"first_name": "Sammy", "last_name": "Okafor", "time_zone": "Europe/Oslo",
            "email": "sam@example.com", "role": "sales_head"}  # fmt: skip
    signed_in(cast.sam).post("/people/sam/edit/", told)
    cast.sam.refresh_from_db()
    assert (cast.sam.first_name, cast.sam.role) == ("Sammy", Role.SELLER)
    signed_in(cast.olu).post("/people/sam/edit/", told)
    cast.sam.refresh_from_db()
    assert cast.sam.role == Role.SALES_HEAD
    answer = signed_in(cast.olu).post("/people/olu/edit/", {**told, "role": "seller"})
    assert (answer.status_code, User.objects.get(username="olu").role) == (422, "administrator")

"""Calendars on pages: who sees and sets which, what is typed, asked, refused and saved."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import Team, User
from sla.calendars.actions import save_calendar
from sla.calendars.models import Calendar, CalendarVersion
from sla.calendars.queries import calendar_of
from sla.clocks.models import Clock, Rebuild
from tests.leads.handoff.scenes import captured
from tests.query_counts import recorded

WEEK = {"timezone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}


def calendar_of_team(team: Team) -> Calendar:
    return Calendar.objects.select_related("current").get(team=team)


@pytest.fixture
def page(now: datetime) -> Any:
    """Open an address as somebody, or post to it."""

    def page(user: User, url: str, data: dict[str, Any] | None = None) -> Any:
        client = Client()
        client.force_login(user)
        with time_machine.travel(now, tick=False):
            return client.get(url) if data is None else client.post(url, data)

    return page


def typed(calendar: Calendar, **changes: Any) -> dict[str, Any]:
    """The form as it stands, with some fields typed over."""
    assert calendar.current is not None
    given = {
        "name": calendar.name,
        "base": calendar.current.number,
        "timezone": "Europe/Berlin",
        **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00–17:30"),
        "sat": "closed",
        "sun": "",
        "country": "DE",
        "subdivision": "",
        "closures": "",
        "overrides": "",
        "step": "ask",
    }
    return {**given, **changes}


def test_who_is_signed_out_is_asked_to_sign_in(client: Client, cast: Cast) -> None:
    assert client.get("/calendars/").status_code == 302


def test_a_seller_reads_whose_hours_count_and_may_set_only_their_own(cast: Cast, page: Any) -> None:
    shown = page(cast.sam, "/calendars/").content.decode()
    assert "A person’s own hours count first" in shown
    assert "Team Americas" in shown and "Set my own hours" in shown
    assert "?person=sam" in shown and "?person=dora" not in shown and "?team=" not in shown
    assert ">Edit<" not in shown
    emea = page(cast.sam, f"/calendars/{calendar_of_team(cast.emea).pk}/").content.decode()
    assert 'name="mon"' not in emea and "Mon–Fri 09:00–17:30" in emea


def test_nobody_but_the_owner_and_their_leaders_sees_a_persons_hours(cast: Cast, page: Any) -> None:
    made = page(cast.sam, "/calendars/new/?person=sam", _of_sam())
    assert made.status_code == 302
    url = f"/calendars/{Calendar.objects.get(user=cast.sam).pk}/"
    assert page(cast.dora, url).status_code == 404
    assert page(cast.dora, url, {"step": "save"}).status_code == 404
    for user in (cast.sam, cast.max, cast.olu):
        assert 'name="mon"' in page(user, url).content.decode()


def _of_sam(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Sam, mornings", "timezone": "Europe/Berlin", "mon": "9-12", "wed": "9-12, 13-15",
        "step": "save", **changes,
    }  # fmt: skip


def test_a_seller_gives_themselves_hours_as_people_type_them(cast: Cast, page: Any) -> None:
    page(cast.sam, "/calendars/new/?person=sam", _of_sam())
    made = Calendar.objects.select_related("current").get(user=cast.sam)
    assert made.current is not None
    assert made.current.content["weekly"] == {
        "mon": [["09:00", "12:00"]],
        "wed": [["09:00", "12:00"], ["13:00", "15:00"]],
    }
    assert made.current.made_by == cast.sam


@pytest.mark.parametrize("address", ["?person=dora", "?team=emea", "?organisation=1"])
def test_a_seller_gives_nobody_else_hours(cast: Cast, page: Any, address: str) -> None:
    before = CalendarVersion.objects.count()
    assert page(cast.sam, f"/calendars/new/{address}", _of_sam()).status_code == 403
    assert CalendarVersion.objects.count() == before


def test_a_manager_sets_the_hours_of_team_and_people_but_not_of_another_side(
    cast: Cast, page: Any
) -> None:
    assert page(cast.lena, "/calendars/new/?person=nora").status_code == 200
    assert page(cast.lena, "/calendars/new/?person=mia").status_code == 403
    url = f"/calendars/{calendar_of_team(cast.americas).pk}/"
    assert 'name="mon"' in page(cast.lena, url).content.decode()
    emea = calendar_of_team(cast.emea)
    refused = page(cast.lena, f"/calendars/{emea.pk}/", typed(emea, step="save"))
    assert refused.status_code == 403
    assert calendar_of_team(cast.emea).current_id == emea.current_id


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("wed", "monkey", "is not understood"),
        ("wed", "17:00–09:00", "backward or empty"),
        ("wed", "09:00–12:00, 11:00–14:00", "overlaps"),
        ("timezone", "Europe/Atlantis", "is no known zone"),
        ("closures", "2026-02-30 Never", "not in the calendar"),
        ("closures", "soon", "begins with no date"),
        ("overrides", "2026-12-24 perhaps", "is neither"),
        ("name", " ", "required"),
    ],
)
def test_what_is_no_calendar_is_refused_at_its_field_and_kept(
    cast: Cast, page: Any, field: str, value: str, said: str
) -> None:
    emea = calendar_of_team(cast.emea)
    sent = typed(emea, **{field: value}, step="save", worked=["2026-10-03"])
    answer = page(cast.max, f"/calendars/{emea.pk}/", sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown and value.strip() in shown
    assert f'id="id_{field}_error"' in shown
    assert 'value="2026-10-03" checked' in shown
    assert calendar_of_team(cast.emea).current_id == emea.current_id


def test_a_calendar_that_never_opens_is_refused_with_its_cure(cast: Cast, page: Any) -> None:
    emea = calendar_of_team(cast.emea)
    closed = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "closed")
    answer = page(cast.max, f"/calendars/{emea.pk}/", typed(emea, **closed, step="save"))
    assert answer.status_code == 422
    assert "Give at least one weekday open hours" in answer.content.decode()
    assert calendar_of_team(cast.emea).current_id == emea.current_id


def test_regions_and_holidays_are_shown_without_saving_and_without_losing_what_was_typed(
    cast: Cast, page: Any
) -> None:
    emea = calendar_of_team(cast.emea)
    sent = typed(emea, country="GB", mon="what", closures="soon", step="look")
    answer = page(cast.max, f"/calendars/{emea.pk}/", sent)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Scotland" in shown and "Boxing Day" in shown
    assert 'value="what"' in shown and ">\nsoon</textarea>" in shown
    assert 'role="alert"' not in shown


def test_an_edit_is_asked_about_before_it_is_written(cast: Cast, page: Any, now: datetime) -> None:
    emea = calendar_of_team(cast.emea)
    sent = typed(emea, wed="12:00–13:00", subdivision="BE", worked=["2026-10-03"])
    answer = page(cast.max, f"/calendars/{emea.pk}/", sent)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Wed 09:00–17:30 → 12:00–13:00" in shown
    assert "Public holidays Germany → Germany, Berlin" in shown
    assert 'name="worked" value="2026-10-03"' in shown
    assert 'value="keep" checked' in shown
    assert calendar_of_team(cast.emea).current_id == emea.current_id

    back = page(cast.max, f"/calendars/{emea.pk}/", {**sent, "step": "back"}).content.decode()
    assert 'value="12:00–13:00"' in back and 'value="2026-10-03" checked' in back

    saved = page(cast.max, f"/calendars/{emea.pk}/", {**sent, "step": "save"})
    assert saved.status_code == 302
    stands = calendar_of_team(cast.emea).current
    assert stands is not None and stands.number == 2 and stands.made_by == cast.max
    hours = calendar_of(stands.pk)
    off = {day.isoformat() for day in hours.holidays_by_day}
    assert "2026-10-03" not in off and "2026-03-08" in off
    assert not Rebuild.objects.exists()
    history = page(cast.max, f"/calendars/{emea.pk}/").content.decode()
    assert "Version 2" in history and "Wed 09:00–17:30 → 12:00–13:00" in history


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(cast: Cast, page: Any) -> None:
    emea = calendar_of_team(cast.emea)
    first = typed(emea, wed="12:00–13:00", step="save")
    second = typed(emea, thu="12:00–13:00", step="save")
    assert page(cast.olu, f"/calendars/{emea.pk}/", first).status_code == 302
    stands = calendar_of_team(cast.emea).current_id
    refused = page(cast.max, f"/calendars/{emea.pk}/", second)
    assert refused.status_code == 409
    assert "Somebody saved version 2" in refused.content.decode()
    assert 'value="12:00–13:00"' in refused.content.decode()
    assert calendar_of_team(cast.emea).current_id == stands


def test_an_edit_that_changes_nothing_makes_no_version(cast: Cast, page: Any) -> None:
    emea = calendar_of_team(cast.emea)
    answer = page(cast.max, f"/calendars/{emea.pk}/", typed(emea))
    assert answer.status_code == 422
    assert "Nothing is different" in answer.content.decode()


def test_who_asks_for_it_moves_running_clocks_too(cast: Cast, page: Any, now: datetime) -> None:
    captured(cast, now)
    marketing = Calendar.objects.select_related("current").get(organisation=True)
    later = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "16:00–17:00")
    sent = typed(marketing, **later)
    shown = page(cast.olu, f"/calendars/{marketing.pk}/", sent).content.decode()
    assert "Running clocks" in shown
    before = Clock.objects.get().due_at
    url = f"/calendars/{marketing.pk}/"
    assert page(cast.olu, url, {**sent, "step": "save", "running": "move"}).status_code == 302
    rebuild = Rebuild.objects.get()
    assert (rebuild.total, rebuild.state, rebuild.asked_by) == (1, "waiting", cast.olu)
    assert Clock.objects.get().due_at == before
    assert "0 of 1 clocks count by version 2 now" in page(cast.olu, url).content.decode()


def test_clocks_that_were_left_can_be_moved_later(cast: Cast, page: Any, now: datetime) -> None:
    captured(cast, now)
    whole = Calendar.objects.select_related("current").get(organisation=True)
    url = f"/calendars/{whole.pk}/"
    page(cast.olu, url, typed(whole, mon="16:00–17:00", step="save"))
    assert "1 running clock counts by an older version" in page(cast.olu, url).content.decode()
    assert "Move 1 running clock<" in page(cast.olu, f"{url}move/").content.decode()
    assert page(cast.max, f"{url}move/", {}).status_code == 403
    assert not Rebuild.objects.exists()
    assert page(cast.olu, f"{url}move/", {}).status_code == 302
    assert Rebuild.objects.get().total == 1


def test_the_cost_of_the_pages_does_not_grow_with_calendars(
    cast: Cast, page: Any, now: datetime
) -> None:
    emea = f"/calendars/{calendar_of_team(cast.emea).pk}/"
    for users in ((), (cast.sam, cast.dora, cast.nora)):
        for user in users:
            save_calendar(name=str(user), content=WEEK, now=now, user=user)
        page(cast.max, "/calendars/")  # each calendar is read once and then kept
        with recorded("calendars"):
            page(cast.max, "/calendars/")
        with recorded("calendar"):
            page(cast.max, emea)


def test_a_year_is_told_day_by_day_in_words(cast: Cast, page: Any) -> None:
    emea = calendar_of_team(cast.emea)
    sent = typed(
        emea, step="save", closures="2026-12-28 to 2026-12-30 Company holiday",
        overrides="2026-12-24 09:00–12:00 Christmas Eve",
    )  # fmt: skip
    page(cast.max, f"/calendars/{emea.pk}/", sent)
    shown = page(cast.sam, f"/calendars/{emea.pk}/?year=2026").content.decode()
    assert 'title="Thu 24 December: override, 09:00–12:00, Christmas Eve"' in shown
    assert 'title="Mon 28 December: closure, Company holiday"' in shown
    assert 'title="Fri 25 December: holiday, Christmas Day"' in shown
    assert 'title="Mon 23 November: open, 09:00–17:30"' in shown
    assert 'title="Sun 22 November: closed"' in shown
    assert shown.count("<caption>") == 12
    assert shown.count("<td class=") == 365
    assert (
        "not written out yet" in page(cast.sam, f"/calendars/{emea.pk}/?year=2035").content.decode()
    )


@pytest.mark.parametrize("year", ["0", "abcd", "9999", "²026", "-1"])
def test_a_year_that_is_none_shows_the_present_one(cast: Cast, page: Any, year: str) -> None:
    emea = calendar_of_team(cast.emea)
    shown = page(cast.sam, f"/calendars/{emea.pk}/?year={year}").content.decode()
    assert '<h2 class="grow">2026</h2>' in shown

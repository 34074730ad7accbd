"""Filters under a name: whose they are, what they open, and what becomes of filters that vanish."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.people.models import SavedView, Team, User
from leadbridge.people.saved import MOST_VIEWS, delete_view, make_usual, rename_view, save_view
from tests.pages import Browser

pytestmark = pytest.mark.django_db


def saved(actor: User, now: datetime, **given: object) -> SavedView:
    usual: dict[str, object] = {"page": "sla", "name": "EMEA", "query": "team=emea&days=7"}
    return save_view(actor=actor, now=now, **{**usual, **given})  # type: ignore[arg-type]


def rows() -> list[Any]:
    return list(SavedView.objects.order_by("pk").values())


def test_somebody_saves_the_filters_of_a_page_and_picks_them_from_it(
    cast: Cast, now: datetime
) -> None:
    max_ = Browser(cast.max, now)
    page = max_.get("/sla/?team=emea&days=7&stamp=0")
    found = re.search(r'href="(/views/\?of=sla[^"]*)"', max_.get("/sla/?team=emea&days=7"))
    assert found and "/views/?of=sla" not in page
    form = max_.get(unescape(found[1]))
    assert "<bdi>team emea</bdi>" in form and "<bdi>days 7</bdi>" in form
    max_.post("/views/", do="save", of="sla", query="team=emea&days=7&page=3", name=" My  EMEA ")
    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner, view.team) == (
        "My EMEA", "team=emea&days=7", cast.max, None,
    )  # fmt: skip
    assert f'<a href="/views/{view.pk}/"><bdi>My EMEA</bdi></a>' in max_.get("/sla/")
    opened = open_(max_, view)
    assert opened == f"/sla/?team=emea&days=7&view={view.pk}"
    assert f'<a href="/views/{view.pk}/" aria-current="true">' in max_.get(opened)
    assert "My EMEA" not in Browser(cast.ana, now).get("/sla/"), "it is one's own"


def open_(browser: Browser, view: SavedView) -> str:
    answer = browser.client.get(f"/views/{view.pk}/")
    assert answer.status_code == 302
    return str(answer["Location"])


def test_who_leads_a_team_shares_with_it_and_nobody_else_does(cast: Cast, now: datetime) -> None:
    emea = Team.objects.get(slug="emea")
    view = saved(cast.max, now, page="handoffs", query="show=waiting", team_id=emea.pk)
    sam = Browser(cast.sam, now)
    assert f'href="/views/{view.pk}/"' in sam.get("/handoffs/")
    assert f'href="/views/{view.pk}/"' not in Browser(cast.nora, now).get("/handoffs/")
    Browser(cast.nora, now).get(f"/views/{view.pk}/", 404)
    before = rows()
    for do in ("rename", "delete", "usual", "unusual"):
        sam.post("/views/", 403, do=do, view=str(view.pk), name="Mine")
        Browser(cast.nora, now).post("/views/", 404, do=do, view=str(view.pk), name="Mine")
    sam.post("/views/", 403, do="save", of="handoffs", name="Ours", team=str(emea.pk))
    assert rows() == before


def test_a_page_opens_with_the_view_that_is_usual(cast: Cast, now: datetime) -> None:
    first, second = saved(cast.max, now), saved(cast.max, now, name="Everything", query="")
    make_usual(view_id=first.pk, actor=cast.max, usual=True)
    make_usual(view_id=second.pk, actor=cast.max, usual=True)
    assert [row["usual"] for row in rows()] == [False, True]
    max_ = Browser(cast.max, now)
    assert max_.client.get("/sla/")["Location"] == f"/views/{second.pk}/"
    assert open_(max_, second) == f"/sla/?view={second.pk}", "and does not go round in circles"
    assert 'href="?view=all">Without a view' in max_.get(f"/sla/?view={second.pk}")
    assert "<h1>SLA</h1>" in max_.get("/sla/?view=all")
    make_usual(view_id=second.pk, actor=cast.max, usual=False)
    assert "<h1>SLA</h1>" in max_.get("/sla/")


def test_a_view_whose_team_is_gone_opens_without_it_and_says_so(cast: Cast, now: datetime) -> None:
    view = saved(cast.max, now, query="team=closed&holder=nobody&days=7")
    max_ = Browser(cast.max, now)
    assert open_(max_, view) == f"/sla/?days=7&view={view.pk}"
    told = max_.get(f"/sla/?days=7&view={view.pk}")
    assert "“EMEA” is shown without what is gone: holder nobody, team closed." in told
    listed = max_.get("/views/")
    assert "<bdi>team closed</bdi>: gone" in listed and "<bdi>days 7</bdi></span>" in listed


def test_a_view_is_renamed_and_deleted_by_its_owner(cast: Cast, now: datetime) -> None:
    view, other = saved(cast.max, now), saved(cast.max, now, name="Other")
    rename_view(view_id=view.pk, actor=cast.max, name="Late")
    with pytest.raises(DomainError, match="of this name already"):
        rename_view(view_id=view.pk, actor=cast.max, name="Other")
    rename_view(view_id=view.pk, actor=cast.max, name="Late")
    assert [row["name"] for row in rows()] == ["Late", "Other"]
    delete_view(view_id=other.pk, actor=cast.max)
    assert [row["name"] for row in rows()] == ["Late"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": " "}, 400),
        ({"name": "x" * 61}, 400),
        ({"name": "EMEA"}, 400),
        ({"query": "q=" + "x" * 1001}, 400),
        ({"query": "&".join(f"a{n}=1" for n in range(60))}, 400),
        ({"page": "inbox"}, 404),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is(
    cast: Cast, now: datetime, given: dict[str, object], status: int
) -> None:
    saved(cast.max, now)
    before = rows()
    with pytest.raises(DomainError) as refused:
        saved(cast.max, now, **{"name": "Another", **given})
    assert refused.value.status == status
    assert rows() == before


def test_views_do_not_grow_without_end(cast: Cast, now: datetime) -> None:
    for number in range(MOST_VIEWS):
        saved(cast.max, now, name=str(number))
    with pytest.raises(DomainError, match="are not kept"):
        saved(cast.max, now, name="One more")
    saved(cast.ana, now, name="One more")


def test_a_stranger_signs_in_first(cast: Cast, now: datetime) -> None:
    view = saved(cast.max, now)
    browser = Browser(cast.max, now)
    browser.client.logout()
    assert browser.client.get(f"/views/{view.pk}/")["Location"].startswith("/accounts/login/")

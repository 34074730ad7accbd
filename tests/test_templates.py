"""The frame of every page, the shelf of parts, and the pages for when things go wrong."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from leadbridge.kernel.errors import DomainError

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Parts of the frame stand on every page; parts of parts are shown by their whole.
FRAME = {"brand", "nav", "foot", "keys", "live_extras"}
WHOLES = {"field_notes": "field", "said": "undo"}
COMPONENTS = sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


def sources() -> dict[str, str]:
    """Every template by its path."""
    return {
        str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")
    }


@pytest.mark.parametrize("name", sorted(set(COMPONENTS) - FRAME))
def test_every_part_is_on_the_shelf(name: str) -> None:
    part = WHOLES.get(name, name)
    assert f'include "components/{part}.html"' in (TEMPLATES / "style.html").read_text()


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_part_names_its_variables_in_its_first_line(name: str) -> None:
    first = (TEMPLATES / "components" / f"{name}.html").read_text().splitlines()[0]
    assert re.fullmatch(r"\{# .+ #\}", first)


def test_no_template_has_an_inline_style_script_or_handler() -> None:
    forbidden = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:")
    found = {name: forbidden.findall(text) for name, text in sources().items()}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_needs_nothing_and_says_what_was_kept(name: str) -> None:
    page = render_to_string(name)
    assert re.search(r"[Nn]othing (was|is) (changed|half done)|nothing was half done", page)
    assert 'href="/"' in page


def test_a_refusal_is_a_page_and_says_what_happened(rf: Any) -> None:
    error = DomainError("already_decided", "Already accepted by Dora at 10:41.", status=409)
    page = render_to_string("refused.html", {"error": error}, rf.get("/"))
    assert "<h1>This is not possible now</h1>" in page
    assert "Already accepted by Dora at 10:41." in page


def test_who_is_signed_in_sees_the_shelf_in_the_frame(client: Client, cast: Any) -> None:
    client.force_login(cast.olu)
    page = client.get("/settings/style/").content.decode()
    assert 'class="clock late" data-state="late"' in page
    assert "25 min late" in page
    assert 'aria-describedby="wrong_company_helptext wrong_company_error"' in page
    assert 'href="/sla/"' in page
    assert 'data-zone="' in page


def test_the_sign_in_page_of_a_demo_names_its_people(client: Client, cast: Any) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "<b>mia</b>" in page
    assert 'name="login"' in page


def test_a_wrong_password_is_said_in_the_page(client: Client, cast: Any) -> None:
    answer = client.post("/accounts/login/", {"login": "sam", "password": "wrong"})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert "_auth_user_id" not in client.session

"""The API describes itself, whole and without a warning, to whoever asks."""

import io
import json
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from leadbridge.demo.organisation import Cast
from leads.handoff.api import ACTIONS


def described() -> dict[str, set[str]]:
    """Paths of the schema with their methods."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", format="openapi-json", stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    return {path: set(methods) for path, methods in paths.items()}


def test_the_schema_is_valid_and_names_every_address_of_the_api() -> None:
    found = described()
    api = next(one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/")
    ours = {
        "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(view.pattern))
        for room in api.url_patterns  # type: ignore[union-attr]  # an include
        if hasattr(room, "url_patterns")
        for view in room.url_patterns
    }
    assert ours == set(found)
    assert found["/api/v1/leads/"] == {"get", "post"}
    for action in {*ACTIONS, "touch"}:
        assert found[f"/api/v1/leads/{{ref}}/{action}/"] == {"post"}


@pytest.mark.parametrize("path", ["schema/", "docs/"])
def test_the_schema_and_its_manual_can_be_read(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.olu)
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200
    assert b"LeadBridge" in answer.content

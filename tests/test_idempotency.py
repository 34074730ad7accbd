"""`Idempotency-Key` holds on every POST of the API, because every view is made of one base."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from leadbridge.people.idempotency import ApiView
from leads.intake.api import Bulk
from leads.intake.receiving.api import Receiver


def views_of(resolver: URLResolver, path: str = "") -> Iterator[tuple[str, type]]:
    for entry in resolver.url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", None)
            if view is not None:
                yield here, view
        else:
            yield from views_of(entry, here)


POSTS = [
    (path, view)
    for path, view in views_of(get_resolver())
    # No provider sends a key; a delivery is known by its very bytes (leads.intake.receiving).
    if path.startswith("api/v1/") and hasattr(view, "post") and view is not Receiver
]


def test_there_are_many_posts() -> None:
    assert len(POSTS) > 40
    assert "api/v1/leads/bulk/" in dict(POSTS)


@pytest.mark.parametrize(("path", "view"), POSTS, ids=[path for path, _ in POSTS])
def test_every_post_is_done_once_with_a_key(path: str, view: type[APIView]) -> None:
    assert issubclass(view, ApiView), f"{path} is not made of ApiView"
    # A view that does many things keeps an answer for each of them: see `Parts` and test_bulk.
    assert view.as_a_whole or view is Bulk, path
    assert view.dispatch is ApiView.dispatch, f"{path} goes around it"

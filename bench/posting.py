"""Leads over HTTP: the hosted form and the API, and the smallest honest view for the same work."""

import json
from urllib.parse import urlencode

from bench.importing import RAW_TABLES, after_what_is_there
from bench.serving import Request, rate_of, web_server

Figure = tuple[str, float, str]
POSTS = 1_000
WARM_UP = 100
SLUG = "demo"


def run(posts: int = POSTS) -> list[Figure]:
    """Posts a second that made a lead, by the form and by the API, each with the ratio to the
    limit; every post is of somebody new."""
    after_what_is_there()
    form = _rate("leadbridge.settings", _form_posts(posts + WARM_UP))
    api = _rate("leadbridge.settings", _api_posts(posts + WARM_UP))
    _raw_tables()
    limit = _rate("bench.limit_settings", _limit_posts(posts + WARM_UP))
    return [
        ("form_post", form, "leads/s"),
        ("api_post", api, "leads/s"),
        ("post_limit", limit, "leads/s"),
        ("form_post_ratio", limit / form, "x"),
        ("api_post_ratio", limit / api, "x"),
    ]


def _rate(settings: str, requests: list[Request]) -> float:
    with web_server(settings) as port:
        rate_of(port, requests[:WARM_UP], seconds=0)
        return rate_of(port, requests[WARM_UP:], seconds=0)


def _form_posts(count: int) -> list[Request]:
    """As browsers send them, each from an address of its own: the form has a brake for each. The
    page was made a minute ago, because nobody fills in a form at once."""
    from datetime import timedelta

    from django.utils import timezone

    from leadbridge.kernel.hashing import content_hash
    from leads.intake.guard import sign_page
    from leads.intake.models import Form

    consent = content_hash(Form.objects.get(slug=SLUG).consent_text)
    mark = sign_page(SLUG, consent=consent, now=timezone.now() - timedelta(minutes=1))
    return [
        {
            "method": "POST", "path": f"/f/{SLUG}/", "status": 302,
            "headers": {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Forwarded-For": f"198.51.{n // 250}.{n % 250}",
            },
            "body": urlencode({
                "first_name": "Ines", "last_name": f"Aydin {n}", "company": f"Firm {n % 200}",
                "email": f"form{n}@firm{n % 200}.example", "consent": "on", "signed_at": mark,
            }),
        }
        for n in range(count)
    ]  # fmt: skip


def _api_posts(count: int) -> list[Request]:
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from leadbridge.people.keys import make_key

    mia = get_user_model().objects.get(username="mia")
    key = make_key(user=mia, name="bench posts", scope="write", now=timezone.now())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return [
        {
            "method": "POST", "path": "/api/v1/leads/", "headers": headers, "status": 201,
            "body": _lead("api", n),
        }
        for n in range(count)
    ]  # fmt: skip


def _limit_posts(count: int) -> list[Request]:
    headers = {"Content-Type": "application/json"}
    return [
        {"method": "POST", "path": "/leads/", "headers": headers, "body": _lead("raw", n)}
        for n in range(count)
    ]


def _lead(kind: str, n: int) -> str:
    return json.dumps({
        "email": f"{kind}{n}@firm{n % 200}.example", "first_name": "Ines",
        "last_name": f"Aydin {n}", "company": f"Firm {n % 200}", "country": "DE",
        "employees": 240, "source": "web form",
    })  # fmt: skip


def _raw_tables() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in RAW_TABLES.split(";"):
            cursor.execute(statement)

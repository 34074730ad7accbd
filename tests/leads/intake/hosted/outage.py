"""A program with a PostgreSQL of its own that stops and starts it again while forms are sent.

Started with LEADBRIDGE_VAR; prints one line of JSON: what was answered, and what is there.
"""

import json
import os
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import count
from urllib.parse import urlencode

import pytest  # noqa: F401  # settings then know that this is a test: no static files are collected

from leadbridge.embedded import provide
from leadbridge.embedded.engine import ensure_running, stop
from leadbridge.embedded.place import Place
from leadbridge.embedded.postgres import Postgres

POSTS, AWAY_AT, SENDERS = int(sys.argv[1]), int(sys.argv[1]) // 3, 4


def main() -> None:
    provide()
    os.environ["DJANGO_SETTINGS_MODULE"] = "leadbridge.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    print(json.dumps(Stream().run()))


class Stream:
    """Posts of many people by a few senders; after a third of them the database is stopped."""

    def __init__(self) -> None:
        from leadbridge.demo.organisation import found_organisation
        from leadbridge.kernel.time import now

        found_organisation(now=now())
        self.numbers, self.back = count(), threading.Event()
        self.returning = threading.Thread(target=self.come_back)
        self.answers: dict[int, int] = {}
        self.dishonest: list[int] = []
        self.engine = Postgres(Place.default())
        self.mark = self.old_mark()

    def old_mark(self) -> str:
        """The mark of a page that was opened a minute ago."""
        from datetime import timedelta

        from leadbridge.kernel.hashing import content_hash
        from leadbridge.kernel.time import now
        from leads.intake.guard import sign_page
        from leads.intake.models import Form

        consent = content_hash(Form.objects.get().consent_text)
        return sign_page("demo", consent=consent, now=now() - timedelta(minutes=1))

    def run(self) -> dict[str, object]:
        with ThreadPoolExecutor(SENDERS) as pool:
            for done in [pool.submit(self.send_many) for _ in range(SENDERS)]:
                done.result()
        from django.db import connection

        from leads.handoff.models import Lead

        self.returning.join()
        connection.close()  # it was opened before the database went away
        there = set(Lead.objects.values_list("email_key", flat=True))
        thanked = {number for number, status in self.answers.items() if status == 302}
        return {
            "answers": dict(Counter(self.answers.values())),
            "lost": sorted(n for n in thanked if address(n) not in there)[:5],
            "dishonest": self.dishonest[:5],
            "leads": len(there),
        }

    def send_many(self) -> None:
        from django.db import close_old_connections, connection
        from django.test import Client

        client = Client(raise_request_exception=False)
        while (number := next(self.numbers)) < POSTS:
            if number == AWAY_AT:
                self.go_away()
                self.returning.start()
            if number > AWAY_AT + POSTS // 5:
                self.back.wait()  # an error is quicker than a lead: leave some for afterwards
            close_old_connections()  # as every request of a server begins; the test client does not
            self.send(client, number)
        connection.close()

    def go_away(self) -> None:
        stop(self.engine.place, self.engine.name, self.engine.stop_signal)

    def come_back(self) -> None:
        """A good number has met the closed door meanwhile."""
        ensure_running(self.engine)
        self.back.set()

    def send(self, client: object, number: int) -> None:
        """One person's form, each from an address of their own."""
        fields = {
            "first_name": f"Jo {number}", "email": address(number), "consent": "on",
            "message": "<b>A long story</b>\nof two lines", "signed_at": self.mark,
        }  # fmt: skip
        answer = client.post(  # type: ignore[attr-defined]  # Django's own
            "/f/demo/", urlencode(fields), content_type="application/x-www-form-urlencoded",
            SERVER_NAME="127.0.0.1", REMOTE_ADDR=f"198.51.{number // 250}.{number % 250}",
        )  # fmt: skip
        page = unescape(answer.content.decode())
        kept = all(text in page for text in (f"Jo {number}", address(number), "<b>A long story"))
        honest = answer.status_code == 302 or (answer.status_code == 503 and kept)
        self.answers[number] = answer.status_code
        if not honest:
            self.dishonest.append(number)


def address(number: int) -> str:
    return f"jo{number}@acme.example"


if __name__ == "__main__":
    main()

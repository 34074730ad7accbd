"""A program with a PostgreSQL and a web server of its own that stops the database and starts it
again while forms are sent.

Started with LEADBRIDGE_VAR; prints one line of JSON: what was answered, and what is there.
"""

import http.client
import json
import os
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from leadbridge.embedded import provide
from leadbridge.embedded.engine import ensure_running, stop
from leadbridge.embedded.place import Place
from leadbridge.embedded.postgres import Postgres
from tests.browser.house import commands, free_port, is_listening, process, until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
START_SECONDS = 60
MEETING_SECONDS = 60
POSTS, AWAY_AT, SENDERS = int(sys.argv[1]), int(sys.argv[1]) // 3, 4


def main() -> None:
    provide()
    os.environ["DJANGO_SETTINGS_MODULE"] = "leadbridge.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    port, folder = free_port(), Path(os.environ["LEADBRIDGE_VAR"])
    with process("web", commands(port, folder)["web"], dict(os.environ), folder) as log:
        assert until(lambda: is_listening(port), START_SECONDS), log.read_text()[-2000:]
        print(json.dumps(Stream(port).run()))


class Stream:
    """Posts of many people by a few senders; after a third of them the database is stopped."""

    def __init__(self, port: int) -> None:
        from leadbridge.demo.organisation import found_organisation
        from leadbridge.kernel.time import now

        found_organisation(now=now())
        self.port = port
        self.numbers, self.back, self.met_enough = count(), threading.Event(), threading.Event()
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
        while (number := next(self.numbers)) < POSTS:
            if number == AWAY_AT:
                self.go_away()
                self.returning.start()
            if number > AWAY_AT + POSTS // 5:
                self.back.wait()  # an error is quicker than a lead: leave some for afterwards
            self.send(number)

    def go_away(self) -> None:
        stop(self.engine.place, self.engine.name, self.engine.stop_signal)

    def come_back(self) -> None:
        """A good number has met the closed door meanwhile."""
        self.met_enough.wait(MEETING_SECONDS)
        ensure_running(self.engine)
        self.back.set()

    def send(self, number: int) -> None:
        """One person's form, each from an address of their own."""
        fields = {
            "first_name": f"Jo {number}", "email": address(number), "consent": "on",
            "message": "<b>A long story</b>\nof two lines", "signed_at": self.mark,
        }  # fmt: skip
        own = f"127.1.{number // 250}.{1 + number % 250}"
        link = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(own, 0)
        )
        link.request("POST", "/f/demo/", urlencode(fields), FORM)
        answer = link.getresponse()
        page = unescape(answer.read().decode())
        link.close()
        kept = all(text in page for text in (f"Jo {number}", address(number), "<b>A long story"))
        honest = answer.status == 302 or (answer.status == 503 and kept)
        self.answers[number] = answer.status
        if list(self.answers.values()).count(503) >= POSTS // 20:
            self.met_enough.set()
        if not honest:
            self.dishonest.append(number)


def address(number: int) -> str:
    return f"jo{number}@acme.example"


if __name__ == "__main__":
    main()

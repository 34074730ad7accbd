"""Somebody's browser, for tests of pages."""

import re
from datetime import datetime
from html import unescape

import time_machine
from django.test import Client

from leadbridge.people.models import User


class Browser:
    """Somebody's browser, without script, at the instant of the test."""

    def __init__(self, user: User, now: datetime) -> None:
        self.client, self.now = Client(), now
        self.client.force_login(user)

    def get(self, url: str, status: int = 200) -> str:
        with time_machine.travel(self.now, tick=False):
            answer = self.client.get(url)
        assert answer.status_code == status, answer.status_code
        return answer.content.decode()

    def post(self, url: str, status: int = 302, /, **typed: str) -> str:
        """The page after it, or where it leads to."""
        with time_machine.travel(self.now, tick=False):
            answer = self.client.post(url, typed)
        assert answer.status_code == status, answer.content.decode()
        return answer.headers.get("Location", "") or answer.content.decode()

    def form(self, url: str) -> dict[str, str]:
        """Everything that the editor would send back as it stands."""
        page = self.get(url)
        page = page[page.index('<form class="editor"') :]
        typed = r'<input id="([^"]+)" type="(?:text|date)"[^>]*? value="([^"]*)"'
        texts = dict(re.findall(typed, page))
        ticked = re.findall(r'type="checkbox" name="([^"]+)" checked', page)
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        chosen = re.findall(
            r'<select id="([^"]+)"(?:(?!</select>).)*?<option value="([^"]*)" selected',
            page,
            re.DOTALL,
        )
        note = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
        assert note
        all_ = {**texts, **dict.fromkeys(ticked, "on"), **dict(hidden), **dict(chosen)}
        return {name: unescape(text) for name, text in {**all_, "note": note[1]}.items()}
